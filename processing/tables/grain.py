"""What each further dimension costs: rows of the lookup table at several grains, measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import narwhals as nw

from processing.contracts.contract import Check, Column, Contract
from processing.contracts.frames import LazyFrame
from processing.tables import columns as c
from processing.tables.expressions import distinct, percent, row_number
from processing.tables.registry import table

# In the order of their cost. The lookup table that pages read is the base.
GRAINS = {
    "week": ("week",),
    "week × department": ("week", "department"),
    "week × store": ("week", "store_id"),
    "week × store × department": ("week", "store_id", "department"),
    "day × store × department": ("sale_date", "store_id", "department"),
    "week × store × department × category": (
        "week",
        "store_id",
        "department",
        "product_category",
    ),
    "day × store × department × category": (
        "sale_date",
        "store_id",
        "department",
        "product_category",
    ),
}
BASE = "week × store × department"
DIMENSIONS = tuple(sorted({name for grain in GRAINS.values() for name in grain}))
DAYS = "Days are the days with sales; categories are all on the product list and NOT RECORDED."
POSITION = Column(name="position", type="int16", unit="place", meaning="Order by cost", minimum=1)


@table(
    Contract(
        title="Rows by week and grain",
        grain="One row per week and grain at which sales could be kept",
        key=("week", "position"),
        columns=(
            c.WEEK,
            POSITION,
            c.column("rows", "int64", "rows", "Rows that the week really has at this grain"),
        ),
        treatment=(c.NO_PRODUCT,),
        cadence="daily",
    ),
    by_week=True,
)
def rows_by_week_grain(transactions: LazyFrame, products: LazyFrame) -> LazyFrame:
    """One row per week and grain: how many combinations of its dimensions there really are."""
    lines = _coded_lines(transactions, products)
    counted = []
    for place, grain in enumerate(GRAINS, start=1):
        there = distinct(lines, *dict.fromkeys(("week", *GRAINS[grain])))
        rows = there.group_by("week").agg(rows=nw.len().cast(nw.Int64))
        counted.append(rows.with_columns(position=nw.col("rows") * 0 + place))
    return nw.concat(counted)


@table(
    Contract(
        title="Rows by grain",
        grain="One row per grain at which sales could be kept",
        key=("position",),
        columns=(
            POSITION,
            c.column("grain", "string", "dimensions", "The dimensions that make a row"),
            c.column("is_base", "bool", "yes or no", "The grain of the lookup table"),
            c.column("rows", "int64", "rows", "Rows that the data really has at this grain"),
            c.column("cells", "int64", "cells", "Product of the sizes of the dimensions"),
            c.column("filled_pct", "pct", "per cent", "Rows in per cent of cells"),
            c.column("rows_to_base", "ratio", "times", "Rows as a multiple of the lookup table's"),
            c.column(
                "cells_to_base", "ratio", "times", "Cells as a multiple of the lookup table's"
            ),
        ),
        checks=(
            Check(
                kind="not_above", says="no more rows than cells", column="rows", terms=("cells",)
            ),
        ),
        treatment=(DAYS, c.NO_PRODUCT),
        cadence="daily",
    )
)
def rows_by_grain(
    rows_by_week_grain: LazyFrame,
    sales_by_week_store_department: LazyFrame,
    weeks: LazyFrame,
    products: LazyFrame,
) -> LazyFrame:
    """One row per grain: rows measured, cells possible, and both as multiples of the base."""
    # Every grain holds the week, by itself or in the day, so rows of weeks may be added.
    rows = rows_by_week_grain.group_by("position").agg(nw.col("rows").sum().cast(nw.Int64))
    sizes = _sizes(sales_by_week_store_department, weeks, products)
    sized = rows.join(sizes, how="cross").with_columns(
        cells=_by_grain(lambda grain: _product(GRAINS[grain])),
        grain=_by_grain(nw.lit),
        is_base=_by_grain(lambda grain: nw.lit(grain == BASE)),
    )
    return sized.with_columns(
        filled_pct=percent(nw.col("rows"), nw.col("cells")),
        rows_to_base=nw.col("rows") / _of_base("rows"),
        cells_to_base=nw.col("cells") / _of_base("cells"),
    ).drop([f"size_{name}" for name in DIMENSIONS])


def _coded_lines(transactions: LazyFrame, products: LazyFrame) -> LazyFrame:
    """One row per transaction line with only dimensions, names replaced by small numbers.

    Counting distinct rows of numbers takes a fraction of the time and memory of texts. A line
    without a product has the codes 0, as NOT RECORDED has in other tables.
    """
    coded = products.select("product_id", "department", "product_category")
    for name in ("department", "product_category"):
        codes = distinct(products, name).filter(~nw.col(name).is_null())
        numbered = codes.with_columns(row_number([name]).alias(f"{name}_code"))
        coded = coded.join(numbered, on=name, how="left").drop(name)
    lines = transactions.select("week", "sale_date", "store_id", "product_id")
    return lines.join(coded, on="product_id", how="left").select(
        "week",
        "sale_date",
        "store_id",
        department=nw.coalesce(nw.col("department_code"), nw.lit(0)).cast(nw.Int16),
        product_category=nw.coalesce(nw.col("product_category_code"), nw.lit(0)).cast(nw.Int16),
    )


def _sizes(lookup: LazyFrame, weeks: LazyFrame, products: LazyFrame) -> LazyFrame:
    """One row: how many values each dimension has, as size_<dimension>."""
    sold = lookup.select(
        **{f"size_{name}": nw.col(name).n_unique().cast(nw.Int64) for name in GRAINS[BASE]}
    )
    days = weeks.select(size_sale_date=nw.col("trading_days").sum().cast(nw.Int64))
    listed = distinct(products, "product_category").filter(~nw.col("product_category").is_null())
    categories = listed.select(size_product_category=nw.len().cast(nw.Int64) + 1)
    return sold.join(days, how="cross").join(categories, how="cross")


def _by_grain(value: Callable[[str], nw.Expr]) -> nw.Expr:
    """A value for each grain, chosen by the row's position."""
    chosen = nw.lit(None)
    for place, grain in enumerate(GRAINS, start=1):
        chosen = nw.when(nw.col("position") == place).then(value(grain)).otherwise(chosen)
    return chosen


def _product(dimensions: Sequence[str]) -> nw.Expr:
    cells = nw.col(f"size_{dimensions[0]}")
    for name in dimensions[1:]:
        cells = cells * nw.col(f"size_{name}")
    return cells


def _of_base(column: str) -> nw.Expr:
    """The base grain's value of `column`, on every row; a window, so nothing is scanned twice."""
    return nw.when(nw.col("is_base")).then(nw.col(column)).max()
