"""What households spend by band: exact money, quartiles by rank, small groups withheld."""

from __future__ import annotations

import narwhals as nw

from processing.contracts.frames import LazyFrame
from processing.contracts.suppress import withhold
from processing.tables.households import (
    sales_by_week_description,
    spending_by_age_household_size,
    spending_by_household_band,
)
from processing.tables.registry import load_tables
from tests.spec.frames import declared, frame, pinned

BANDS = """
    dimension      | band          | position | name
    age            | 65+           | 2        | Old
    age            | 19-24         | 1        | Young
    income         | 250K+         | 1        | Much
    household_size | 1 alone       | 1        | One
    household_size | 2 both        | 2        | Two
    description    | described     | 1        | Known
    description    | not described | 2        | Others
"""
DEMOGRAPHICS = """
    household_id | age   | income | household_size
    1            | 19-24 | 250K+  | 1 alone
    2            | 19-24 | 250K+  | 1 alone
    3            | 19-24 | 250K+  | 2 both
    4            | 19-24 | 250K+  | 2 both
    5            | 65+   | 250K+  | 1 alone
"""
LINES = """
    week | household_id | basket_id | sales_value
    1    | 1            | 11        | 10.00
    1    | 2            | 12        | 20.00
    2    | 3            | 13        | 34.99
    2    | 3            | 14        | 0.01
    2    | 4            | 15        | 100.00
    2    | 5            | 16        | 0.00
    2    | 6            | 17        | 35.00
"""


def lines(text: str = LINES) -> LazyFrame:
    return frame(text).with_columns(sales_value=nw.col("sales_value").cast(nw.Float64))


def bands(*columns: str) -> list[tuple[object, ...]]:
    """Columns of the table by band, before anything is withheld."""
    table = spending_by_household_band(lines(), frame(DEMOGRAPHICS), frame(BANDS))
    return pinned("spending_by_household_band", table, "dimension", "band", *columns)


def test_households_are_counted_once_in_each_dimension() -> None:
    """Household 5 took something without an amount and does not count; 6 is not described."""
    assert bands("households", "baskets", "sales_usd") == [
        ("age", "19-24", 4, 5, 165.0),
        ("age", "65+", 0, None, None),
        ("description", "described", 4, 5, 165.0),
        ("description", "not described", 1, 1, 35.0),
        ("household_size", "1 alone", 2, 2, 30.0),
        ("household_size", "2 both", 2, 3, 135.0),
        ("income", "250K+", 4, 5, 165.0),
    ]


def test_shares_are_of_all_sales() -> None:
    """Also of those of households that are not described: 165 and 35 of 200 dollars."""
    shares = {row[:2]: row[2] for row in bands("share_pct")}
    assert shares["description", "described"] == 82.5
    assert shares["description", "not described"] == 17.5


def test_quartiles_are_amounts_of_households_to_ten_dollars() -> None:
    """Of 10, 20, 35 and 100 dollars the first, second and third; 35.00 reads 40. The mean is exact."""
    table = bands("quarter_usd", "median_usd", "three_quarters_usd", "sales_per_household_usd")
    assert table[0] == ("age", "19-24", 10.0, 20.0, 40.0, 41.25)


def test_a_mean_between_two_cents_is_rounded_up() -> None:
    """10.01 for two households is 5.005 each, and 5.01 on any engine."""
    sold = lines("""
        week | household_id | basket_id | sales_value
        1    | 1            | 11        | 5.00
        1    | 2            | 12        | 5.01
    """)
    table = spending_by_age_household_size(sold, frame(DEMOGRAPHICS), frame(BANDS))
    found = pinned("spending_by_age_household_size", table, "households", "sales_per_household_usd")
    assert found == [(2, 5.01), (0, None), (0, None), (0, None)]


def test_a_group_of_fewer_than_ten_is_withheld_with_all_its_measures() -> None:
    """And the flag says so; a band in which nobody bought anything is not."""
    promise = load_tables()["spending_by_household_band"].contract
    table = spending_by_household_band(lines(), frame(DEMOGRAPHICS), frame(BANDS))
    hidden, results = withhold(promise, declared("spending_by_household_band", table))
    young, old, *_ = hidden.to_pylist()
    kept = {"dimension", "band", "position", "name", "is_withheld"}
    assert {key for key, value in young.items() if value is not None} == kept
    assert (young["is_withheld"], old["is_withheld"], old["households"]) == (True, False, 0)
    assert [result.failed for result in results] == [6, 0]


def test_weekly_sales_are_split_by_description() -> None:
    """What households without demographics bought is a row of its own."""
    table = sales_by_week_description(lines(), frame(DEMOGRAPHICS))
    found = pinned("sales_by_week_description", table, "week", "is_described", "sales_usd")
    assert found == [(1, True, 30.0), (2, False, 35.0), (2, True, 135.0)]
