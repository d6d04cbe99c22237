"""What a source is declared to hold: columns, clock, origin and licence."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

import msgspec

RawType = Literal["integer", "number", "text", "timestamp"]


class RawColumn(msgspec.Struct, frozen=True):
    """One column that tables may use. Other columns of the source are ignored."""

    name: str
    type: RawType
    meaning: str


class SourceClock(msgspec.Struct, frozen=True, kw_only=True):
    """Which column says when a row became visible.

    `instant`: a UTC timestamp; each row also gets its store-local date as `sale_date`.
    `day`: a local date. `week`: a week number counted from `first_monday`.
    """

    kind: Literal["instant", "day", "week"]
    column: str
    first_monday: date | None = None


class SourceWeeks(msgspec.Struct, frozen=True, kw_only=True):
    """Which column holds the week a row belongs to, and the Monday on which week 1 starts."""

    column: str
    first_monday: date

    def of(self, day: date) -> int:
        """The number of the week that `day` lies in."""
        return (day - self.first_monday).days // 7 + 1

    def last_day(self, week: int) -> date:
        """The Sunday that ends a week."""
        return self.first_monday + timedelta(days=7 * week - 1)


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A declared source. `updated` says in words how often new rows arrive; `caveat` is what a
    reader must know before using the numbers, in one sentence."""

    name: str
    title: str
    origin: str
    licence: str
    updated: str
    columns: tuple[RawColumn, ...]
    clock: SourceClock | None = None
    weeks: SourceWeeks | None = None
    caveat: str = ""
