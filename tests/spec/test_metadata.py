"""What the tables of departments, stores and grains promise."""

from __future__ import annotations

import narwhals as nw

from processing.tables.grain import rows_by_grain, rows_by_week_grain
from processing.tables.metadata import departments, stores
from processing.tables.sales import sales_by_week_store_department
from processing.tables.visits import trading_days_by_week
from processing.tables.weeks import weeks
from tests.spec.frames import frame, pinned

LOOKUP = """
    week | store_id | department   | sales_usd
    1    | 7        | GROCERY      | 10.00
    2    | 7        | NOT RECORDED | 5.00
    3    | 8        | GROCERY      | 30.00
    3    | 8        | NEW ONE      | 5.00
"""
PRODUCTS = """
    product_id | department | product_category
    1          | GROCERY    | BREAD
    2          | GROCERY    | MILK
    3          | NEW ONE    | THINGS
"""
NAMES = """
    department   | name         | kind
    GROCERY      | Grocery      | merchandise
    NOT RECORDED | Not recorded | unrecorded
"""


def test_a_department_without_a_readable_name_stands_under_its_code() -> None:
    """A new department must not vanish from the pages, nor stop them."""
    table = departments(frame(LOOKUP), frame(PRODUCTS), frame(NAMES))
    assert pinned("departments", table, "department", "name", "kind", "products") == [
        ("GROCERY", "Grocery", "merchandise", 2),
        ("NEW ONE", "NEW ONE", "merchandise", 1),
        ("NOT RECORDED", "Not recorded", "unrecorded", 0),
    ]


def test_departments_are_ranked_by_the_sales_of_the_year() -> None:
    """Equal sales are ranked by code, so that the order is the same on every run."""
    table = departments(frame(LOOKUP), frame(PRODUCTS), frame(NAMES))
    found = pinned("departments", table, "department", "sales_usd", "share_pct", "rank")
    assert found == [
        ("GROCERY", 40.0, 80.0, 1),
        ("NEW ONE", 5.0, 10.0, 2),
        ("NOT RECORDED", 5.0, 10.0, 3),
    ]


def test_stores_carry_the_weeks_they_sold_in() -> None:
    """Baskets are added over the weeks; a basket lies within one."""
    visits = frame("""
        week | store_id | baskets | households
        1    | 7        | 2       | 1
        2    | 7        | 1       | 1
        3    | 8        | 4       | 3
    """)
    table = stores(frame(LOOKUP), visits)
    found = pinned(
        "stores", table, "store_id", "name", "baskets", "rank", "first_week",
        "last_week", "weeks_with_sales",
    )  # fmt: skip
    assert found == [(7, "Store 7", 3, 2, 1, 2, 2), (8, "Store 8", 4, 1, 3, 3, 1)]


def test_rows_are_measured_and_cells_multiplied() -> None:
    """Two weeks, two stores and two departments make eight cells, of which three are filled.

    With three days and four categories (three listed, and NOT RECORDED) there are more.
    """
    sold = frame("""
        week | sale_date  | store_id | product_id | sales_value | basket_id
        1    | 2017-01-02 | 7        | 1          | 1.00        | 1
        1    | 2017-01-03 | 7        | 2          | 1.00        | 2
        1    | 2017-01-03 | 8        | 1          | 1.00        | 3
        2    | 2017-01-09 | 7        | 3          | 1.00        | 4
    """).with_columns(
        retail_disc=nw.lit(0.0), coupon_disc=nw.lit(0.0), coupon_match_disc=nw.lit(0.0)
    )
    lookup = sales_by_week_store_department(sold, frame(PRODUCTS))
    table = rows_by_grain(
        rows_by_week_grain(sold, frame(PRODUCTS)),
        lookup,
        weeks(trading_days_by_week(sold)),
        frame(PRODUCTS),
    )
    found = pinned("rows_by_grain", table, "grain", "is_base", "rows", "cells", "rows_to_base")
    assert found == [
        ("week", False, 2, 2, 0.6667),
        ("week × department", False, 2, 4, 0.6667),
        ("week × store", False, 3, 4, 1.0),
        ("week × store × department", True, 3, 8, 1.0),
        ("day × store × department", False, 4, 12, 1.3333),
        ("week × store × department × category", False, 4, 32, 1.3333),
        ("day × store × department × category", False, 4, 48, 1.3333),
    ]
