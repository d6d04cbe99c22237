"""The page Promotions: what its views say of small pins."""
# ruff: noqa: E501 - tables drawn as text

from __future__ import annotations

from lxml import html

from processing.board.reader import Pin
from processing.views import promotions
from processing.views.html import Fragment
from tests.unit.pins import pin_of

ROWS = """
kind    | code    | position | name    | pairs | products | stores | quarter_ratio | median_ratio | three_quarters_ratio | more_pct
any     | display | 1        | Display | 40    | 30       | 9      | 0.60          | 1.10         | 2.00                 | 55
any     | mailer  | 2        | Mailer  | 3     | 3        | 1      | -             | -            | -                    | -
any     | both    | 3        | Both    | 50    | 30       | 9      | 0.90          | 1.75         | 3.00                 | 70
display | A       | 4        | Shelf   | 30    | 20       | 9      | 0.50          | 0.90         | 2.00                 | 45
"""


def pin(table: str = ROWS) -> Pin:
    return pin_of("sales_by_placement", "kind code", table)


def text(fragment: Fragment, path: str) -> str:
    return " ".join(html.fromstring(fragment.html).xpath(f"string({path})").split())


def test_the_page_opens_with_the_kind_that_went_with_most() -> None:
    """And says at once what cannot be told."""
    found = text(promotions.finding(pin()), "//p[@class='mp-finding']")
    assert found.startswith(
        "Both went with the most: in weeks with it a product sold 1.75 times as much as in weeks "
        "without any, at the median of 50 comparisons, each of one product in one store."
    )
    assert found.endswith("cannot be told.")


def test_a_kind_with_too_few_pairs_is_not_drawn() -> None:
    """The mailer alone has three; the summary names how many of the others sold more."""
    fragment = promotions.by_kind(pin())
    assert "Mailer" not in text(fragment, "//table")
    assert text(fragment, "//p[@class='mp-summary']") == (
        "More was sold with than without: Display in 55.0% of 40 and Both in 70.0% of 50 products in stores."
    )


def test_places_stand_by_kind_and_from_the_largest_multiple() -> None:
    """So that a reader sees at once what went with more."""
    table = [
        ROWS.strip().splitlines()[0],
        *(
            f"{kind} | {code} | {at} | {code} | 40 | 9 | 9 | 1.0 | {median} | 2.0 | 55"
            for at, (kind, code, median) in enumerate(
                (("display", "Rear", 0.9), ("display", "Front", 1.4), ("mailer", "Page", 2.5)), 5
            )
        ),
    ]
    fragment = promotions.by_place(pin("\n".join(table)))
    names = html.fromstring(fragment.html).xpath("//tbody/tr/th")
    assert [name.text_content().strip() for name in names] == ["Front", "Rear", "Page"]


def test_places_left_out_are_named() -> None:
    """With the reason."""
    summary = text(promotions.by_place(pin()), "//p[@class='mp-summary']")
    assert "fewer than twenty products in stores can be compared: Mailer." in summary


def test_early_in_the_year_the_page_waits() -> None:
    """Nothing has eight full weeks yet."""
    early = "\n".join(
        [ROWS.strip().splitlines()[0], "any | display | 1 | Display | 0 | 0 | 0 | - | - | - | -"]
    )
    for view in (promotions.finding, promotions.by_kind, promotions.by_place):
        assert text(view(pin(early)), "//p") == promotions.WAITING
