"""Departures by the rain of their hour, on rows small enough to check by eye."""

from __future__ import annotations

from processing.tables.airports import departures_by_rain
from tests.spec.frames import frame, pinned

FLIGHTS = """
    origin | dep_delay | time_hour
    EWR    | 15.0      | 2013-01-01 12:00:00
    EWR    | 14.0      | 2013-01-01 12:00:00
    EWR    | 99.0      | 2013-01-01 13:00:00
    LGA    | -         | 2013-01-01 12:00:00
    LGA    | 0.0       | 2013-01-01 12:00:00
    JFK    | 0.0       | 2013-01-01 14:00:00
"""
WEATHER = """
    origin | precip | time_hour
    EWR    | 0.0    | 2013-01-01 12:00:00
    EWR    | 0.1    | 2013-01-01 13:00:00
    LGA    | 0.11   | 2013-01-01 12:00:00
    LGA    | 0.0    | 2013-01-01 12:00:00
    JFK    | 0.0    | 2013-01-01 13:00:00
"""


def test_departures_count_by_the_rain_of_their_hour() -> None:
    """15 minutes are late, 0.1 inches light; hours nobody observed are left out; rain wins twice."""
    found = pinned(
        "departures_by_rain",
        departures_by_rain(frame(FLIGHTS), frame(WEATHER)),
        "airport", "rain", "position", "flights", "late", "cancelled", "late_pct",
    )  # fmt: skip
    assert found == [
        ("All three", "light rain", 1, 1, 1, 0, 100.0),
        ("All three", "no rain", 0, 2, 1, 0, 50.0),
        ("All three", "stronger rain", 2, 2, 0, 1, 0.0),
        ("EWR", "light rain", 4, 1, 1, 0, 100.0),
        ("EWR", "no rain", 3, 2, 1, 0, 50.0),
        ("LGA", "stronger rain", 11, 2, 0, 1, 0.0),
    ]
