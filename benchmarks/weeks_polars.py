"""A peer of the week-by-week tables: the same five by Polars' streaming engine, from scratch."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import polars as pl

FOLDER, AS_OF, OUT = Path(sys.argv[1]), date.fromisoformat(sys.argv[2]), Path(sys.argv[3])
OUT.mkdir(parents=True, exist_ok=True)

local = pl.col("transaction_timestamp").dt.replace_time_zone("UTC")
lines = (
    pl.scan_parquet(FOLDER / "lines" / "*" / "*.parquet", hive_partitioning=True)
    .with_columns(day=local.dt.convert_time_zone("America/New_York").dt.date())
    .filter(pl.col("day") <= AS_OF)
)
products = pl.scan_parquet(FOLDER / "products.parquet")
codes = products.select(
    "product_id",
    pl.col("department").fill_null("NOT RECORDED"),
    d=pl.col("department").rank("dense"),
    c=pl.col("product_category").rank("dense"),
)
paid = lines.filter(pl.col("sales_value") > 0)
visits = {
    "baskets": pl.col("basket_id").n_unique(),
    "households": pl.col("household_id").n_unique(),
}
sold = lines.join(codes, on="product_id", how="left").with_columns(
    pl.col("department").fill_null("NOT RECORDED"),
    pl.col("d", "c").fill_null(0),
    cents=(pl.col("sales_value") * 100).round().cast(pl.Int64),
    off=(
        (pl.col("retail_disc") + pl.col("coupon_disc") + pl.col("coupon_match_disc")) * 100
    ).round().cast(pl.Int64),
)  # fmt: skip
grains = [
    ["week"], ["week", "d"], ["week", "store_id"], ["week", "store_id", "d"],
    ["week", "day", "store_id", "d"], ["week", "store_id", "d", "c"],
    ["week", "day", "store_id", "d", "c"],
]  # fmt: skip
tables = {
    "trading_days_by_week": lines.group_by("week").agg(
        first_date=pl.col("day").min(),
        last_date=pl.col("day").max(),
        trading_days=pl.col("day").n_unique(),
    ),
    "visits_by_week": paid.group_by("week").agg(**visits),
    "visits_by_week_store": paid.group_by("week", "store_id").agg(**visits),
    "sales_by_week_store_department": sold.group_by("week", "store_id", "department").agg(
        pl.col("cents").sum(), pl.col("off").sum(), lines=pl.len()
    ),
    "rows_by_week_grain": pl.concat(
        sold.select(grain)
        .unique()
        .group_by("week")
        .agg(rows=pl.len())
        .with_columns(grain=pl.lit(at))
        for at, grain in enumerate(grains, start=1)
    ),
}
for name, table in tables.items():
    table.sort(pl.all()).collect(engine="streaming").write_parquet(OUT / f"{name}.parquet")
