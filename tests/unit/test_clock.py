"""Which day it is for the data, and which rows a day lets through."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from processing.config import ClockConfig
from processing.sources.clock import data_day, end_of_day, local_date, utc_offsets, visible
from processing.sources.source import SourceClock
from tests.spec.frames import frame, rows

EASTERN = "America/New_York"
REPLAY = ClockConfig(mode="replay", year=2017)


@pytest.mark.parametrize(
    ("today", "found"),
    [
        (date(2026, 11, 21), date(2017, 11, 21)),
        (date(2017, 6, 30), date(2017, 6, 30)),
        (date(2028, 2, 29), date(2017, 2, 28)),
        (date(2026, 12, 31), date(2017, 12, 31)),
    ],
)
def test_replay_maps_a_day_to_the_same_day_of_the_year(today: date, found: date) -> None:
    """29 February has no counterpart and becomes the 28th."""
    assert data_day(REPLAY, today) == found


def test_a_real_clock_leaves_the_day_alone() -> None:
    """For projects whose data is of today."""
    assert data_day(ClockConfig(mode="real"), date(2026, 11, 21)) == date(2026, 11, 21)


@pytest.mark.parametrize(
    ("day", "found"),
    [
        (date(2017, 1, 1), datetime(2017, 1, 2, 5)),
        (date(2017, 3, 12), datetime(2017, 3, 13, 4)),  # a day of 23 hours
        (date(2017, 11, 5), datetime(2017, 11, 6, 5)),  # a day of 25 hours
    ],
)
def test_a_day_ends_at_local_midnight(day: date, found: datetime) -> None:
    """Daylight saving moves the end in UTC by an hour."""
    assert end_of_day(day, EASTERN) == found


def test_offsets_change_when_the_clocks_do() -> None:
    """In 2017 at 2 a.m. local time on 12 March and 5 November."""
    assert [entry for entry in utc_offsets(EASTERN, 2017) if entry[0].year == 2017] == [
        (datetime(2017, 3, 12, 7), timedelta(hours=-4)),
        (datetime(2017, 11, 5, 6), timedelta(hours=-5)),
    ]


def test_local_dates_turn_at_local_midnight() -> None:
    """Around both changes of the clocks, and with offsets ahead of UTC."""
    instants = frame("""
        at
        2017-03-12T04:59:59
        2017-03-12T05:00:00
        2017-03-13T03:59:59
        2017-03-13T04:00:00
        2017-11-06T04:59:59
        2017-11-06T05:00:00
    """)
    found = rows(instants.with_columns(day=local_date("at", EASTERN, 2018)), "at")
    assert [day.isoformat() for _, day in found] == [
        "2017-03-11", "2017-03-12", "2017-03-12", "2017-03-13", "2017-11-05", "2017-11-06",
    ]  # fmt: skip
    ahead = rows(instants.with_columns(day=local_date("at", "Asia/Kolkata", 2018)), "at")
    assert [day.isoformat() for _, day in ahead][:2] == ["2017-03-12", "2017-03-12"]


def test_nothing_after_the_day_is_visible() -> None:
    """The last instant of the local day is in, the first of the next is out."""
    seen = visible(
        frame("at\n2017-06-30T03:59:59\n2017-07-01T03:59:59\n2017-07-01T04:00:00"),
        SourceClock(kind="instant", column="at"),
        date(2017, 6, 30),
        EASTERN,
    )
    assert [day.isoformat() for _, day in rows(seen, "at")] == ["2017-06-29", "2017-06-30"]


def test_days_and_weeks_have_clocks_too() -> None:
    """A date is visible on its day; a week from its Monday."""
    day = SourceClock(kind="day", column="at")
    seen = visible(
        frame("at\n2017-06-30T00:00:00\n2017-07-01T00:00:00"), day, date(2017, 6, 30), "UTC"
    )
    assert len(rows(seen, "at")) == 1
    week = SourceClock(kind="week", column="week", first_monday=date(2016, 12, 26))
    seen = visible(frame("week\n1\n2\n3"), week, date(2017, 1, 2), "UTC")
    assert rows(seen, "week") == [(1,), (2,)]
