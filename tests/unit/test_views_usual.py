"""Whether the change that the front page opens with is usual."""

from __future__ import annotations

import pytest
from lxml import html

from processing.views import this_week
from tests.unit.test_views import department_pin, headline_pin


@pytest.mark.parametrize(
    ("further", "compared", "said"),
    [
        (20, 41, "A change of this size is usual: it was larger, up or down, in 20 of 41 earlier"),
        (6, 41, "The change was larger, up or down, in 6 of 41 earlier weeks."),
        (2, 41, "A change of this size is rare: it was larger, up or down, in 2 of 41 earlier"),
        (2, 7, "Data to"),
    ],
)
def test_the_front_page_says_whether_the_change_is_usual(
    further: int, compared: int, said: str
) -> None:
    """By the weeks before it; not while these are too few to say."""
    pin = headline_pin(weeks=f"{further} | {compared}")
    made = html.fromstring(this_week.finding(pin, department_pin()).html)
    assert made.xpath("string(.//p[@class='mp-trust'])").startswith(said)
