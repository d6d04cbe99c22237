"""The grocery data as declared: which columns tables may use, and when a row became visible."""

from __future__ import annotations

from processing.sources import airports, campaigns, promotions
from processing.sources.complete_journey import (
    CAVEAT,
    FIRST_MONDAY,
    KEPT_BY_HAND,
    LICENCE,
    ORIGIN,
    OWN_LICENCE,
)
from processing.sources.households import DEMOGRAPHICS, HOUSEHOLD_BANDS
from processing.sources.source import RawColumn, Reference, Source, SourceClock, SourceWeeks

MAX_LINE_USD = 10_000  # the dearest line of 2017 costs 840 US dollars


def _usd(name: str, meaning: str) -> RawColumn:
    """An amount of money on a line: never below zero, never absurd."""
    return RawColumn(name, "number", meaning, minimum=0, maximum=MAX_LINE_USD)


TRANSACTIONS = Source(
    name="transactions",
    title="Transaction lines: one row per product in a basket",
    origin=ORIGIN,
    licence=LICENCE,
    updated="daily (replayed)",
    caveat=CAVEAT,
    columns=(
        RawColumn("household_id", "integer", "the household that bought", minimum=0),
        RawColumn("store_id", "integer", "the store it bought in", minimum=0),
        RawColumn("basket_id", "integer", "the purchase the line belongs to"),
        RawColumn("product_id", "integer", "the product, not always one that is described"),
        _usd("sales_value", "US dollars the store received for the line"),
        _usd("retail_disc", "US dollars off by loyalty card"),
        _usd("coupon_disc", "US dollars off by manufacturer coupon"),
        _usd("coupon_match_disc", "US dollars the store added to a coupon"),
        RawColumn(
            "week", "integer", "week of 2017, Monday to Sunday in US Eastern time", minimum=1
        ),
        RawColumn("transaction_timestamp", "timestamp", "when it was bought, in UTC"),
    ),
    clock=SourceClock(kind="instant", column="transaction_timestamp"),
    weeks=SourceWeeks(column="week", first_monday=FIRST_MONDAY),
    key=("basket_id", "product_id"),
    # 4,836 lines of 2017 name a product that is not on the list: known, kept under NOT RECORDED.
    references=(
        Reference(column="product_id", to_source="products", to_column="product_id", level="note"),
    ),
)

PRODUCTS = Source(
    name="products",
    title="Products: one row per product",
    origin=ORIGIN,
    licence=LICENCE,
    updated="never (a fixed list)",
    caveat=CAVEAT,
    columns=(
        RawColumn("product_id", "integer", "the product"),
        RawColumn("department", "text", "code of the department that sells it"),
        RawColumn(
            "product_category", "text", "group of like products within departments", nullable=True
        ),
    ),
    key=("product_id",),
    references=(
        Reference(
            column="department", to_source="department_names", to_column="department", level="warn"
        ),
    ),
)

DEPARTMENT_NAMES = Source(
    name="department_names",
    title="Department names: one row per department code",
    origin=f"Department names {KEPT_BY_HAND}",
    licence=OWN_LICENCE,
    updated="by hand",
    columns=(
        RawColumn("department", "text", "code of the department"),
        RawColumn("name", "text", "a name readers understand"),
        RawColumn(
            "kind",
            "text",
            "merchandise, fuel, coupon or unrecorded",
            allowed=("merchandise", "fuel", "coupon", "unrecorded"),
        ),
    ),
    key=("department",),
)

DECLARED = (
    TRANSACTIONS,
    PRODUCTS,
    DEPARTMENT_NAMES,
    DEMOGRAPHICS,
    HOUSEHOLD_BANDS,
    *campaigns.DECLARED,
    *promotions.DECLARED,
    *airports.DECLARED,
)
SOURCES = {source.name: source for source in DECLARED}
