"""Write what was built, skipped and why into the summary of a workflow's run."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from scripts.ci import REPORTS

SUMMARY = "GITHUB_STEP_SUMMARY"
INERT = {ord(character): f"&#{ord(character)};" for character in "&<>\\`*[]|#!~$@"}


def main() -> int:
    """One section for each command named; those that did not run are left out."""
    reports = [_read(REPORTS / f"{name}.json") for name in sys.argv[1:]]
    text = "\n\n".join(section(report) for report in reports if report) + "\n"
    if found := _read(Path(os.environ.get("CHANGES", "nothing.json"))):
        text += "\n" + "\n".join(changes(found)) + "\n"
    if why := os.environ.get("WHY"):
        text += f"\nPublish: {inert(why)}\n"
    print(text)
    if path := os.environ.get(SUMMARY):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(text)
    return 0


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except OSError:
        return None
    return found


def section(report: dict[str, Any]) -> str:
    """One command's report as Markdown: what came of it, and each decision with its reason."""
    lines = [f"### millpond {report['command']}", ""]
    if error := report["error"]:
        lines += failure(report["exit_code"], error)
        lines += [f"- {page_said(page)}" for page in report.get("failing", [])]
    elif said := report.get("stood_down") or report.get("said"):
        lines.append(inert(said) + ".")
    if report.get("dry_run"):
        lines.append("A dry run: nothing was built.")
    if tables := report.get("tables"):
        lines += ["", *decisions("table", tables)]
    if pages := report.get("pages"):
        lines += ["", *decisions("page", pages)]
    return "\n".join(lines)


def failure(code: int, error: dict[str, str | None]) -> list[str]:
    """The one reason why a command ended."""
    lines = [f"**Failed, exit code {code}: {inert(str(error['what']))}**", ""]
    for label in ("found", "expected", "next_step"):
        if said := error[label]:
            lines += [f"{label.replace('_', ' ')}:", "", fenced(said), ""]
    return lines


def page_said(page: dict[str, str | None]) -> str:
    """What readers see of a page that fails, and since when."""
    shows = f"its copy from release {inert(page['shows'])}" if page["shows"] else "a notice alone"
    name, what = inert(str(page["name"])), inert(str(page["what"]))
    return f"{name}: since {inert(str(page['since']))} readers see {shows} ({what})"


def changes(found: dict[str, Any]) -> list[str]:
    """What the newest release changed, table by table, from the site's `changes.json`."""
    if not found.get("releases"):
        return []
    newest = found["releases"][0]
    lines = [
        f"### Release {inert(newest['release'])}",
        "",
        f"Data to {inert(newest['as_of'])}; {newest['revised']} earlier figures revised.",
        "",
        "| table | rows | added | updated | revised | removed |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    counts = ("rows", "added", "updated", "revised", "removed")
    for pin in newest["pins"]:
        lines.append("| " + " | ".join([inert(pin["name"]), *(str(pin[c]) for c in counts)]) + " |")
    if newest["gone"]:
        lines += ["", f"No longer there: {inert(', '.join(newest['gone']))}"]
    return lines


def decisions(kind: str, made: list[dict[str, str]]) -> list[str]:
    """A table of decisions, those that cost work first."""
    rows = sorted(made, key=lambda one: one["action"] in {"skip", "cached"})
    body = [f"| {inert(d['name'])} | {d['action']} | {inert(d['reason'])} |" for d in rows]
    return [f"| {kind} | | why |", "|---|---|---|", *body]


def inert(text: str) -> str:
    """Text from data as text, whatever Markdown or HTML it holds."""
    return " ".join(text.translate(INERT).split())


def fenced(text: str) -> str:
    """Text of several lines as a code block that it cannot end."""
    fence = "`" * 3
    while fence in text:
        fence += "`"
    return f"{fence}text\n{text.strip(chr(10))}\n{fence}"


if __name__ == "__main__":
    sys.exit(main())
