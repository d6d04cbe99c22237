"""The page Weather: what its views say of a small pin."""
# ruff: noqa: E501 - tables drawn as text

from __future__ import annotations

from lxml import html

from processing.board.reader import Pin
from processing.views import weather
from tests.unit.pins import pin_of

ROWS = """
airport   | name               | rain          | position | flights | late | cancelled | late_pct | cancelled_pct
All three | All three airports | no rain       | 0        | 100     | 20   | 2         | 20       | 2
All three | All three airports | stronger rain | 2        | 10      | 4    | 1         | 40       | 10
EWR       | Newark             | stronger rain | 5        | 6       | 3    | 0         | 50       | 0
LGA       | LaGuardia          | stronger rain | 11       | 4       | 1    | 1         | 25       | 25
"""


def rain(table: str = ROWS) -> Pin:
    return pin_of("departures_by_rain", "airport rain", table)


def words(text: str) -> str:
    return " ".join(html.fromstring(text).text_content().split())


def test_the_page_opens_with_rain_and_none() -> None:
    found = html.fromstring(weather.finding(rain()).html).find_class("mp-finding")[0]
    assert " ".join(found.text_content().split()) == (
        "In 2013, 40.0% of the departures in hours with stronger rain left 15 minutes or more after "
        "schedule; in hours with no rain it was 20.0%."
    )


def test_headlines_name_the_largest_share() -> None:
    """Of rains, and of airports in the strongest rain."""
    assert "40.0% of the departures in hours with stronger rain were late" in words(
        weather.by_rain(rain()).html
    )
    assert "no airport had a larger share late than Newark: 50.0%" in words(
        weather.by_airport(rain()).html
    )


def test_without_rain_there_is_nothing_to_say_yet() -> None:
    dry = "\n".join(ROWS.strip().splitlines()[:2])
    assert "No departure in rain is known yet." in words(weather.by_rain(rain(dry)).html)
