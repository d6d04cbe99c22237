"""What the sales tables promise, on rows small enough to check by eye."""

from __future__ import annotations

import narwhals as nw

from processing.contracts.frames import LazyFrame
from processing.tables.sales import (
    ranked,
    sales_by_week_department,
    sales_by_week_store,
    sales_by_week_store_department,
)
from processing.tables.visits import visits_by_week_store
from tests.spec.frames import frame, pinned, rows

PRODUCTS = """
    product_id | department | product_category
    1          | GROCERY    | BREAD
    2          | FUEL       | FUEL
"""
WEEKS = """
    week | week_start_date | is_partial | is_latest | is_comparable_before | is_comparable_mean4
    1    | 2017-01-02      | no         | no        | no                   | no
    2    | 2017-01-09      | no         | no        | yes                  | no
    3    | 2017-01-16      | no         | no        | yes                  | no
    4    | 2017-01-23      | no         | no        | yes                  | no
    5    | 2017-01-30      | no         | yes       | yes                  | yes
    6    | 2017-02-06      | yes        | no        | no                   | no
"""


def transactions(text: str) -> LazyFrame:
    """Lines with `cents` from a drawing, completed with what it does not show."""
    return frame(text).with_columns(
        sales_value=nw.col("sales_value").cast(nw.Float64),
        coupon_disc=nw.lit(0.0),
        coupon_match_disc=nw.lit(0.0),
    )


def test_money_is_summed_exactly() -> None:
    """Ten times ten cents is one dollar, to the cent, whatever binary floats say."""
    lines = "\n".join("1 | 7 | 1 | 0.10 | 0.30" for _ in range(10))
    sold = transactions("week | store_id | product_id | sales_value | retail_disc\n" + lines)
    table = sales_by_week_store_department(sold, frame(PRODUCTS))
    found = pinned(
        "sales_by_week_store_department", table, "department", "sales_usd", "discount_usd", "lines"
    )
    assert found == [("GROCERY", 1.0, 3.0, 10)]


def test_a_line_without_a_product_is_kept_as_not_recorded() -> None:
    """Its amount counts, under a department that says what is missing."""
    sold = transactions("""
        week | store_id | product_id | sales_value | retail_disc
        1    | 7        | 1          | 2.00        | 0.0
        1    | 7        | 99         | 3.00        | 0.0
    """)
    table = sales_by_week_store_department(sold, frame(PRODUCTS))
    found = pinned("sales_by_week_store_department", table, "department", "sales_usd")
    assert found == [("GROCERY", 2.0), ("NOT RECORDED", 3.0)]


LOOKUP = """
    week | store_id | department | sales_usd
    1    | 7        | FUEL       | 1.00
    1    | 7        | GROCERY    | 10.00
    2    | 7        | GROCERY    | 20.00
    3    | 8        | GROCERY    | 30.00
    4    | 7        | GROCERY    | 20.01
    5    | 7        | GROCERY    | 26.00
    5    | 8        | GROCERY    | 4.00
    6    | 7        | FUEL       | 5.00
"""
DEPARTMENTS = """
    department | name
    GROCERY    | Grocery
    FUEL       | Fuel
"""


def test_a_department_that_sold_nothing_has_a_row_with_zero() -> None:
    """Otherwise the mean of four weeks would leave the empty ones out."""
    table = sales_by_week_department(frame(LOOKUP), frame(DEPARTMENTS), frame(WEEKS))
    found = pinned("sales_by_week_department", table, "week", "department", "sales_usd")
    assert [(week, sales) for week, department, sales in found if department == "FUEL"] == [
        (1, 1.0), (2, 0.0), (3, 0.0), (4, 0.0), (5, 0.0), (6, 5.0),
    ]  # fmt: skip


def test_departments_are_set_against_the_week_before_and_the_mean_of_four() -> None:
    """30.00 against 20.01 the week before, and against (10 + 20 + 30 + 20.01) / 4 = 20.0025."""
    table = sales_by_week_department(frame(LOOKUP), frame(DEPARTMENTS), frame(WEEKS))
    found = pinned(
        "sales_by_week_department", table, "week", "department", "sales_before_usd",
        "change_before_usd", "sales_mean4_usd", "change_mean4_usd", "change_mean4_pct",
    )  # fmt: skip
    week5 = [row[2:] for row in found if row[:2] == (5, "GROCERY")]
    assert week5 == [(20.01, 9.99, 20.0, 10.0, 49.98)]


def test_a_week_that_cannot_be_compared_has_no_change() -> None:
    """A partial week against full ones would read as a collapse."""
    table = sales_by_week_department(frame(LOOKUP), frame(DEPARTMENTS), frame(WEEKS))
    found = pinned(
        "sales_by_week_department", table, "week", "change_before_usd", "change_mean4_usd"
    )
    assert {row for row in found if row[0] == 6} == {(6, None, None)}


def test_shares_are_of_all_sales_of_the_week() -> None:
    """Ten of eleven dollars are 90.91 per cent."""
    table = sales_by_week_department(frame(LOOKUP), frame(DEPARTMENTS), frame(WEEKS))
    found = pinned("sales_by_week_department", table, "week", "department", "share_pct")
    assert found[:2] == [(1, "FUEL", 9.09), (1, "GROCERY", 90.91)]


def test_the_department_that_moved_most_ranks_first() -> None:
    """By the size of the change in money, down as well as up; ties go by code."""
    table = sales_by_week_department(frame(LOOKUP), frame(DEPARTMENTS), frame(WEEKS))
    found = pinned("sales_by_week_department", table, "week", "department", "contribution_rank")
    assert [row[1:] for row in found if row[0] == 5] == [("FUEL", 2), ("GROCERY", 1)]


BASKETS = """
    week | store_id | household_id | basket_id | sales_value
    5    | 7        | 1            | 11        | 13.00
    5    | 7        | 1            | 12        | 13.00
    5    | 7        | 2            | 13        | 0.00
    5    | 8        | 2            | 14        | 4.00
"""
STORES = """
    store_id | name
    7        | Store 7
    8        | Store 8
"""


def test_baskets_and_households_without_an_amount_do_not_count() -> None:
    """Household 2 only returned something to store 7: neither it nor its basket is counted there."""
    table = sales_by_week_store(
        visits_by_week_store(frame(BASKETS)), frame(LOOKUP), frame(STORES), frame(WEEKS)
    )
    found = pinned("sales_by_week_store", table, "week", "store_id", "baskets", "households")
    assert [row[1:] for row in found if row[0] == 5] == [(7, 2, 1), (8, 1, 1)]


def test_stores_are_ranked_now_and_before() -> None:
    """Store 7 led already over the four weeks before: (10+1+20+0+20.01)/4 against 30/4."""
    table = sales_by_week_store(
        visits_by_week_store(frame(BASKETS)), frame(LOOKUP), frame(STORES), frame(WEEKS)
    )
    found = pinned(
        "sales_by_week_store", table, "week", "store_id", "rank", "rank_before", "rank_change"
    )
    assert [row[1:] for row in found if row[0] == 5] == [(7, 1, 1, 0), (8, 2, 2, 0)]


def test_ties_of_stores_go_by_their_number() -> None:
    """Else two builds of the same data could rank them in two ways."""
    columns = "week | store_id | sales_cents | baskets | households | mean4_sum_cents"
    drawing = "\n".join(
        [
            f"{columns} | change_mean4_usd",
            *(f"5 | {n} | 9 | 1 | 1 | 8 | 7.0" for n in range(9, 0, -1)),
        ]
    )
    placed = ranked(frame(drawing)).select("store_id", "rank", "rank_before", "mover_rank")
    assert rows(placed, "store_id") == [(n, n, n, n) for n in range(1, 10)]


def test_a_store_appears_while_it_sold_in_the_week_or_the_four_before() -> None:
    """Store 8 sold nothing in week 4, which cannot be compared, so it has no row there."""
    table = sales_by_week_store(
        visits_by_week_store(frame(BASKETS)), frame(LOOKUP), frame(STORES), frame(WEEKS)
    )
    found = pinned("sales_by_week_store", table, "week", "store_id")
    assert [store for week, store in found if week == 4] == [7]
    assert [store for week, store in found if week == 5] == [7, 8]
