"""The faults that tests inject, and what came of each, for the table in docs/reliability.md."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import get_args

from processing.faults import Point

FOLDER_VARIABLE = "MILLPOND_OUTCOMES"
POINTS = get_args(Point)
# What is injected otherwise than at a point of the code, and how.
OTHERS = {
    "killed from outside, build": "SIGKILL after a random time, seeded",
    "killed from outside, site": "SIGKILL after a random time, seeded",
    "killed while it holds the board": "SIGSTOP, then SIGKILL, then another build at once",
    "disk full, build": "a tmpfs with a few free pages",
    "disk full, site": "a tmpfs with a few free pages",
    "two builds at once": "one is stopped while it holds the board",
    "two builds at once, a free race": "four processes start together",
    "two sites at once": "one is stopped amid its render",
    "two sites at once, a free race": "two processes start together",
    "a build while pages are executed": "a release is put in place between two steps of a render",
    "readers during builds": "a process reads everything in a loop while builds and rollbacks go on",
    "pin changed, cut, lengthened or gone": "a byte, half of the file, more bytes, no file",
    "pin replaced by a link or a pipe": "a symbolic link, a named pipe",
    "manifest torn": "empty, half, or no JSON",
    "manifest of a newer version": "format 2",
    "manifest that leads astray": "names with `..`, other files",
    "state lost, torn or forged": "no file, half a file, a path outside the board",
    "strays on the board": "files, folders, links, pipes, versions from the future",
    "clock set back": "a build three days before the last one",
    "two builds in one second": "the same instant for both",
    "days of 23 and 25 hours": "sales in each hour of 12 March and 5 November",
    "another time zone and locale": "TZ=Pacific/Kiritimati and others, odd LC_ALL",
    "source stands still": "no newer day for a week",
    "rollback": "with nothing changed, with a changed source, forwards again",
    "pickled pin on the board": "type joblib and type pickle, which would run code",
    "crafted Parquet": "more rows, columns and bytes than are read; no Parquet at all",
}


@dataclass(frozen=True)
class Outcome:
    """One injected fault that was survived; seconds until all was well again, if that was timed."""

    fault: str
    test: str
    seconds: float | None


Survived = Callable[..., None]


def killed_at(point: str) -> str:
    """The fault of a process that is killed at that point."""
    return f"killed at: {point}"


def full_at(point: str) -> str:
    """The fault of a disk that is full at that point."""
    return f"disk full at: {point}"


def all_faults() -> list[str]:
    """Every fault there is a test for, in the order of the table."""
    return [*map(killed_at, POINTS), *map(full_at, POINTS), *OTHERS]


def note(test: str, fault: str, seconds: float | None) -> None:
    """Keep an outcome where `make reliability` asks for it; a fault nobody declared is an error."""
    assert fault in all_faults(), f"declare {fault!r} in tests/integration/outcomes.py"
    folder = os.environ.get(FOLDER_VARIABLE)
    if folder:
        with Path(folder, f"{os.getpid()}.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(Outcome(fault, test, seconds))) + "\n")


def noted(folder: Path) -> list[Outcome]:
    """All outcomes that a run of the tests kept in `folder`."""
    lines = [line for path in folder.glob("*.jsonl") for line in path.read_text().splitlines()]
    return [Outcome(**json.loads(line)) for line in lines]
