"""What the tables of departments, stores and grains promise."""

from __future__ import annotations

import narwhals as nw

from processing.tables.grain import rows_by_grain
from processing.tables.metadata import departments, stores
from processing.tables.sales import sales_by_week_store_department
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
    """Households without an amount are not counted."""
    sold = frame("""
        store_id | household_id | sales_value
        7        | 1            | 10.00
        7        | 2            | 0.00
        8        | 1            | 30.00
    """)
    table = stores(frame(LOOKUP), sold)
    found = pinned(
        "stores", table, "store_id", "name", "households", "rank", "first_week",
        "last_week", "weeks_with_sales",
    )  # fmt: skip
    assert found == [(7, "Store 7", 1, 2, 1, 2, 2), (8, "Store 8", 1, 1, 3, 3, 1)]


def test_rows_are_measured_and_cells_multiplied() -> None:
    """Two weeks, two stores and two departments make eight cells, of which three are filled."""
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
    table = rows_by_grain(sold, frame(PRODUCTS), lookup)
    found = pinned("rows_by_grain", table, "grain", "rows", "cells", "rows_to_base")
    assert found == [
        ("week", 2, 2, 0.6667),
        ("week × department", 2, 4, 0.6667),
        ("week × store", 3, 4, 1.0),
        ("week × store × department", 3, 8, 1.0),
        ("day × store × department", 4, 12, 1.3333),
        ("week × store × department × category", 4, 24, 1.3333),
        ("day × store × department × category", 4, 36, 1.3333),
    ]
