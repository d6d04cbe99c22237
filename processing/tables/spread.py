"""How unevenly sales spread over stores: each week's stores in ten parts of equal number."""

from __future__ import annotations

import narwhals as nw

from processing.contracts.contract import Check, Column, Contract
from processing.contracts.frames import LazyFrame
from processing.tables import columns as c
from processing.tables.expressions import cents, percent, usd
from processing.tables.registry import table
from processing.tables.sales import SALES_TREATMENT

NAMES = (
    "The largest tenth",
    "Second tenth",
    "Third tenth",
    "Fourth tenth",
    "Fifth tenth",
    "Sixth tenth",
    "Seventh tenth",
    "Eighth tenth",
    "Ninth tenth",
    "The smallest tenth",
)


@table(
    Contract(
        title="Spread of sales over stores by week",
        grain="One row per week and tenth of the stores that sold anything",
        key=("week", "tenth"),
        columns=(
            c.WEEK,
            Column(
                name="tenth",
                type="int16",
                unit="place",
                meaning="Which tenth of the stores by sales, 1 sold most",
                minimum=1,
                maximum=10,
            ),
            c.column("name", "string", "name", "What pages call the tenth"),
            c.WEEK_START_DATE,
            c.IS_PARTIAL,
            c.IS_LATEST,
            c.column("stores", "int32", "stores", "Stores in the tenth"),
            c.SALES_USD,
            c.column("share_pct", "pct", "per cent", "Share of all sales of the week"),
            c.column("least_usd", "usd", "US dollars", "Sales of its store that sold least"),
            c.column("most_usd", "usd", "US dollars", "Sales of its store that sold most"),
        ),
        checks=(
            Check(
                kind="not_above",
                says="the least is not above the most",
                column="least_usd",
                terms=("most_usd",),
            ),
        ),
        treatment=SALES_TREATMENT,
        cadence="daily",
    )
)
def store_spread_by_week(sales_by_week_store: LazyFrame) -> LazyFrame:
    """One row per week and tenth of its stores: how many, what they sold, and the share of it."""
    sold = sales_by_week_store.filter(nw.col("sales_usd") > 0).with_columns(
        sales_cents=cents("sales_usd"), one=nw.lit(1)
    )
    placed = sold.with_columns(count=nw.col("one").sum().over("week")).with_columns(
        tenth=((nw.col("rank") - 1) * 10 // nw.col("count") + 1).cast(nw.Int16)
    )
    tenths = placed.group_by("week", "tenth", "week_start_date", "is_partial", "is_latest").agg(
        nw.col("sales_cents").sum().cast(nw.Int64),
        stores=nw.len(),
        least_cents=nw.col("sales_cents").min(),
        most_cents=nw.col("sales_cents").max(),
    )
    total = nw.col("sales_cents").sum().over("week")
    return tenths.with_columns(
        name=_name(),
        sales_usd=usd("sales_cents"),
        share_pct=percent(nw.col("sales_cents"), total),
        least_usd=usd("least_cents"),
        most_usd=usd("most_cents"),
    ).drop("sales_cents", "least_cents", "most_cents")


def _name() -> nw.Expr:
    chosen = nw.lit(NAMES[-1])
    for place, name in enumerate(NAMES[:-1], start=1):
        chosen = nw.when(nw.col("tenth") == place).then(nw.lit(name)).otherwise(chosen)
    return chosen
