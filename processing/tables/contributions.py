"""What moved the sales of a week: how much of the change is due to which department and store."""

from __future__ import annotations

import narwhals as nw

from processing.contracts.contract import Check, Column, Contract
from processing.contracts.frames import LazyFrame
from processing.tables import columns as c
from processing.tables.expressions import percent, row_number, usd
from processing.tables.registry import table
from processing.tables.sales import SALES_TREATMENT, compared_weekly

TOP = 8  # named one by one; the rest of the change stands in one more row
ADDS_UP = (
    "A contribution is sales less the mean of the four weeks before, to the cent. All "
    "contributions of a week add up to the change of all sales; the last one closes the sum, "
    "cents of rounding included."
)


def _contract(title: str, of_what: str, code: Column) -> Contract:
    """The contract of either table: nine rows for each week that has a baseline."""
    return Contract(
        title=title,
        grain=f"One row per week with a baseline and {of_what}, the eight that moved most and the "
        "rest as one",
        key=("week", "place"),
        columns=(
            c.WEEK,
            Column(
                name="place",
                type="int16",
                unit="place",
                meaning="Place by the size of the contribution; the rest comes last",
                minimum=1,
                maximum=TOP + 1,
            ),
            code,
            c.column("name", "string", "name", f"What pages call the {of_what}, or the rest"),
            c.WEEK_START_DATE,
            c.IS_LATEST,
            c.column("is_rest", "bool", "yes or no", "Whether the row is the rest"),
            c.column("members", "int32", f"{of_what}s", f"{of_what.capitalize()}s in the row"),
            c.column(
                "contribution_usd",
                "usd",
                "US dollars",
                "Sales less their mean of the four weeks before",
            ),
            c.column(
                "contribution_pct",
                "pct",
                "per cent",
                "That contribution in per cent of the mean of all sales",
                nullable=True,
            ),
        ),
        checks=(
            Check(
                kind="rows",
                says="at most nine rows a week",
                minimum=0,
                maximum=53 * (TOP + 1),
            ),
        ),
        treatment=(*SALES_TREATMENT, ADDS_UP),
        cadence="daily",
    )


@table(
    _contract(
        "What moved sales by week: departments",
        "department",
        c.column("department", "string", "department code", "The department", nullable=True),
    )
)
def contributions_by_week_department(
    sales_by_week_store_department: LazyFrame, departments: LazyFrame, weeks: LazyFrame
) -> LazyFrame:
    """One row per week and place: the departments that moved sales most, and the others as one."""
    weekly = compared_weekly(sales_by_week_store_department, departments, weeks, "department")
    return _contributions(weekly, "department", "All other departments")


@table(
    _contract(
        "What moved sales by week: stores",
        "store",
        c.column("store_id", "int32", "store number", "The store", nullable=True),
    )
)
def contributions_by_week_store(
    sales_by_week_store_department: LazyFrame, stores: LazyFrame, weeks: LazyFrame
) -> LazyFrame:
    """One row per week and place: the stores that moved sales most, and the others as one."""
    weekly = compared_weekly(sales_by_week_store_department, stores, weeks, "store_id")
    return _contributions(weekly, "store_id", "All other stores")


def _contributions(weekly: LazyFrame, entity: str, rest: str) -> LazyFrame:
    """The largest contributions of each week with a baseline, and one that closes their sum.

    `weekly` has a row for every week and `entity`, as `compared_weekly` makes it.
    """
    compared = weekly.filter(~nw.col("mean4_sum_cents").is_null())
    sold = compared.filter((nw.col("sales_cents") > 0) | (nw.col("mean4_sum_cents") > 0))
    moved = (
        sold.with_columns(own_cents=nw.col("sales_cents") - nw.col("mean4_cents"))
        # By the whole cents that are kept, so that nobody can find a larger one in a lower place.
        .with_columns(size=-nw.col("own_cents").abs())
        .with_columns(place=row_number(["size", entity], within=["week"]))
    )
    left = _left(moved)
    named = moved.filter(nw.col("place") <= TOP).with_columns(
        is_rest=nw.lit(False), members=nw.lit(1)
    )
    others = left.filter((nw.col("members") > 0) | (nw.col("own_cents") != 0)).with_columns(
        **{entity: nw.lit(None), "name": nw.lit(rest), "is_rest": nw.lit(True)},
        place=nw.lit(TOP + 1),
    )
    shown = ["week", "place", entity, "name", "is_rest", "members", "own_cents"]
    both = nw.concat([_typed(named, entity).select(shown), _typed(others, entity).select(shown)])
    means = left.select("week", "week_start_date", "is_latest", "all_mean4_cents")
    return (
        both.join(means, on="week", how="left")
        .with_columns(
            contribution_usd=usd("own_cents"),
            contribution_pct=percent(nw.col("own_cents"), nw.col("all_mean4_cents")),
        )
        .drop("own_cents", "all_mean4_cents")
    )


def _typed(rows: LazyFrame, entity: str) -> LazyFrame:
    """Both halves with one type for each column that they compute apart."""
    return rows.with_columns(
        nw.col(entity).cast(nw.Int32 if entity == "store_id" else nw.String),
        nw.col("place").cast(nw.Int16),
        nw.col("members").cast(nw.Int32),
        nw.col("own_cents").cast(nw.Int64),
    )


def _left(moved: LazyFrame) -> LazyFrame:
    """One row per week: what is left of the change of all sales beside the largest contributions.

    The change is taken from the sums over all, so that it is the headline's to the cent.
    """
    is_named = nw.col("place") <= TOP
    named_cents = nw.when(is_named).then(nw.col("own_cents")).otherwise(nw.lit(0))
    is_left = nw.when(is_named).then(nw.lit(0)).otherwise(nw.lit(1))
    marked = moved.with_columns(named_cents=named_cents, left=is_left)
    return (
        marked.group_by("week", "week_start_date", "is_latest")
        .agg(
            nw.col("sales_cents").sum(),
            nw.col("mean4_sum_cents").sum(),
            nw.col("named_cents").sum(),
            members=nw.col("left").sum(),
        )
        .with_columns(all_mean4_cents=(nw.col("mean4_sum_cents") + 2) // 4)
        .with_columns(
            own_cents=nw.col("sales_cents") - nw.col("all_mean4_cents") - nw.col("named_cents")
        )
    )
