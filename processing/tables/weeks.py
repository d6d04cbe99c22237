"""The calendar of the data: which weeks there are, how full they are, which can be compared."""

from __future__ import annotations

import narwhals as nw

from processing.contracts.contract import Check, Contract
from processing.contracts.frames import LazyFrame
from processing.tables import columns as c
from processing.tables.expressions import monday
from processing.tables.registry import table

FULL_WEEK = 7


@table(
    Contract(
        title="Weeks covered",
        grain="One row per week with sales",
        key=("week",),
        columns=(
            c.WEEK,
            c.WEEK_START_DATE,
            c.WEEK_END_DATE,
            c.column("last_date", "date", "date", "The last day of the week with sales so far"),
            c.TRADING_DAYS,
            c.IS_PARTIAL,
            c.IS_LATEST,
            c.column(
                "is_comparable_before",
                "bool",
                "yes or no",
                "This week and the one before have seven trading days each",
            ),
            c.column(
                "is_comparable_mean4",
                "bool",
                "yes or no",
                "This week and the four before have seven trading days each",
            ),
        ),
        checks=(
            Check(kind="rows", says="between 1 and 53 weeks", minimum=1, maximum=53),
            Check(
                kind="not_above",
                says="no sale lies after its week",
                column="last_date",
                terms=("week_end_date",),
            ),
            Check(
                kind="not_above",
                says="no sale lies before its week",
                column="week_start_date",
                terms=("last_date",),
            ),
        ),
        treatment=(c.WEEKS,),
        cadence="daily",
    )
)
def weeks(trading_days_by_week: LazyFrame) -> LazyFrame:
    """One row per week: start, end, last day with sales, trading days and what they allow."""
    dated = trading_days_by_week.with_columns(
        week_start_date=monday("first_date"),
        is_partial=nw.col("trading_days") < FULL_WEEK,
        full=(nw.col("trading_days") == FULL_WEEK).cast(nw.Int64),
    )
    ended = dated.with_columns(
        week_end_date=nw.col("week_start_date").dt.offset_by("6d").cast(nw.Date),
        is_latest=nw.col("week") == (nw.col("week") * nw.col("full")).max(),
        full_2=nw.col("full").rolling_sum(2, min_samples=1).over(order_by="week"),
        full_5=nw.col("full").rolling_sum(5, min_samples=1).over(order_by="week"),
    )
    return ended.with_columns(
        is_comparable_before=nw.col("full_2") == 2,
        is_comparable_mean4=nw.col("full_5") == 5,
    ).drop("first_date", "full", "full_2", "full_5")


def baseline(cents: str, within: str | None = None) -> tuple[nw.Expr, nw.Expr]:
    """The value of `cents` in the week before, and the sum over the four weeks before.

    Both follow the order of `week`, counted anew for each value of `within`, and hold only where
    every week has a row and `is_comparable_before` or `is_comparable_mean4` is true.
    """
    keys = [within] if within else []
    value = nw.col(cents)
    before = value.shift(1).over(*keys, order_by="week")
    sum5 = value.rolling_sum(5, min_samples=1).over(*keys, order_by="week")
    return (
        nw.when(nw.col("is_comparable_before")).then(before),
        nw.when(nw.col("is_comparable_mean4")).then(sum5 - value),
    )
