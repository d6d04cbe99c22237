"""The figures the front page opens with: four measures by week, each set against its past."""

from __future__ import annotations

import narwhals as nw

from processing.contracts.contract import Check, Column, Contract
from processing.contracts.frames import LazyFrame
from processing.tables import columns as c
from processing.tables.expressions import cents, percent, usd
from processing.tables.registry import table
from processing.tables.weeks import baseline

FUEL_CODE = "FUEL"
MEAN4 = "the four weeks before; empty unless all five weeks have seven trading days"
BEFORE = "the week before; empty unless both weeks have seven trading days"


def _compared(measure: str, says: str) -> tuple[Column, ...]:
    """The columns that set one measure against its two baselines."""
    return (
        c.column(
            f"{measure}_change_before_pct", "pct", "per cent", f"Change of {says} on {BEFORE}",
            nullable=True,
        ),
        c.column(
            f"{measure}_change_mean4_pct", "pct", "per cent",
            f"Change of {says} on the mean of {MEAN4}", nullable=True,
        ),
    )  # fmt: skip


@table(
    Contract(
        title="Headline figures by week",
        grain="One row per week",
        key=("week",),
        columns=(
            c.WEEK,
            c.WEEK_START_DATE,
            c.WEEK_END_DATE,
            c.TRADING_DAYS,
            c.IS_PARTIAL,
            c.IS_LATEST,
            c.SALES_USD,
            c.BASKETS,
            c.HOUSEHOLDS,
            c.column("average_basket_usd", "usd", "US dollars", "Sales divided by baskets"),
            c.column("fuel_sales_usd", "usd", "US dollars", "Sales of the fuel department"),
            c.column("fuel_share_pct", "pct", "per cent", "Fuel in per cent of sales"),
            c.column(
                "sales_year_to_date_usd", "usd", "US dollars", "Sales of the year so far"
            ),
            c.column(
                "sales_change_before_usd", "usd", "US dollars", f"Sales less those of {BEFORE}",
                nullable=True,
            ),
            c.column(
                "sales_change_mean4_usd", "usd", "US dollars", f"Sales less the mean of {MEAN4}",
                nullable=True,
            ),
            c.column(
                "sales_mean4_usd", "usd", "US dollars", f"Mean sales of {MEAN4}", nullable=True
            ),
            c.column(
                "baskets_mean4", "ratio", "baskets", f"Mean baskets of {MEAN4}", nullable=True
            ),
            c.column(
                "households_mean4", "ratio", "households", f"Mean households of {MEAN4}",
                nullable=True,
            ),
            c.column(
                "average_basket_mean4_usd", "usd", "US dollars",
                f"Sales divided by baskets over {MEAN4}", nullable=True,
            ),
            *_compared("sales", "sales"),
            *_compared("baskets", "baskets"),
            *_compared("households", "households"),
            *_compared("average_basket", "the average basket"),
            c.column(
                "weeks_compared", "int16", "weeks",
                "Earlier weeks whose sales can be set against the mean of the four before them; "
                "empty where this week’s cannot, or none did before",
                nullable=True,
            ),
            c.column(
                "weeks_further", "int16", "weeks",
                "Of these, the weeks whose sales were further from that mean, in per cent, above "
                "or below",
                nullable=True,
            ),
        ),
        checks=(
            Check(kind="rows", says="between 1 and 53 weeks", minimum=1, maximum=53),
            Check(
                kind="sum",
                says="the change is sales less the mean of the four weeks before",
                column="sales_usd",
                terms=("sales_mean4_usd", "sales_change_mean4_usd"),
            ),
            Check(
                kind="not_above",
                says="fuel is part of sales",
                column="fuel_sales_usd",
                terms=("sales_usd",),
            ),
            Check(
                kind="not_above",
                says="no more weeks further from their mean than compared",
                column="weeks_further",
                terms=("weeks_compared",),
            ),
            Check(
                kind="not_above",
                says="no more households than baskets",
                column="households",
                terms=("baskets",),
            ),
        ),
        treatment=(c.NO_PRODUCT, c.NO_AMOUNT, c.FUEL, c.COUPON, c.WEEKS),
        cadence="daily",
    )
)  # fmt: skip
def headline_by_week(
    sales_by_week_store_department: LazyFrame, visits_by_week: LazyFrame, weeks: LazyFrame
) -> LazyFrame:
    """One row per week: sales, baskets, households, average basket, and their changes."""
    lookup = sales_by_week_store_department.with_columns(sales_cents=cents("sales_usd"))
    fuel = nw.when(nw.col("department") == FUEL_CODE).then(nw.col("sales_cents"))
    sold = lookup.group_by("week").agg(
        sales_cents=nw.col("sales_cents").sum().cast(nw.Int64),
        fuel_cents=nw.coalesce(fuel, nw.lit(0)).sum().cast(nw.Int64),
    )
    joined = weeks.join(sold, on="week", how="left").join(visits_by_week, on="week", how="left")
    return _with_usual(_with_changes(joined)).select(
        "week", "week_start_date", "week_end_date", "trading_days", "is_partial", "is_latest",
        "sales_usd", "baskets", "households", "average_basket_usd", "fuel_sales_usd",
        "fuel_share_pct", "sales_year_to_date_usd", "sales_change_before_usd",
        "sales_change_mean4_usd", "sales_mean4_usd", "baskets_mean4", "households_mean4",
        "average_basket_mean4_usd",
        *(
            f"{measure}_change_{base}_pct"
            for measure in ("sales", "baskets", "households", "average_basket")
            for base in ("before", "mean4")
        ),
        "weeks_compared", "weeks_further",
    )  # fmt: skip


def _with_usual(weekly: LazyFrame) -> LazyFrame:
    """Adds of how many earlier weeks the sales were further from the mean of the four before."""
    known = weekly.select("week", distance=nw.col("sales_change_mean4_pct").abs()).filter(
        ~nw.col("distance").is_null()
    )
    earlier = known.select(earlier_week=nw.col("week"), earlier_distance=nw.col("distance"))
    is_further = nw.col("earlier_distance") > nw.col("distance")
    counted = (
        known.join(earlier, how="cross")
        .filter(nw.col("earlier_week") < nw.col("week"))
        .with_columns(is_further=nw.when(is_further).then(nw.lit(1)).otherwise(nw.lit(0)))
        .group_by("week")
        .agg(weeks_compared=nw.col("is_further").count(), weeks_further=nw.col("is_further").sum())
    )
    return weekly.join(counted, on="week", how="left")


def _with_changes(weekly: LazyFrame) -> LazyFrame:
    """Adds every derived column of the headline figures to sales_cents, baskets, households."""
    measures = {"sales": "sales_cents", "baskets": "baskets", "households": "households"}
    based = weekly
    for measure, column in measures.items():
        before, sum4 = baseline(column)
        based = based.with_columns(
            **{f"{measure}_before": before, f"{measure}_sum4": sum4}
        ).with_columns(
            **{
                f"{measure}_change_before_pct": percent(
                    nw.col(column) - nw.col(f"{measure}_before"), nw.col(f"{measure}_before")
                ),
                f"{measure}_change_mean4_pct": percent(
                    nw.col(column) * 4 - nw.col(f"{measure}_sum4"), nw.col(f"{measure}_sum4")
                ),
            }
        )
    return (
        _with_average_basket(based)
        .with_columns(
            mean4_cents=(nw.col("sales_sum4") + 2) // 4,  # whole cents, halves up, on any engine
            sales_usd=usd("sales_cents"),
            fuel_sales_usd=usd("fuel_cents"),
            fuel_share_pct=percent(nw.col("fuel_cents"), nw.col("sales_cents")),
            sales_year_to_date_usd=nw.col("sales_cents").cum_sum().over(order_by="week") / 100,
            sales_change_before_usd=(nw.col("sales_cents") - nw.col("sales_before")) / 100,
            baskets_mean4=nw.col("baskets_sum4") / 4,
            households_mean4=nw.col("households_sum4") / 4,
        )
        .with_columns(
            sales_mean4_usd=usd("mean4_cents"),
            sales_change_mean4_usd=(nw.col("sales_cents") - nw.col("mean4_cents")) / 100,
        )
    )


def _with_average_basket(based: LazyFrame) -> LazyFrame:
    """Adds the average basket in dollars, its baseline over four weeks, and its two changes."""
    return based.with_columns(
        average_cents=nw.col("sales_cents") / nw.col("baskets"),
        average_before=nw.col("sales_before") / nw.col("baskets_before"),
        average_mean4=nw.col("sales_sum4") / nw.col("baskets_sum4"),
    ).with_columns(
        average_basket_usd=usd("average_cents"),
        average_basket_mean4_usd=usd("average_mean4"),
        average_basket_change_before_pct=percent(
            nw.col("average_cents") - nw.col("average_before"), nw.col("average_before")
        ),
        average_basket_change_mean4_pct=percent(
            nw.col("average_cents") - nw.col("average_mean4"), nw.col("average_mean4")
        ),
    )
