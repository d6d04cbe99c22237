"""Households, campaigns and promotions of the real data against plain SQL over the raw files."""

from __future__ import annotations

from typing import Any

import duckdb
import pandas as pd
import pytest

from processing.board.reader import Release
from tests.integration.real import data_folder
from tests.integration.test_real_numbers import fetched, pinned


def values(release: Release, name: str, *columns: str) -> list[tuple[Any, ...]]:
    """Columns of a pin in which None stands for what is missing."""
    rows = pinned(release, name, *columns)
    return [tuple(None if value is pd.NA else value for value in row) for row in rows]


def test_spending_by_band(real: Release, raw: duckdb.DuckDBPyConnection) -> None:
    """Households, baskets and sales of every band that is shown; those not shown are two."""
    found = {
        row[:2]: row[2:]
        for row in values(
            real, "spending_by_household_band", "dimension", "band", "households", "baskets",
            "sales_usd", "sales_per_household_usd", "median_usd", "is_withheld",
        )
    }  # fmt: skip
    for dimension in ("age", "income", "household_size"):
        expected = fetched(raw, f"""
            with spent as (
                select household_id, sum(sales_value) v, count(distinct basket_id) b
                from lines where sales_value > 0 group by all
            )
            select {dimension}, count(*), sum(b), round(sum(v), 2), round(avg(v), 2),
                round(quantile_disc(v, 0.5), -1)
            from spent join '{data_folder()}/demographics.parquet' using (household_id)
            group by all
        """)  # fmt: skip
        for band, *wanted in expected:
            *shown, is_withheld = found[dimension, band]
            few = band in {"175-199K", "200-249K"}
            assert is_withheld == few
            if few:
                assert shown == [None] * 5
            else:
                assert [float(value) for value in shown] == pytest.approx(wanted, abs=0.0101)


def test_sales_by_description(real: Release, raw: duckdb.DuckDBPyConnection) -> None:
    """Week by week, to the cent."""
    expected = fetched(raw, f"""
        select week, household_id in (select household_id from '{data_folder()}/demographics.parquet') d,
            round(sum(sales_value), 2)
        from lines group by all order by all
    """)  # fmt: skip
    found = pinned(real, "sales_by_week_description", "week", "is_described", "sales_usd")
    assert [(week, known, float(sales)) for week, known, sales in found] == expected


def test_nothing_small_is_left_and_nothing_follows(
    real: Release, raw: duckdb.DuckDBPyConnection
) -> None:
    """Each age and each size has no hidden group, or several that are ten households together."""
    counted = {
        row[:2]: row[2]
        for row in fetched(raw, f"""
            select age, household_size, count(distinct household_id)
            from lines join '{data_folder()}/demographics.parquet' using (household_id)
            where sales_value > 0 group by all
        """)
    }  # fmt: skip
    found = values(
        real, "spending_by_age_household_size", "age", "household_size", "households", "is_withheld"
    )
    for age, size, households, is_withheld in found:
        assert (households is None) == is_withheld
        assert is_withheld or households == counted.get((age, size), 0)
        assert is_withheld or households == 0 or households >= 10
    for side in (0, 1):
        for band in {row[side] for row in found}:
            hidden = [row[:2] for row in found if row[side] == band and row[3]]
            assert len(hidden) != 1
            assert not hidden or sum(counted[cell] for cell in hidden) >= 10


def test_campaigns(real: Release, raw: duckdb.DuckDBPyConnection) -> None:
    """Every campaign that has started: whom it reached, and what became of its coupons."""
    expected = fetched(raw, f"""
        select campaign_id, end_date > '2017-11-21', (select count(*) from '{data_folder()}/campaigns.parquet' h
                where h.campaign_id = c.campaign_id),
            count(distinct household_id), count(household_id)
        from '{data_folder()}/campaign_descriptions.parquet' c
        left join (from '{data_folder()}/coupon_redemptions.parquet' where redemption_date <= '2017-11-21')
            using (campaign_id)
        where start_date <= '2017-11-21' group by all order by all
    """)  # fmt: skip
    found = values(
        real, "redemption_by_campaign", "campaign_id", "is_running", "households_reached",
        "households_redeemed", "redemptions",
    )  # fmt: skip
    hidden = [(*row[:3], None, None) if 0 < row[3] < 5 else row for row in expected]
    assert found == hidden
    assert len(found) == 23


def test_campaign_types(real: Release, raw: duckdb.DuckDBPyConnection) -> None:
    """Distinct households of each type, by counting pairs of lists."""
    started = f"""
        select campaign_id, campaign_type from '{data_folder()}/campaign_descriptions.parquet'
        where start_date <= '2017-11-21'
    """
    expected = fetched(raw, f"""
        select campaign_type, count(distinct h.household_id), count(distinct r.household_id)
        from ({started}) join '{data_folder()}/campaigns.parquet' h using (campaign_id)
        left join (from '{data_folder()}/coupon_redemptions.parquet' where redemption_date <= '2017-11-21') r
            using (campaign_id, household_id)
        group by all order by all
    """)  # fmt: skip
    found = values(
        real, "redemption_by_campaign_type", "campaign_type", "households_reached",
        "households_redeemed",
    )  # fmt: skip
    assert found[1:] == expected
    assert found[0] == ("All types", 1544, 378)


def test_timing_of_redemptions(real: Release, raw: duckdb.DuckDBPyConnection) -> None:
    """Tenths of the span of ended campaigns, by the database's own arithmetic of dates.

    Campaigns of few households are in none, and a type with a part of few tells none of its parts.
    """
    expected = {
        row[:2]: row[2:]
        for row in fetched(raw, f"""
            with told as (
                select campaign_id from '{data_folder()}/coupon_redemptions.parquet'
                where redemption_date <= '2017-11-21'
                group by all having count(distinct household_id) >= 5
            )
            select campaign_type, (date_diff('day', start_date, redemption_date) * 10
                    // (date_diff('day', start_date, end_date) + 1)) + 1 part,
                count(distinct household_id), count(*)
            from '{data_folder()}/coupon_redemptions.parquet'
            join '{data_folder()}/campaign_descriptions.parquet' using (campaign_id)
            join told using (campaign_id)
            where end_date <= '2017-11-21' group by all
        """)
    }  # fmt: skip
    untold = {name for (name, _), counted in expected.items() if counted[0] < 5}
    for campaign_type, part, households, redemptions in values(
        real, "redemptions_by_campaign_part", "campaign_type", "part", "households_redeemed",
        "redemptions",
    ):  # fmt: skip
        counted = expected.get((campaign_type, part), (0, 0))
        hidden = (None, None) if campaign_type in untold else counted
        assert (households, redemptions) == hidden


def test_sales_with_and_without_a_placement(real: Release, raw: duckdb.DuckDBPyConnection) -> None:
    """Week by week for every product in a store, with the database's own quantiles."""
    expected = fetched(raw, f"""
        with sold as (
            select product_id, store_id, week, sum(sales_value) v from lines
            where week between 2 and 47 group by all having v > 0
        ), pairs as (
            select product_id, store_id, sum(v) v, min(week) a, max(week) z from sold
            group by all having count(*) >= 8
        ), placed as (
            select product_id, store_id, week, max(display_location) <> '0' d, max(mailer_location) <> '0' m
            from '{data_folder()}/promotions.parquet' semi join pairs using (product_id, store_id)
            where week between 2 and 47 group by all
        ), spans as (
            select product_id, store_id, greatest(z, max(week)) - least(a, min(week)) + 1 - count(*) as without,
                any_value(pairs.v) - coalesce(sum(sold.v), 0) rest
            from placed join pairs using (product_id, store_id)
            left join sold using (product_id, store_id, week)
            group by product_id, store_id, a, z
        )
        select case when d and m then 'both' when d then 'display' else 'mailer' end code, count(*),
            quantile_disc(ratio, 0.25), quantile_disc(ratio, 0.5), quantile_disc(ratio, 0.75)
        from (
            select d, m, product_id, store_id, count(*) weeks_with,
                case when rest > 0.001 then sum(coalesce(v, 0)) / count(*) / (rest / without)
                    else 1e9 end ratio
            from placed join spans using (product_id, store_id)
            left join sold using (product_id, store_id, week)
            where without >= 4 group by d, m, product_id, store_id, rest, without
            having count(*) >= 4 and sum(coalesce(v, 0)) + rest > 0.001
        ) group by all order by all
    """)  # fmt: skip
    found = [
        row[1:]
        for row in values(
            real, "sales_by_placement", "kind", "code", "pairs", "quarter_ratio", "median_ratio",
            "three_quarters_ratio",
        )
        if row[0] == "any"
    ]  # fmt: skip
    assert [row[:2] for row in found] == [row[:2] for row in expected]
    for one, other in zip(found, expected, strict=True):
        assert [float(value) for value in one[2:]] == pytest.approx(other[2:], abs=0.0002)


def test_no_placement_stands_twice_as_a_row(raw: duckdb.DuckDBPyConnection) -> None:
    """The source has no rule for it, because to look takes longer than all else of a build."""
    week = "store_id, product_id, display_location, mailer_location"
    (twice,) = fetched(raw, f"""
        select count(*) - count(distinct ({week})) from '{data_folder()}/promotions.parquet' where week = 47
    """)  # fmt: skip
    assert twice == (0,)
