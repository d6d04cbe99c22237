"""The pins of the real data against plain SQL over the raw files, in binary floats and by another route."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from processing.board.reader import Release
from tests.integration.real import data_folder


def fetched(raw: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    """The rows of a query over `lines`."""
    return raw.execute(query).fetchall()


def pinned(release: Release, name: str, *columns: str) -> list[tuple[Any, ...]]:
    """Columns of a pin as plain Python values."""
    frame = release.read(name).frame[list(columns)]
    return [tuple(row) for row in frame.astype(object).itertuples(index=False)]


def test_headline_figures(real: Release, raw: duckdb.DuckDBPyConnection) -> None:
    """Sales, baskets, households and fuel of each week."""
    expected = fetched(raw, """
        select week, round(sum(sales_value), 2),
            count(distinct case when sales_value > 0 then basket_id end),
            count(distinct case when sales_value > 0 then household_id end),
            coalesce(round(sum(sales_value) filter (department = 'FUEL'), 2), 0)
        from lines group by week order by week
    """)  # fmt: skip
    found = pinned(
        real, "headline_by_week", "week", "sales_usd", "baskets", "households", "fuel_sales_usd"
    )
    assert len(found) == 48
    assert [(w, float(s), b, h, float(f)) for w, s, b, h, f in found] == expected


def test_the_latest_week_against_its_baselines(
    real: Release, raw: duckdb.DuckDBPyConnection
) -> None:
    """Week 47 is the last full one on 21 November; computed here from daily sums."""
    ((now, before, mean4),) = fetched(raw, """
        select sum(sales_value) filter (local >= '2017-11-13' and local < '2017-11-20'),
            sum(sales_value) filter (local >= '2017-11-06' and local < '2017-11-13'),
            sum(sales_value) filter (local >= '2017-10-16' and local < '2017-11-13') / 4
        from lines
    """)  # fmt: skip
    (row,) = [
        r for r in pinned(
            real, "headline_by_week", "week", "is_latest", "sales_usd",
            "sales_change_before_pct", "sales_change_mean4_pct", "sales_change_mean4_usd",
        ) if r[1]
    ]  # fmt: skip
    assert row[0] == 47
    assert float(row[2]) == pytest.approx(now, abs=0.005)
    assert float(row[3]) == pytest.approx((now / before - 1) * 100, abs=0.00501)
    assert float(row[4]) == pytest.approx((now / mean4 - 1) * 100, abs=0.00501)
    assert float(row[5]) == pytest.approx(now - mean4, abs=0.0101)


def test_the_lookup_table(real: Release, raw: duckdb.DuckDBPyConnection) -> None:
    """Every week, store and department, to the cent."""
    expected = fetched(raw, """
        select week, store_id, coalesce(department, 'NOT RECORDED') d, round(sum(sales_value), 2),
            round(sum(retail_disc + coupon_disc + coupon_match_disc), 2), count(*)
        from lines group by week, store_id, d order by d, store_id, week
    """)  # fmt: skip
    found = pinned(
        real, "sales_by_week_store_department",
        "week", "store_id", "department", "sales_usd", "discount_usd", "lines",
    )  # fmt: skip
    assert [(*r[:3], float(r[3]), float(r[4]), r[5]) for r in found] == expected


def test_totals_agree_between_tables(real: Release) -> None:
    """Weeks by departments, weeks by stores, the lookup table and the headline are one sum."""
    totals = {
        name: sum(value for (value,) in pinned(real, name, "sales_usd"))
        for name in (
            "headline_by_week", "sales_by_week_department", "sales_by_week_store",
            "sales_by_week_store_department", "departments", "stores",
        )
    }  # fmt: skip
    assert len(set(totals.values())) == 1, totals


def test_stores_of_the_latest_week(real: Release, raw: duckdb.DuckDBPyConnection) -> None:
    """Ranking by sales, with baskets and households that have an amount."""
    expected = fetched(raw, """
        select store_id, round(sum(sales_value), 2) s,
            count(distinct case when sales_value > 0 then basket_id end),
            count(distinct case when sales_value > 0 then household_id end)
        from lines where week = 47 group by store_id having s > 0 order by s desc, store_id limit 25
    """)  # fmt: skip
    found = [
        (row[2], float(row[3]), *row[4:])
        for row in pinned(
            real, "sales_by_week_store", "is_latest", "rank",
            "store_id", "sales_usd", "baskets", "households",
        )
        if row[0] and row[1] <= 25
    ]  # fmt: skip
    assert sorted(found, key=lambda row: (-row[1], row[0])) == expected


def test_the_calendar(real: Release, raw: duckdb.DuckDBPyConnection) -> None:
    """Weeks by the database's own time zones and ISO weeks."""
    expected = fetched(raw, """
        select week, min(date_trunc('week', local))::date, max(local)::date, count(distinct local::date)
        from lines group by week order by week
    """)  # fmt: skip
    assert pinned(real, "weeks", "week", "week_start_date", "last_date", "trading_days") == expected


def test_the_grain_table(real: Release, raw: duckdb.DuckDBPyConnection) -> None:
    """Rows of the lookup table by week, day, category and both."""
    key = "store_id, coalesce(department, 'x'), coalesce(product_category, 'x')"
    expected = [
        fetched(raw, f"select count(*) from (select distinct {columns} from lines)")[0][0]
        for columns in (
            "week", "week, coalesce(department, 'x')", "week, store_id",
            "week, store_id, coalesce(department, 'x')", "local::date, store_id, coalesce(department, 'x')",
            f"week, {key}", f"local::date, {key}",
        )
    ]  # fmt: skip
    assert [rows for (rows,) in pinned(real, "rows_by_grain", "rows")] == expected


def test_known_facts_of_the_data(raw: duckdb.DuckDBPyConnection) -> None:
    """What the contracts say about odd rows is counted, over the whole year."""
    (counts,) = fetched(raw, f"""
        select count(*) filter (product_id not in (select product_id from '{data_folder()}/products.parquet')),
            count(*) filter (quantity = 0), count(*) filter (sales_value = 0)
        from '{data_folder()}/transactions.parquet'
    """)  # fmt: skip
    assert counts == (4836, 8869, 11226)
