"""Sales by week, store and department: the lookup table and its two sides over time."""

from __future__ import annotations

import narwhals as nw

from processing.contracts.contract import Check, Contract
from processing.contracts.frames import LazyFrame
from processing.tables import columns as c
from processing.tables.expressions import cents, percent, row_number, usd
from processing.tables.lines import sale_lines
from processing.tables.registry import table
from processing.tables.weeks import baseline

SALES_TREATMENT = (c.NO_PRODUCT, c.NO_AMOUNT, c.QUANTITY, c.FUEL, c.COUPON, c.WEEKS)


@table(
    Contract(
        title="Sales by week, store and department",
        grain="One row per week, store and department with at least one transaction line",
        # Also the order of the rows: a reader of few departments fetches little of the file.
        key=("department", "store_id", "week"),
        columns=(
            c.DEPARTMENT,
            c.STORE_ID,
            c.WEEK,
            c.SALES_USD,
            c.column(
                "discount_usd",
                "usd",
                "US dollars",
                "Loyalty, manufacturer-coupon and matched-coupon discounts together",
            ),
            c.column("lines", "int32", "transaction lines", "Lines on the receipts"),
        ),
        checks=(Check(kind="rows", says="at least one row", minimum=1),),
        treatment=SALES_TREATMENT,
        cadence="daily",
    ),
    by_week=True,
)
def sales_by_week_store_department(transactions: LazyFrame, products: LazyFrame) -> LazyFrame:
    """One row per week, store and department: sales_usd, discount_usd and lines."""
    return (
        sale_lines(transactions, products)
        .group_by("week", "store_id", "department")
        .agg(
            nw.col("sales_cents").sum(),
            nw.col("discount_cents").sum(),
            lines=nw.len(),
        )
        .with_columns(sales_usd=usd("sales_cents"), discount_usd=usd("discount_cents"))
        .drop("sales_cents", "discount_cents")
    )


@table(
    Contract(
        title="Sales by week and department",
        grain="One row per week and department, also where nothing was sold",
        key=("week", "department"),
        columns=(
            c.WEEK,
            c.DEPARTMENT,
            c.DEPARTMENT_NAME,
            c.WEEK_START_DATE,
            c.IS_PARTIAL,
            c.IS_LATEST,
            c.SALES_USD,
            c.column("share_pct", "pct", "per cent", "Share of all sales of the week"),
            c.column(
                "sales_before_usd",
                "usd",
                "US dollars",
                "Sales of the week before; empty unless both weeks have seven trading days",
                nullable=True,
            ),
            c.column(
                "change_before_usd",
                "usd",
                "US dollars",
                "Sales less those of the week before; empty as above",
                nullable=True,
            ),
            *c.sales_mean4(),
            c.column(
                "contribution_rank",
                "int32",
                "place",
                "Place by the size of the change on the mean of four weeks, 1 moved sales most",
            ),
        ),
        checks=(
            Check(
                kind="sum",
                says="the change is sales less the mean of the four weeks before",
                column="sales_usd",
                terms=("sales_mean4_usd", "change_mean4_usd"),
            ),
            Check(
                kind="sum",
                says="the change is sales less those of the week before",
                column="sales_usd",
                terms=("sales_before_usd", "change_before_usd"),
            ),
        ),
        treatment=SALES_TREATMENT,
        cadence="daily",
    )
)
def sales_by_week_department(
    sales_by_week_store_department: LazyFrame, departments: LazyFrame, weeks: LazyFrame
) -> LazyFrame:
    """One row per week and department: sales, share, and changes on two baselines."""
    compared = compared_weekly(sales_by_week_store_department, departments, weeks, "department")
    total = nw.col("sales_cents").sum().over("week")
    return (
        compared.with_columns(
            share_pct=percent(nw.col("sales_cents"), total),
            sales_before_usd=usd("before_cents"),
            change_before_usd=(nw.col("sales_cents") - nw.col("before_cents")) / 100,
            size=-nw.coalesce(nw.col("change_mean4_usd").abs(), nw.lit(0.0)),
        )
        .with_columns(contribution_rank=row_number(["size", "department"], within=["week"]))
        .select(
            "week", "department", "name", "week_start_date", "is_partial", "is_latest",
            "sales_usd", "share_pct", "sales_before_usd", "change_before_usd",
            "sales_mean4_usd", "change_mean4_usd", "change_mean4_pct", "contribution_rank",
        )
    )  # fmt: skip


@table(
    Contract(
        title="Sales by week and store",
        grain="One row per week and store that sold something in that week or the four before",
        key=("week", "store_id"),
        columns=(
            c.WEEK,
            c.STORE_ID,
            c.STORE_NAME,
            c.WEEK_START_DATE,
            c.IS_PARTIAL,
            c.IS_LATEST,
            c.SALES_USD,
            c.BASKETS,
            c.FEW_HOUSEHOLDS,
            *c.sales_mean4(),
            c.RANK,
            c.column(
                "rank_before",
                "int32",
                "place",
                "Place by the mean of the four weeks before; empty as that mean is",
                nullable=True,
            ),
            c.column(
                "rank_change",
                "int32",
                "places",
                "Places won since (positive) or lost (negative); empty as that mean is",
                nullable=True,
            ),
            c.column(
                "mover_rank",
                "int32",
                "place",
                "Place by the size of the change on the mean of four weeks, 1 moved most",
            ),
        ),
        checks=(
            Check(
                kind="sum",
                says="the change is sales less the mean of the four weeks before",
                column="sales_usd",
                terms=("sales_mean4_usd", "change_mean4_usd"),
            ),
            Check(
                kind="not_above",
                says="no more households than baskets",
                column="households",
                terms=("baskets",),
            ),
        ),
        treatment=(*SALES_TREATMENT, c.FEW),
        cadence="daily",
    )
)
def sales_by_week_store(
    visits_by_week_store: LazyFrame,
    sales_by_week_store_department: LazyFrame,
    stores: LazyFrame,
    weeks: LazyFrame,
) -> LazyFrame:
    """One row per week and store: sales, baskets, households, change, and two rankings."""
    weekly = compared_weekly(sales_by_week_store_department, stores, weeks, "store_id")
    compared = weekly.join(visits_by_week_store, on=["week", "store_id"], how="left")
    seen = compared.filter(
        (nw.col("sales_cents") > 0) | (nw.coalesce(nw.col("mean4_sum_cents"), nw.lit(0)) > 0)
    )
    return ranked(seen).select(
        "week", "store_id", "name", "week_start_date", "is_partial", "is_latest",
        "sales_usd", "baskets", "households", "sales_mean4_usd", "change_mean4_usd",
        "change_mean4_pct", "rank", "rank_before", "rank_change", "mover_rank",
    )  # fmt: skip


def compared_weekly(
    lookup: LazyFrame, members: LazyFrame, weeks: LazyFrame, entity: str
) -> LazyFrame:
    """One row per week and `entity` of `members`, also where nothing was sold.

    Columns: those of `weeks`, name, sales_usd, sales_cents, before_cents, mean4_sum_cents,
    mean4_cents and the three of `sales_mean4`.
    """
    keys = ["week", entity]
    sold = (
        lookup.with_columns(sales_cents=cents("sales_usd"))
        .group_by(*keys)
        .agg(nw.col("sales_cents").sum().cast(nw.Int64))
    )
    grid = weeks.join(members.select(entity, "name"), how="cross").join(sold, on=keys, how="left")
    filled = grid.with_columns(sales_cents=nw.coalesce(nw.col("sales_cents"), nw.lit(0)))
    before, sum4 = baseline("sales_cents", entity)
    return (
        filled.with_columns(before_cents=before, mean4_sum_cents=sum4)
        .with_columns(
            mean4_cents=(nw.col("mean4_sum_cents") + 2)
            // 4  # whole cents, halves up, on any engine
        )
        .with_columns(
            sales_usd=usd("sales_cents"),
            sales_mean4_usd=usd("mean4_cents"),
            change_mean4_usd=(nw.col("sales_cents") - nw.col("mean4_cents")) / 100,
            change_mean4_pct=percent(
                nw.col("sales_cents") * 4 - nw.col("mean4_sum_cents"), nw.col("mean4_sum_cents")
            ),
        )
    )


def ranked(stores: LazyFrame) -> LazyFrame:
    """Adds rank, rank_before, rank_change and mover_rank within each week; store_id breaks ties."""
    ordered = stores.with_columns(
        baskets=nw.coalesce(nw.col("baskets"), nw.lit(0)),
        # Empty where there were visits: too few households to say how many.
        households=nw.when(~nw.col("baskets").is_null())
        .then(nw.col("households"))
        .otherwise(nw.lit(0)),
        down=-nw.col("sales_cents"),
        down_before=-nw.coalesce(nw.col("mean4_sum_cents"), nw.lit(0)),
        size=-nw.coalesce(nw.col("change_mean4_usd").abs(), nw.lit(0.0)),
    )
    placed = ordered.with_columns(
        rank=row_number(["down", "store_id"], within=["week"]),
        place_before=row_number(["down_before", "store_id"], within=["week"]),
        mover_rank=row_number(["size", "store_id"], within=["week"]),
    )
    had_before = ~nw.col("mean4_sum_cents").is_null()
    return placed.with_columns(
        rank_before=nw.when(had_before).then(nw.col("place_before"))
    ).with_columns(rank_change=nw.col("rank_before") - nw.col("rank"))
