"""Sales with and without a placement, on weeks that can be counted by hand."""

from __future__ import annotations

import narwhals as nw

from processing.contracts.frames import LazyFrame
from processing.tables.promotions import sales_by_placement, sales_by_week_placement
from tests.spec.frames import frame, pinned

PLACEMENTS = """
    kind    | code    | position | name
    any     | display | 1        | Display
    any     | mailer  | 2        | Mailer
    any     | both    | 3        | Both
    display | A       | 4        | Shelf
    mailer  | D       | 5        | Front
"""
WEEKS = "week | is_partial\n" + "\n".join(f"{week} | no" for week in range(1, 13)) + "\n13 | yes"


def sold(cents_by_week: dict[int, int], products: int = 20) -> LazyFrame:
    """So many products in store 7, each with the same sales by week."""
    lines = ["product_id | store_id | week | sales_value"]
    lines += [
        f"{product} | 7 | {week} | {cents / 100}"
        for product in range(1, products + 1)
        for week, cents in cents_by_week.items()
    ]
    return frame("\n".join(lines)).with_columns(sales_value=nw.col("sales_value").cast(nw.Float64))


def placed(codes_by_week: dict[int, tuple[str, str]], products: int = 20) -> LazyFrame:
    """The placements of these products: display and mailer code by week."""
    lines = ["product_id | store_id | week | display | mailer"]
    lines += [
        f"{product} | 7 | {week} | x{display} | x{mailer}"
        for product in range(1, products + 1)
        for week, (display, mailer) in codes_by_week.items()
    ]
    return frame("\n".join(lines)).select(
        "product_id", "store_id", "week",
        display_location=nw.col("display").str.replace_all("x", ""),
        mailer_location=nw.col("mailer").str.replace_all("x", ""),
    )  # fmt: skip


SOLD = {1: 100, 2: 100, 3: 100, 4: 100, 5: 300, 6: 300, 7: 300, 9: 100, 13: 9900}
ON_SHELF = dict.fromkeys((5, 6, 7, 8), ("A", "0"))


def found(
    transactions: LazyFrame, promotions: LazyFrame
) -> dict[tuple[str, str], tuple[float | None, ...]]:
    """What is said of each placement: pairs, quartiles, per cent with more."""
    table = sales_by_placement(transactions, promotions, frame(PLACEMENTS), frame(WEEKS))
    rows = pinned(
        "sales_by_placement", table, "kind", "code", "pairs", "quarter_ratio", "median_ratio",
        "three_quarters_ratio", "more_pct",
    )  # fmt: skip
    return {row[:2]: row[2:] for row in rows}


def test_weeks_with_are_set_against_weeks_without() -> None:
    """Nine dollars in four weeks with, one of them without a sale; five in five without: 2.25 times.

    Week 13 is not full, and weeks after the last sale do not count.
    """
    rows = found(sold(SOLD), placed(ON_SHELF))
    assert rows["any", "display"] == (20, 2.25, 2.25, 2.25, 100.0)
    assert rows["display", "A"] == rows["any", "display"]
    assert rows["any", "mailer"] == (0, None, None, None, None)


def test_display_and_mailer_together_are_a_kind_of_their_own() -> None:
    """They count neither as display alone nor under the place of either."""
    rows = found(sold(SOLD), placed(dict.fromkeys((5, 6, 7, 8), ("A", "D"))))
    assert rows["any", "both"][:2] == (20, 2.25)
    assert rows["any", "display"][0] == rows["display", "A"][0] == rows["mailer", "D"][0] == 0


def test_a_pair_needs_eight_weeks_with_sales_and_four_on_either_side() -> None:
    """One week less of any of them, and it is not compared."""
    fewer = {week: cents for week, cents in SOLD.items() if week != 9}
    assert found(sold(fewer), placed(ON_SHELF))["any", "display"][0] == 0
    three = {week: codes for week, codes in ON_SHELF.items() if week != 8}
    assert found(sold(SOLD), placed(three))["any", "display"][0] == 0
    all_but = {first: dict.fromkeys(range(first, 10), ("A", "0")) for first in (4, 5)}
    assert found(sold(SOLD), placed(all_but[4]))["any", "display"][0] == 0
    assert found(sold(SOLD), placed(all_but[5]))["any", "display"][0] == 20


def test_quartiles_go_by_the_ratio_and_not_by_what_was_sold() -> None:
    """Twenty products that sold more, and the same with as without, come before twenty at 2.25."""
    same = dict.fromkeys(range(1, 10), 1000)
    more = sold(same).with_columns(product_id=nw.col("product_id") + 20)
    rows = found(nw.concat([sold(SOLD), more]), placed(ON_SHELF, 40))
    assert rows["any", "display"] == (40, 1.0, 1.0, 2.25, 50.0)


def test_below_twenty_pairs_nothing_is_said() -> None:
    """Nineteen products are counted, and no more."""
    rows = found(sold(SOLD, 19), placed(ON_SHELF, 19))
    assert rows["any", "display"] == (19, None, None, None, None)


def test_weekly_sales_are_split_by_placement() -> None:
    """A product that stands in the list twice counts once."""
    promotions = nw.concat([placed({5: ("A", "0")}, 1), placed({5: ("0", "D")}, 1)])
    table = sales_by_week_placement(sold({4: 100, 5: 300}, 2), promotions)
    rows = pinned("sales_by_week_placement", table, "week", "placement", "sales_usd")
    assert rows == [(4, "none", 2.0), (5, "display and mailer", 3.0), (5, "none", 3.0)]
