"""What pages call things, and which of them there are: departments and stores."""

from __future__ import annotations

import narwhals as nw

from processing.contracts.contract import Check, Column, Contract
from processing.contracts.frames import LazyFrame
from processing.tables import columns as c
from processing.tables.expressions import cents, percent, row_number, usd
from processing.tables.registry import table

FIRST_WEEK = c.column("first_week", "int16", "week of the year", "First week with a line")
LAST_WEEK = c.column("last_week", "int16", "week of the year", "Last week with a line so far")


@table(
    Contract(
        title="Departments",
        grain="One row per department with at least one transaction line",
        key=("department",),
        columns=(
            c.DEPARTMENT,
            c.DEPARTMENT_NAME,
            Column(
                name="kind",
                type="string",
                unit="kind",
                meaning="Merchandise, fuel, coupon, or unrecorded for lines without a product",
                allowed=("merchandise", "fuel", "coupon", "unrecorded"),
            ),
            c.column("products", "int32", "products", "Products on the product list"),
            c.SALES_USD,
            c.column("share_pct", "pct", "per cent", "Share of all sales of the year so far"),
            c.RANK,
            FIRST_WEEK,
            LAST_WEEK,
        ),
        checks=(
            Check(kind="rows", says="between 1 and 100 departments", minimum=1, maximum=100),
            Check(
                kind="not_above",
                says="the first week is not after the last",
                column="first_week",
                terms=("last_week",),
            ),
        ),
        treatment=(
            c.NO_PRODUCT,
            c.FUEL,
            c.COUPON,
            "Readable names are kept by hand; a code without one stands under its code.",
        ),
        cadence="daily",
    )
)
def departments(
    sales_by_week_store_department: LazyFrame,
    products: LazyFrame,
    department_names: LazyFrame,
) -> LazyFrame:
    """One row per department: readable name, kind, products, sales of the year so far, weeks."""
    sold = _sold_by(sales_by_week_store_department, "department")
    listed = products.group_by("department").agg(products=nw.col("product_id").n_unique())
    named = sold.join(department_names, on="department", how="left").join(
        listed, on="department", how="left"
    )
    return named.with_columns(
        name=nw.coalesce(nw.col("name"), nw.col("department")),
        kind=nw.coalesce(nw.col("kind"), nw.lit("merchandise")),
        products=nw.coalesce(nw.col("products"), nw.lit(0)),
        share_pct=percent(nw.col("sales_cents"), nw.col("sales_cents").sum()),
        rank=row_number(["down", "department"]),
    ).drop("sales_cents", "down")


@table(
    Contract(
        title="Stores",
        grain="One row per store with at least one transaction line",
        key=("store_id",),
        columns=(
            c.STORE_ID,
            c.STORE_NAME,
            c.SALES_USD,
            c.BASKETS,
            c.RANK,
            FIRST_WEEK,
            LAST_WEEK,
            c.column("weeks_with_sales", "int16", "weeks", "Weeks with at least one line"),
        ),
        checks=(Check(kind="rows", says="at least one store", minimum=1),),
        treatment=(c.NO_AMOUNT, "The source gives stores a number and no name or place."),
        cadence="daily",
    )
)
def stores(sales_by_week_store_department: LazyFrame, visits_by_week_store: LazyFrame) -> LazyFrame:
    """One row per store: sales and baskets of the year so far, place, weeks with sales."""
    sold = _sold_by(sales_by_week_store_department, "store_id")
    weeks = sales_by_week_store_department.group_by("store_id").agg(
        weeks_with_sales=nw.col("week").n_unique()
    )
    # A basket is bought within one week, so weekly counts may be added; households may not.
    counted = visits_by_week_store.group_by("store_id").agg(nw.col("baskets").sum())
    return (
        sold.join(weeks, on="store_id", how="left")
        .join(counted, on="store_id", how="left")
        .with_columns(
            name=nw.concat_str(nw.lit("Store "), nw.col("store_id").cast(nw.String)),
            baskets=nw.coalesce(nw.col("baskets"), nw.lit(0)),
            rank=row_number(["down", "store_id"]),
        )
        .drop("sales_cents", "down")
    )


def _sold_by(lookup: LazyFrame, key: str) -> LazyFrame:
    """Sales of the year so far by `key`, as sales_usd, sales_cents and `down` (for ranking)."""
    return (
        lookup.with_columns(sales_cents=cents("sales_usd"))
        .group_by(key)
        .agg(
            nw.col("sales_cents").sum().cast(nw.Int64),
            first_week=nw.col("week").min(),
            last_week=nw.col("week").max(),
        )
        .with_columns(sales_usd=usd("sales_cents"), down=-nw.col("sales_cents"))
    )
