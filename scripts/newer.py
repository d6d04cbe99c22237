"""Say which locked versions have changed, for the summary of a run that took the newest."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from scripts.ci import ROOT

LOCK = "requirements.lock"
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)


def newer(before: str, after: str) -> list[str]:
    """One line for each package that is in another version, new, or gone."""
    old, new = (dict(PINNED.findall(text)) for text in (before, after))
    names = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
    return [f"| {name} | {old.get(name, '–')} | {new.get(name, '–')} |" for name in names]


def main() -> int:
    """Compare the lock with the committed one."""
    show = ["git", "show", f"HEAD:{LOCK}"]
    before = subprocess.run(show, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    rows = newer(before, (ROOT / LOCK).read_text(encoding="utf-8"))
    table = ["| package | locked | newest |", "|---|---|---|", *rows]
    text = "\n".join(table if rows else ["Every package is in its newest version."]) + "\n"
    print(text)
    if path := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
