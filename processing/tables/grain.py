"""What each further dimension costs: rows of the lookup table at several grains, measured."""

from __future__ import annotations

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
        "week", "store_id", "department", "product_category",
    ),
    "day × store × department × category": (
        "sale_date", "store_id", "department", "product_category",
    ),
}  # fmt: skip
BASE = "week × store × department"


@table(
    Contract(
        title="Rows by grain",
        grain="One row per grain at which sales could be kept",
        key=("position",),
        columns=(
            Column(name="position", type="int16", unit="place", meaning="Order by cost", minimum=1),
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
        treatment=(
            "Days are the days with sales, categories the product categories that were sold.",
            c.NO_PRODUCT,
        ),
        cadence="daily",
    )
)
def rows_by_grain(
    transactions: LazyFrame,
    products: LazyFrame,
    sales_by_week_store_department: LazyFrame,
) -> LazyFrame:
    """One row per grain: rows measured, cells possible, and both as multiples of the base."""
    lines, lookup = _coded_lines(transactions, products), sales_by_week_store_department
    rows = nw.concat(
        [
            # The lookup table already holds every combination of its own dimensions.
            _rows(lookup if set(GRAINS[grain]) <= set(GRAINS[BASE]) else lines, place, grain)
            for place, grain in enumerate(GRAINS, start=1)
        ]
    )
    sizes = _sizes(lookup, *GRAINS[BASE]).join(
        _sizes(lines, "sale_date", "product_category"), how="cross"
    )
    sized = rows.join(sizes, how="cross").with_columns(cells=_cells())
    return (
        sized.with_columns(
            filled_pct=percent(nw.col("rows"), nw.col("cells")),
            rows_to_base=nw.col("rows") / _of_base("rows"),
            cells_to_base=nw.col("cells") / _of_base("cells"),
        ).select(
            "position", "grain", "is_base", "rows", "cells",
            "filled_pct", "rows_to_base", "cells_to_base",
        )
    )  # fmt: skip


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


def _of_base(column: str) -> nw.Expr:
    """The base grain's value of `column`, on every row; a window, so nothing is scanned twice."""
    return nw.when(nw.col("is_base")).then(nw.col(column)).max()


def _rows(lines: LazyFrame, place: int, grain: str) -> LazyFrame:
    """One row: how many combinations of the grain's dimensions there really are."""
    there = distinct(lines, *GRAINS[grain]).select(rows=nw.len().cast(nw.Int64))
    return there.with_columns(
        position=nw.col("rows") * 0 + place,
        grain=nw.lit(grain),
        is_base=nw.lit(grain == BASE),
    )


def _sizes(frame: LazyFrame, *dimensions: str) -> LazyFrame:
    """One row: the number of values of each dimension, as size_<dimension>."""
    return frame.select(
        **{f"size_{name}": nw.col(name).n_unique().cast(nw.Int64) for name in dimensions}
    )


def _cells() -> nw.Expr:
    """The product of the sizes of the dimensions of each row's grain."""
    cells = nw.lit(None).cast(nw.Int64)
    for grain, dimensions in GRAINS.items():
        product = nw.col(f"size_{dimensions[0]}")
        for name in dimensions[1:]:
            product = product * nw.col(f"size_{name}")
        cells = nw.when(nw.col("grain") == grain).then(product).otherwise(cells)
    return cells
