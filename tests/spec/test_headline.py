"""What the headline figures promise, on rows small enough to check by eye."""

from __future__ import annotations

from typing import Any

import narwhals as nw

from processing.tables.headline import headline_by_week
from processing.tables.sales import sales_by_week_store_department
from processing.tables.visits import visits_by_week
from tests.spec.frames import frame, pinned
from tests.spec.test_sales import PRODUCTS

WEEKS = """
    week | week_start_date | week_end_date | trading_days | is_partial | is_latest | is_comparable_before | is_comparable_mean4
    1    | 2017-01-02      | 2017-01-08    | 7            | no         | no        | no                   | no
    2    | 2017-01-09      | 2017-01-15    | 7            | no         | no        | yes                  | no
    3    | 2017-01-16      | 2017-01-22    | 7            | no         | no        | yes                  | no
    4    | 2017-01-23      | 2017-01-29    | 7            | no         | no        | yes                  | no
    5    | 2017-01-30      | 2017-02-05    | 7            | no         | yes       | yes                  | yes
"""
LINES = """
    week | household_id | basket_id | product_id | sales_value
    1    | 1            | 11        | 1          | 10.00
    2    | 1            | 21        | 1          | 10.00
    3    | 1            | 31        | 1          | 10.00
    4    | 1            | 41        | 1          | 5.00
    4    | 1            | 42        | 1          | 5.00
    5    | 1            | 51        | 1          | 8.00
    5    | 1            | 52        | 2          | 6.00
    5    | 2            | 53        | 1          | 1.00
    5    | 3            | 54        | 1          | 0.00
"""


def headline(*columns: str, drawing: str = LINES, weeks: str = WEEKS) -> list[tuple[Any, ...]]:
    """The given columns of the headline figures for the drawing above."""
    lines = frame(drawing).with_columns(
        retail_disc=nw.lit(0.0), coupon_disc=nw.lit(0.0), coupon_match_disc=nw.lit(0.0)
    )
    lines = lines.with_columns(store_id=nw.lit(7))
    lookup = sales_by_week_store_department(lines, frame(PRODUCTS))
    table = headline_by_week(lookup, visits_by_week(lines), frame(weeks))
    return pinned("headline_by_week", table, "week", *columns)


def test_four_measures_by_week() -> None:
    """The free item of household 3 makes neither a basket nor a household."""
    assert headline("sales_usd", "baskets", "households", "average_basket_usd")[3:] == [
        (4, 10.0, 2, 1, 5.0),
        (5, 15.0, 3, 2, 5.0),
    ]


def test_fuel_is_part_of_sales_and_shown() -> None:
    """Six of fifteen dollars were fuel."""
    assert headline("fuel_sales_usd", "fuel_share_pct")[3:] == [(4, 0.0, 0.0), (5, 6.0, 40.0)]


def test_changes_on_the_week_before_and_on_the_mean_of_four() -> None:
    """15 against 10 and against a mean of 10; 3 baskets against 2 and against a mean of 1.25."""
    assert headline(
        "sales_change_before_pct", "sales_change_mean4_pct",
        "baskets_change_before_pct", "baskets_change_mean4_pct",
        "average_basket_change_before_pct", "average_basket_change_mean4_pct",
    )[4] == (5, 50.0, 50.0, 50.0, 140.0, 0.0, -37.5)  # fmt: skip


def test_no_change_before_there_are_weeks_to_compare_with() -> None:
    """The first week has nothing before it, the second not four."""
    found = headline("sales_change_before_pct", "sales_change_mean4_pct", "sales_mean4_usd")
    assert found[:2] == [(1, None, None, None), (2, 0.0, None, None)]


def test_a_change_is_set_against_those_of_the_weeks_before() -> None:
    """Sales of 10, then 15 (+50%), 5 (-56%) and 12 (+20%): one is further, two are."""
    weeks = "\n".join(
        f"    {week}    | 2017-02-06      | 2017-02-12    | 7            | no         | no        | yes                  | yes"
        for week in (6, 7)
    )
    more = "\n".join(
        f"    {week}    | 1            | {week}1        | 1          | {sold}"
        for week, sold in ((6, "5.00"), (7, "12.00"))
    )
    found = headline("weeks_compared", "weeks_further", drawing=LINES + more, weeks=WEEKS + weeks)
    assert found[3:] == [(4, None, None), (5, None, None), (6, 1, 0), (7, 2, 2)]


def test_the_mean_of_four_is_given_in_the_unit_of_the_measure() -> None:
    """Sales in dollars and cents, baskets and households with decimals."""
    assert headline(
        "sales_mean4_usd", "baskets_mean4", "households_mean4", "average_basket_mean4_usd"
    )[4] == (5, 10.0, 1.25, 1.0, 8.0)


def test_a_mean_between_two_cents_is_rounded_up() -> None:
    """40.02 over four weeks is 10.005: on every engine 10.01, and the change follows from it."""
    more = LINES.replace("| 1          | 10.00\n    2 ", "| 1          | 10.02\n    2 ")
    found = headline("sales_mean4_usd", "sales_change_mean4_usd", drawing=more)
    assert found[4] == (5, 10.01, 4.99)


def test_the_year_so_far_adds_up() -> None:
    """A running sum over the weeks."""
    assert [row[1] for row in headline("sales_year_to_date_usd")] == [10.0, 20.0, 30.0, 40.0, 55.0]
