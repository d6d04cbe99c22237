"""What a source is declared to hold: columns, clock, origin and licence."""

from __future__ import annotations

from datetime import date
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
    caveat: str = ""
