"""Transaction lines with exact money and a department on every line; shared by all sales tables."""

from __future__ import annotations

import narwhals as nw

from processing.contracts.frames import LazyFrame
from processing.tables.expressions import cents

NOT_RECORDED = "NOT RECORDED"


def sale_lines(transactions: LazyFrame, products: LazyFrame) -> LazyFrame:
    """One row per transaction line, with `department` and `product_category` always filled in.

    Adds sales_cents and discount_cents (whole US cents); drops no line.
    """
    described = products.select("product_id", "department", "product_category")
    return (
        transactions.join(described, on="product_id", how="left")
        .with_columns(
            sales_cents=cents("sales_value"),
            discount_cents=cents("retail_disc") + cents("coupon_disc") + cents("coupon_match_disc"),
            department=nw.coalesce(nw.col("department"), nw.lit(NOT_RECORDED)),
            product_category=nw.coalesce(nw.col("product_category"), nw.lit(NOT_RECORDED)),
        )
        .drop("sales_value", "retail_disc", "coupon_disc", "coupon_match_disc")
    )


def with_amount(lines: LazyFrame) -> LazyFrame:
    """Only lines that have an amount, which is what makes a basket or a household count."""
    return lines.filter(nw.col("sales_value") > 0)
