"""How old the data of each table is, and whether its contract says that is too old."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal

from processing.board.files import board_errors, write_atomically
from processing.board.manifest import Manifest

FILE = "freshness.json"
FORMAT = 1
RELIVED_DAYS = 365  # a replayed year begins again after its last day
State = Literal["fresh", "warn", "error"]


@dataclass(frozen=True)
class Freshness:
    """One table: the last day of its data, its age in days, the limits, and what they say of it."""

    name: str
    cadence: str
    data_to: date
    age_days: int
    warn_after: int | None
    error_after: int | None
    state: State

    def __str__(self) -> str:
        limits = f"warn after {self.warn_after}, error after {self.error_after}"
        said = limits if self.warn_after is not None else "never late"
        return f"{self.name}: {self.state}, data to {self.data_to}, {self.age_days} days ({said})"


def freshness(manifest: Manifest, day: date) -> list[Freshness]:
    """One per table in order of name, on the data's `day`.

    The age counts from the last day of data of the table's sources, the earliest where they differ.
    """
    found = []
    for entry in sorted(manifest.pins, key=lambda entry: entry.name):
        contract, reached = entry.contract, data_to(manifest, entry.name)
        age = age_days(manifest, reached, day)
        warn, error = contract.late_after or (None, None)
        state = _state(age, contract.late_after)
        found.append(Freshness(entry.name, contract.cadence, reached, age, warn, error, state))
    return found


def data_to(manifest: Manifest, name: str) -> date:
    """The last day of data behind a table; the release's day where no source of it has dates."""
    days = [date.fromisoformat(s.last_date) for s in manifest.sources_of(name) if s.last_date]
    return min(days, default=date.fromisoformat(manifest.as_of))


def age_days(manifest: Manifest, reached: date, day: date) -> int:
    """Whole days from `reached` to `day`, below 0 when a clock is wrong.

    A replayed year is lived again and again: a `day` before the release's is one of the next turn.
    """
    turned = manifest.clock == "replay" and day < date.fromisoformat(manifest.as_of)
    return (day - reached + timedelta(RELIVED_DAYS if turned else 0)).days


def _state(age: int, limits: tuple[int, int] | None) -> State:
    if limits is None:
        return "fresh"
    if age > limits[1]:
        return "error"
    return "warn" if age > limits[0] or age < 0 else "fresh"


def as_json(manifest: Manifest, names: Collection[str], day: date | None = None) -> bytes:
    """`freshness.json`: what the release says of each table, and on `day` its age and state.

    Without a day it holds only what the release alone decides, so that a site made from it is the
    same on any day: a reader adds the days since `built` to `age_days_built`.
    """
    built = date.fromisoformat(manifest.as_of)
    tables = [_table(manifest, each, day) for each in freshness(manifest, day or built)]
    content: dict[str, Any] = {
        "generator": "millpond",
        "format": FORMAT,
        "release": manifest.id,
        "built": manifest.created_at,
        "as_of": manifest.as_of,
        "clock": manifest.clock,
        "tables": [table for table in tables if table["name"] in names],
    }
    if day:
        content["day"] = day.isoformat()
    return (json.dumps(content, indent=1) + "\n").encode()


def _table(manifest: Manifest, found: Freshness, day: date | None) -> dict[str, Any]:
    built = (date.fromisoformat(manifest.as_of) - found.data_to).days
    table = {
        "name": found.name,
        "cadence": found.cadence,
        "data_to": found.data_to.isoformat(),
        "age_days_built": built,
        "warn_after": found.warn_after,
        "error_after": found.error_after,
    }
    return table | ({"age_days": found.age_days, "state": found.state} if day else {})


def write_freshness(board: Path, manifest: Manifest, day: date) -> None:
    """Put `freshness.json` on the board. BoardError when it cannot be written."""
    names = {entry.name for entry in manifest.pins}
    with board_errors(board, "writing the freshness of its tables"):
        write_atomically(board / FILE, as_json(manifest, names, day))
