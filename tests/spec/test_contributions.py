"""What moved a week, and how sales spread over stores, on rows small enough to check by eye."""

from __future__ import annotations

from typing import Any

from processing.tables.contributions import (
    contributions_by_week_department,
    contributions_by_week_store,
)
from processing.tables.spread import store_spread_by_week
from tests.spec.frames import frame, pinned
from tests.spec.test_headline import WEEKS

# Ten stores sold a dollar in each of four weeks; in the fifth, store n sold n dollars.
LOOKUP = "week | store_id | department | sales_usd\n" + "\n".join(
    f"{week} | {store} | {'GROCERY' if store % 2 else 'MEAT'} | {store if week == 5 else 1}.00"
    for week in range(1, 6)
    for store in range(1, 11)
)
STORES = "store_id | name\n" + "\n".join(f"{store} | Store {store}" for store in range(1, 12))
DEPARTMENTS = """
    department | name
    GROCERY    | Grocery
    MEAT       | Meat
    FLORAL     | Flowers
"""


def by_store(*columns: str, lookup: str = LOOKUP) -> list[tuple[Any, ...]]:
    made = contributions_by_week_store(frame(lookup), frame(STORES), frame(WEEKS))
    return pinned("contributions_by_week_store", made, *columns)


def test_the_eight_that_moved_most_are_named_and_the_rest_closes_the_sum() -> None:
    """Store n moved sales by n - 1 dollars of a mean of ten; 1 and 2 are the rest: 0 and 1."""
    assert by_store("week", "place", "store_id", "members", "contribution_usd", "is_rest") == [
        *((5, place, 11 - place, 1, 10.0 - place, False) for place in range(1, 9)),
        (5, 9, None, 2, 1.0, True),
    ]
    assert sum(row[0] for row in by_store("contribution_usd")) == 55 - 10


def test_a_contribution_is_given_in_per_cent_of_all_sales() -> None:
    assert by_store("name", "contribution_pct")[0] == ("Store 10", 90.0)
    assert by_store("name", "contribution_pct")[-1] == ("All other stores", 10.0)


def test_departments_that_sold_nothing_in_five_weeks_have_no_row_and_no_rest() -> None:
    made = contributions_by_week_department(frame(LOOKUP), frame(DEPARTMENTS), frame(WEEKS))
    assert pinned("contributions_by_week_department", made, "name", "contribution_usd") == [
        ("Meat", 25.0),
        ("Grocery", 20.0),
    ]


def test_cents_of_rounding_are_closed_by_the_rest() -> None:
    """Ten cents in one of four weeks are a mean of 2.5 cents, which rounds to 3 and not to ten 0.

    5,500 cents less those 3 are the change, whatever the rounding of single stores.
    """
    header, *rows = LOOKUP.splitlines()
    kept = [row.replace("| 1.00", "| 0.01") for row in rows if row[0] == "1"]
    drawn = "\n".join([header, *kept, *(row for row in rows if row[0] == "5")])
    found = by_store("contribution_usd", lookup=drawn)
    assert sum(round(row[0] * 100) for row in found) == 5500 - 3


def test_places_go_by_the_cents_that_are_shown() -> None:
    """Means of 98.5 and 101.5 cents: as far from 100, yet kept as 99 and 102."""
    drawn = """
        week | store_id | department | sales_usd
        1    | 1        | MEAT       | 0.98
        1    | 2        | MEAT       | 1.01
        2    | 1        | MEAT       | 0.98
        2    | 2        | MEAT       | 1.01
        3    | 1        | MEAT       | 0.99
        3    | 2        | MEAT       | 1.02
        4    | 1        | MEAT       | 0.99
        4    | 2        | MEAT       | 1.02
        5    | 1        | MEAT       | 1.00
        5    | 2        | MEAT       | 1.00
    """
    found = by_store("place", "store_id", "contribution_usd", lookup=drawn)
    assert found[:2] == [(1, 2, -0.02), (2, 1, 0.01)]


def test_tenths_of_stores_have_their_share_and_their_ends() -> None:
    """Twenty stores: two in each tenth. Store n sold n dollars of 210."""
    drawn = (
        "week | store_id | week_start_date | is_partial | is_latest | sales_usd | rank\n"
        + "\n".join(f"5 | {n} | 2017-01-30 | no | yes | {n}.00 | {21 - n}" for n in range(1, 21))
        + "\n5 | 21 | 2017-01-30 | no | yes | 0.00 | 21"
    )
    made = store_spread_by_week(frame(drawn))
    columns = ("tenth", "name", "stores", "sales_usd", "share_pct", "least_usd", "most_usd")
    rows = pinned("store_spread_by_week", made, *columns)
    assert len(rows) == 10
    assert rows[0] == (1, "The largest tenth", 2, 39.0, 18.57, 19.0, 20.0)
    assert rows[-1] == (10, "The smallest tenth", 2, 3.0, 1.43, 1.0, 2.0)
