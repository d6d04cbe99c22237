"""The clock: which day it is for the data, and which rows of a source that day lets through."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import narwhals as nw

from processing.config import ClockConfig
from processing.contracts.frames import LazyFrame
from processing.sources.source import SourceClock

FIRST_YEAR = 2000  # offsets of time zones are looked up from here on


def data_day(clock: ClockConfig, day: date) -> date:
    """The day of the data that `day` stands for: in replay the same day of the replayed year.

    29 February becomes 28 February in a replayed year without one.
    """
    if clock.mode == "real":
        return day
    try:
        return day.replace(year=clock.year)
    except ValueError:
        return day.replace(year=clock.year, day=28)


def end_of_day(day: date, timezone: str) -> datetime:
    """The UTC instant at which `day` ends in `timezone`, without tzinfo as the sources have it."""
    local = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(timezone))
    return local.astimezone(UTC).replace(tzinfo=None)


def visible(frame: LazyFrame, clock: SourceClock, as_of: date, timezone: str) -> LazyFrame:
    """Only the rows that were there at the end of `as_of`; instants also get `sale_date`."""
    seen = frame.filter(is_seen(clock, as_of, timezone))
    if clock.kind != "instant":
        return seen
    return seen.with_columns(sale_date=local_date(clock.column, timezone, as_of.year + 1))


def is_seen(clock: SourceClock, as_of: date, timezone: str) -> nw.Expr:
    """True for a row that was there at the end of `as_of`; empty for one that says no time."""
    column = nw.col(clock.column)
    if clock.kind == "instant":
        return column < nw.lit(end_of_day(as_of, timezone))
    if clock.kind == "day":
        return column < nw.lit(datetime.combine(as_of + timedelta(days=1), time()))
    assert clock.first_monday is not None
    return column <= (as_of - clock.first_monday).days // 7 + 1


def local_date(column: str, timezone: str, last_year: int) -> nw.Expr:
    """The local calendar date of a UTC timestamp column, by the same rule on every engine.

    Engines differ in how they hold time zones, so the offsets come from the zone database of
    Python and travel as literals, latest first: most rows match an early branch.
    """
    instant = nw.col(column)
    changes = utc_offsets(timezone, last_year)
    local = instant.dt.offset_by(f"{int(changes[0][1].total_seconds())}s")
    for start, offset in changes[1:]:
        shifted = instant.dt.offset_by(f"{int(offset.total_seconds())}s")
        local = nw.when(instant >= nw.lit(start)).then(shifted).otherwise(local)
    return local.dt.date()


@cache
def utc_offsets(timezone: str, last_year: int) -> tuple[tuple[datetime, timedelta], ...]:
    """From when (UTC) which offset holds, from the first of 2000 to the end of `last_year`."""
    zone = ZoneInfo(timezone)
    hour = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)
    found: list[tuple[datetime, timedelta]] = []
    while hour.year <= last_year:
        offset = hour.astimezone(zone).utcoffset() or timedelta()
        if not found or found[-1][1] != offset:
            found.append((_first_with(zone, hour, offset), offset))
        hour += timedelta(days=7)
    return tuple(found)


def _first_with(zone: ZoneInfo, instant: datetime, offset: timedelta) -> datetime:
    """The first whole quarter of an hour, in the week up to `instant`, at which `offset` holds."""
    step = timedelta(minutes=15)
    while (instant - step).astimezone(zone).utcoffset() == offset and instant.year >= FIRST_YEAR:
        instant -= step
    return instant.replace(tzinfo=None)
