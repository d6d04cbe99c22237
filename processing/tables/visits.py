"""Who came, and on which days: counts that must be taken from single lines, week by week."""

from __future__ import annotations

import narwhals as nw

from processing.contracts.contract import Check, Contract, Suppression
from processing.contracts.frames import LazyFrame
from processing.tables import columns as c
from processing.tables.lines import with_amount
from processing.tables.registry import table

NO_MORE_HOUSEHOLDS = Check(
    kind="not_above",
    says="no more households than baskets",
    column="households",
    terms=("baskets",),
)


@table(
    Contract(
        title="Trading days by week",
        grain="One row per week with sales",
        key=("week",),
        columns=(
            c.WEEK,
            c.column("first_date", "date", "date", "The first day of the week with sales"),
            c.column("last_date", "date", "date", "The last day of the week with sales so far"),
            c.TRADING_DAYS,
        ),
        checks=(Check(kind="rows", says="between 1 and 53 weeks", minimum=1, maximum=53),),
        treatment=(c.WEEKS,),
        cadence="daily",
    ),
    by_week=True,
)
def trading_days_by_week(transactions: LazyFrame) -> LazyFrame:
    """One row per week: first and last day with sales, and how many days had any."""
    return transactions.group_by("week").agg(
        first_date=nw.col("sale_date").min(),
        last_date=nw.col("sale_date").max(),
        trading_days=nw.col("sale_date").n_unique(),
    )


@table(
    Contract(
        title="Visits by week",
        grain="One row per week in which anything with an amount was sold",
        key=("week",),
        columns=(c.WEEK, c.BASKETS, c.HOUSEHOLDS),
        checks=(NO_MORE_HOUSEHOLDS,),
        treatment=(c.NO_AMOUNT, c.WEEKS),
        cadence="daily",
    ),
    by_week=True,
)
def visits_by_week(transactions: LazyFrame) -> LazyFrame:
    """One row per week: baskets and households over all stores."""
    return _visits(transactions, "week")


@table(
    Contract(
        title="Visits by week and store",
        grain="One row per week and store in which anything with an amount was sold",
        key=("week", "store_id"),
        columns=(c.WEEK, c.STORE_ID, c.BASKETS, c.FEW_HOUSEHOLDS),
        checks=(NO_MORE_HOUSEHOLDS,),
        treatment=(c.NO_AMOUNT, c.FEW, c.WEEKS),
        cadence="daily",
        suppress=Suppression(count="households", minimum=c.FEWEST_HOUSEHOLDS),
    ),
    by_week=True,
)
def visits_by_week_store(transactions: LazyFrame) -> LazyFrame:
    """One row per week and store: baskets and households. A household may visit several stores."""
    return _visits(transactions, "week", "store_id")


def _visits(transactions: LazyFrame, *keys: str) -> LazyFrame:
    """Distinct baskets and households with an amount, by `keys`."""
    return (
        with_amount(transactions)
        .group_by(*keys)
        .agg(baskets=nw.col("basket_id").n_unique(), households=nw.col("household_id").n_unique())
    )
