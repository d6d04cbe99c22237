"""What a source is declared to hold: columns, clock, origin and licence."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

import msgspec

from processing.contracts.contract import Level

RawType = Literal["integer", "number", "text", "timestamp", "date", "boolean"]


class RawColumn(msgspec.Struct, frozen=True):
    """One column that tables may use. Other columns of the source are ignored.

    `level` holds for its rules: never empty unless `nullable`, minimum, maximum, allowed values.
    """

    name: str
    type: RawType
    meaning: str
    nullable: bool = False
    minimum: float | None = None
    maximum: float | None = None
    allowed: tuple[str, ...] | None = None
    level: Level = "stop"


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """Every value of `column` is found in `to_column` of another source."""

    column: str
    to_source: str
    to_column: str
    level: Level = "stop"

    @property
    def says(self) -> str:
        """The rule in words."""
        return f"{self.column} is one of {self.to_source}"


class History(msgspec.Struct, frozen=True, kw_only=True):
    """How far row counts may move, in per cent, for each week where a source has weeks.

    More than `loss_pct` fewer rows than the release before had up to the same day stops; more than
    `gain_pct` more, in what was complete then, warns. A complete week with less than
    `low_pct` or more than `high_pct` of the median of the four weeks before warns.
    """

    loss_pct: int = 5
    gain_pct: int = 20
    low_pct: int = 50
    high_pct: int = 200


class SourceClock(msgspec.Struct, frozen=True, kw_only=True):
    """Which column says when a row became visible.

    `instant`: a UTC timestamp; each row also gets its store-local date as `sale_date`.
    `day`: a local date. `week`: a week number counted from `first_monday`.
    """

    kind: Literal["instant", "day", "week"]
    column: str
    first_monday: date | None = None


class SourceWeeks(msgspec.Struct, frozen=True, kw_only=True):
    """Which column holds the week a row belongs to, and the Monday on which week 1 starts.

    Where the source has instants, the week must be that of the local date; `level` is for that.
    """

    column: str
    first_monday: date
    level: Level = "stop"

    def of(self, day: date) -> int:
        """The number of the week that `day` lies in."""
        return (day - self.first_monday).days // 7 + 1

    def first_day(self, week: int) -> date:
        """The Monday that starts a week."""
        return self.first_monday + timedelta(days=7 * (week - 1))

    def last_day(self, week: int) -> date:
        """The Sunday that ends a week."""
        return self.first_monday + timedelta(days=7 * week - 1)


class FeedColumn(msgspec.Struct, frozen=True):
    """What a feed calls a column, and the unit it must say that its values have."""

    name: str
    unit: str = ""


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """How a source is had from a feed, where millpond.toml gives it the address of one.

    `time` and `place` are declared columns; `columns` says what the feed calls the others. `places`
    are asked for by latitude and longitude in degrees, days from `first` to `last` unless
    millpond.toml says otherwise. `origin`, `licence` and `updated` are then told of the source.
    """

    time: str
    columns: dict[str, FeedColumn] = {}
    place: str = ""
    places: dict[str, tuple[float, float]] = {}
    first: date | None = None
    last: date | None = None
    origin: str = ""
    licence: str = ""
    updated: str = ""


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A declared source. `updated` says in words how often new rows arrive; `caveat` is what a
    reader must know before using the numbers, in one sentence. `key` is unique, within a week
    where the source has weeks. `feed` is for a source that may be had from one."""

    name: str
    title: str
    origin: str
    licence: str
    updated: str
    columns: tuple[RawColumn, ...]
    clock: SourceClock | None = None
    weeks: SourceWeeks | None = None
    caveat: str = ""
    key: tuple[str, ...] = ()
    key_level: Level = "stop"
    references: tuple[Reference, ...] = ()
    history: History = History()
    feed: Feed | None = None

    @property
    def data(self) -> Source:
        """The declaration without words and rules: only what can change what a table holds."""
        return Source(
            name=self.name,
            title="",
            origin="",
            licence="",
            updated="",
            columns=tuple(RawColumn(column.name, column.type, "") for column in self.columns),
            clock=self.clock,
            weeks=self.weeks and msgspec.structs.replace(self.weeks, level="stop"),
        )
