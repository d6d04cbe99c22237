"""Measure every page against the points of a good page, and write docs/page-quality.md.

With arguments for pytest, such as `--lf` or `-k axe`, only what they choose is measured anew: the
other results stay as they were last measured, under `.cache/quality`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "page-quality.md"
KEPT = ROOT / ".cache" / "quality"
BEGIN, END = "<!-- measured -->\n", "<!-- end of measured -->\n"
LIGHTHOUSE_VERSION = "13.5.0"  # fetched when this runs: 180 MB that nothing else needs
LOOKS, BEST = 3, 100
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
AUDITS = {
    "LCP, s": ("largest-contentful-paint", 1000),
    "TBT, ms": ("total-blocking-time", 1),
    "CLS": ("cumulative-layout-shift", 1),
    "KB": ("total-byte-weight", 1024),
}


@dataclass
class Result:
    """What came of the tests of one name: how many held, and the worst of each figure noted."""

    held: int = 0
    failed: list[str] = field(default_factory=list)
    skipped: int = 0
    figures: dict[str, float] = field(default_factory=dict)


def main() -> int:
    """Run the tests, then Lighthouse, and write the table; 1 when a test failed."""
    sys.path.insert(0, str(ROOT))
    more = sys.argv[1:]
    if not more:
        shutil.rmtree(KEPT, ignore_errors=True)
    KEPT.mkdir(parents=True, exist_ok=True)
    results = measure(more)
    timed = KEPT / "lighthouse.json"
    if not (more and timed.is_file()):
        timed.write_text(json.dumps(lighthouse(ROOT / "_site")), encoding="utf-8")
    pages = json.loads(timed.read_text(encoding="utf-8"))
    text = DOCUMENT.read_text(encoding="utf-8")
    head, tail = text.split(BEGIN)[0], text.split(END)[1]
    lines = [*table(results, pages), "", *page_table(pages)]
    DOCUMENT.write_text(head + BEGIN + "\n".join(lines) + "\n" + END + tail, encoding="utf-8")
    print(f"wrote {DOCUMENT}")
    return 1 if any(result.failed for result in results.values()) else 0


def measure(more: list[str]) -> dict[str, Result]:
    """Run the tests that points name, or some of them; name of the test to what came of it."""
    from tests.browser.points import POINTS

    names = sorted({name for point in POINTS for name in point.tests if name.startswith("test_")})
    files = sorted({str(path) for name in names for path in files_with(name)})
    report = KEPT / f"{time.time_ns()}.xml"
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", "--tb=line"]
    chosen = " or ".join(names)
    command += [f"--junitxml={report}", "-rfE", "-k", chosen, *files, *more]
    subprocess.run(command, cwd=ROOT, check=False)
    return read_reports(sorted(KEPT.glob("*.xml")), names)


def files_with(name: str) -> Iterator[Path]:
    """The test files that define that function."""
    for path in (ROOT / "tests").rglob("test_*.py"):
        if f"def {name}(" in path.read_text(encoding="utf-8"):
            yield path


def read_reports(paths: Iterable[Path], names: Iterable[str]) -> dict[str, Result]:
    """The results by test function, from pytest's JUnit reports; of a test the last one counts."""
    cases: dict[tuple[str, str], ElementTree.Element] = {}
    for path in paths:
        for case in ElementTree.parse(path).iter("testcase"):
            cases[str(case.get("classname")), str(case.get("name"))] = case
    found: dict[str, Result] = defaultdict(Result)
    for case in cases.values():
        name, _, rest = str(case.get("name")).partition("[")
        if name not in names:
            continue
        result = found[name]
        if case.find("skipped") is not None:
            result.skipped += 1
        elif case.find("failure") is not None or case.find("error") is not None:
            result.failed.append(rest.rstrip("]") or name)
        else:
            result.held += 1
        for noted in case.iter("property"):
            key, value = str(noted.get("name")), float(str(noted.get("value")))
            result.figures[key] = max(value, result.figures.get(key, value))
    return dict(found)


def lighthouse(site: Path) -> dict[str, dict[str, float]]:
    """Lighthouse's figures by page, for a phone on slow 4G; empty where it cannot run.

    Other work on the machine only adds to the times: a page that misses is looked at up to three
    times, and the calmest look counts.
    """
    npx, chromium = shutil.which("npx"), os.environ.get("CHROME_PATH") or shutil.which("chromium")
    if not (npx and chromium and (site / "index.html").is_file()):
        print("no Lighthouse: it needs npm, Chromium and a site (`make site`)")
        return {}
    from scripts.bench_pages import serving
    from tests.conftest import PUBLIC_PAGES

    found: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder, serving(site) as address:
        for page in [page for page in PUBLIC_PAGES for _ in range(LOOKS)]:
            if page in found and found[page]["performance"] == BEST:
                continue
            report = Path(folder) / "report.json"
            flags = "--headless=new --no-sandbox --disable-background-networking"
            command = [npx, "--yes", f"lighthouse@{LIGHTHOUSE_VERSION}", address + page, "--quiet"]
            command += ["--output=json", f"--output-path={report}", f"--chrome-flags={flags}"]
            environment = {**os.environ, "CHROME_PATH": chromium}
            done = subprocess.run(command, env=environment, check=False, capture_output=True)
            if done.returncode == 0:
                look = figures(json.loads(report.read_text(encoding="utf-8")))
                found[page] = min(found.get(page, look), look, key=lambda one: one["TBT, ms"])
                print(page, look)
            else:
                print(f"Lighthouse failed on {page}: {done.stderr.decode()[-300:]}")
    return found


def figures(report: Mapping[str, Any]) -> dict[str, float]:
    """Scores of 100, and the audits in the units of `AUDITS`."""
    found: dict[str, float] = {
        name: round(100 * (report["categories"][name]["score"] or 0)) for name in CATEGORIES
    }
    audits = report["audits"]
    for name, (audit, unit) in AUDITS.items():
        found[name] = round(audits[audit]["numericValue"] / unit, 3 if name == "CLS" else 2)
    found["requests"] = len(audits["network-requests"]["details"]["items"])
    return found


# Points that Lighthouse measures: the column of its table, and the target.
TIMED = {5: ("LCP, s", 1.0), 6: ("CLS", 0.01), 7: ("TBT, ms", 50.0), 8: ("KB", 120.0)}
TIMED[9] = ("requests", 12.0)


def table(results: Mapping[str, Result], pages: Mapping[str, Mapping[str, float]]) -> list[str]:
    """A row for each point: target, what was found, whether it holds, by which tests."""
    from tests.browser.points import POINTS

    rows = ["| # | point | target | found | holds | measured by |", "|--:|---|---|---|---|---|"]
    for point in POINTS:
        mine = {name: results[name] for name in point.tests if name in results}
        said, holds = told(point.number, mine, pages)
        if point.misses:
            said, holds = f"{said}; {point.misses}".removeprefix("–; "), False
        by = ", ".join(f"`{name}`" if name in results else name for name in point.tests) or "–"
        answer = "yes" if holds else "**misses**" if holds is False else "not measured"
        rows.append(
            f"| {point.number} | {point.says} | {point.target} | {said} | {answer} | {by} |"
        )
    day = datetime.now(UTC).date().isoformat()
    return [f"Written by `make quality` on {day}, over {renderer()}.\n", *rows]


def renderer() -> str:
    """Which renderer the tests' site was made with."""
    return os.environ.get("MILLPOND_TEST_RENDERER", "pandoc").replace(
        "pandoc", "the embedded renderer"
    )


def told(
    number: int, mine: Mapping[str, Result], pages: Mapping[str, Mapping[str, float]]
) -> tuple[str, bool | None]:
    """What was found for a point in words, and whether it holds; None when nothing was measured."""
    parts: list[str] = []
    holds: list[bool] = []
    for result in mine.values():
        count = result.held + len(result.failed)
        if not count:
            continue
        worst = ", ".join(f"{name} at most {value:g}" for name, value in result.figures.items())
        parts.append(f"{result.held} of {count}" + (f" ({worst})" if worst else ""))
        if result.failed:
            parts.append("not: " + ", ".join(result.failed[:6]))
        holds.append(not result.failed)
    if number in TIMED and pages:
        column, target = TIMED[number]
        page = max(pages, key=lambda name: pages[name][column])
        parts.append(f"{pages[page][column]:g} on {page}")
        holds.append(pages[page][column] <= target)
    if number == 10 and pages:
        lowest = [f"{min(page[name] for page in pages.values()):g}" for name in CATEGORIES]
        parts.append("at least " + ", ".join(lowest))
        holds.append(all(value == "100" for value in lowest))
    return "; ".join(parts) or "–", all(holds) if holds else None


def page_table(pages: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Lighthouse page by page."""
    if not pages:
        return ["Lighthouse did not run."]
    names = [*CATEGORIES, *AUDITS, "requests"]
    rows = [f"| page | {' | '.join(names)} |", "|---|" + "--:|" * len(names)]
    for page, found in pages.items():
        rows.append(f"| {page} | " + " | ".join(f"{found[name]:g}" for name in names) + " |")
    says = f"Lighthouse {LIGHTHOUSE_VERSION}, a phone on slow 4G, gzip over kept connections; "
    says += f"of a page below {BEST} the calmest of {LOOKS} looks:\n"
    return [says, *rows]


if __name__ == "__main__":
    sys.exit(main())
