"""The page Households: what its views say of small pins."""
# ruff: noqa: E501 - tables drawn as text

from __future__ import annotations

from lxml import html

from processing.board.reader import Pin
from processing.views import households
from processing.views.html import Fragment
from tests.unit.pins import pin_of

HEAD = "dimension | band | position | name | households | baskets | sales_usd | share_pct | sales_per_household_usd | quarter_usd | median_usd | three_quarters_usd | is_withheld"
ROWS = (
    "income | a | 1 | Little | 40 | 90 | 4000 | 20 | 100 | 60 | 90 | 130 | no",
    "income | b | 2 | Some | - | - | - | - | - | - | - | - | yes",
    "income | c | 3 | More | 40 | 90 | 8000 | 40 | 200 | 70 | 190 | 230 | no",
    "description | d | 1 | Described | 90 | 200 | 12000 | 60 | 133 | 60 | 100 | 230 | no",
    "description | n | 2 | Others | 90 | 200 | 8000 | 40 | 88 | 60 | 80 | 230 | no",
)


def band_pin(*rows: str) -> Pin:
    return pin_of(
        "spending_by_household_band", "dimension band", "\n".join([HEAD, *(rows or ROWS)])
    )


def text(fragment: Fragment, path: str) -> str:
    return " ".join(html.fromstring(fragment.html).xpath(f"string({path})").split())


def test_the_page_opens_with_the_bands_that_spend_most_and_least() -> None:
    """And with the share of those whom nothing is known about."""
    assert text(households.finding(band_pin()), "//p[@class='mp-finding']") == (
        "So far this year, the 40 households with an income of More spent most, $190 at the median; "
        "the 40 households with an income of Little least, $90. Of all sales, 40.0% come from households that are not described."
    )


def test_ties_are_not_called_the_most() -> None:
    """Two bands with the highest median: neither alone spends most."""
    tied = "income | b | 2 | Some | 40 | 90 | 1 | 1 | 1 | 1 | 190 | 230 | no"
    found = text(households.by_income(band_pin(ROWS[0], tied, ROWS[2])), "//h3")
    assert found == (
        "The 40 households with an income of More spent as much as any, $190 at the median; "
        "the 40 households with an income of Little least, $90"
    )
    alone = households.by_income(band_pin(ROWS[0]))
    assert text(alone, "//h3") == "The median household spent $90 in each band shown"


def test_what_is_withheld_is_named_and_drawn_as_such() -> None:
    """With the reason, under the picture and in it."""
    fragment = households.by_income(band_pin())
    assert "Withheld: Some, for fewer than ten households" in text(
        fragment, "//p[@class='mp-summary']"
    )
    assert '"text":"withheld"' in fragment.html


def test_a_page_without_a_single_band_waits() -> None:
    """On the first days of a year with few customers."""
    hidden = "income | a | 1 | Little | - | - | - | - | - | - | - | - | yes"
    assert text(households.by_income(band_pin(hidden)), "//p") == households.WAITING
    assert text(households.finding(band_pin(hidden)), "//p") == households.WAITING


CROSS = """
age | household_size | age_position | age_name | size_position | size_name | households | sales_per_household_usd | is_withheld
o   | 1              | 2            | Old      | 1             | One       | 12         | 50.00                   | no
y   | 1              | 1            | Young    | 1             | One       | -          | -                       | yes
y   | 2              | 1            | Young    | 2             | Two       | 0          | -                       | no
"""


def test_groups_that_are_withheld_and_empty_ones_are_told_apart() -> None:
    """A word where few stand behind it, nothing where nobody does."""
    pin = pin_of("spending_by_age_household_size", "age household_size", CROSS)
    fragment = households.age_and_size(pin)
    assert text(fragment, "//h3").startswith(
        "The 12 households of One and Old spent most, $50 on average"
    )
    assert fragment.html.count('"text":"withheld"') == 1
    assert fragment.html.count("with-") == 1  # where columns are narrow
