"""What sells with and without a placement: the same product in the same store by week."""

from __future__ import annotations

import narwhals as nw

from processing.contracts.contract import Check, Column, Contract
from processing.contracts.frames import LazyFrame
from processing.tables import columns as c
from processing.tables.expressions import cents, distinct, percent, row_number, usd
from processing.tables.registry import table

SOLD_WEEKS = 8  # of a product in a store: fewer say little about its usual
EACH_WEEKS = 4  # with the placement, and without any
FEWEST_PAIRS = 20
COMPARED = (
    f"A product in a store is compared with itself if it was sold there in {SOLD_WEEKS} full weeks "
    f"or more, had the placement in {EACH_WEEKS} or more, and none at all in {EACH_WEEKS} or more; "
    "all weeks from the first to the last in which it was sold or placed there count, sold or not."
)
ALONE = (
    "A placement on display is compared where the product was not in the mailer, and the other way "
    "round; display and mailer together are a kind of their own."
)
FEW_PAIRS = f"Where fewer than {FEWEST_PAIRS} products in stores can be compared, nothing is said."


def _times(name: str, meaning: str) -> Column:
    return c.column(
        name, "ratio", "times", f"{meaning}; empty below {FEWEST_PAIRS} pairs", nullable=True
    )


@table(
    Contract(
        title="Sales with and without a placement",
        grain="One row per placement: display, mailer, both, and each place of either",
        key=("kind", "code"),
        columns=(
            c.column("kind", "string", "kind", "any, display or mailer"),
            c.column("code", "string", "code", "The placement as the source writes it"),
            c.column("position", "int16", "place", "Order of the placements"),
            c.column("name", "string", "name", "What pages call the placement"),
            Column(
                name="pairs",
                type="int32",
                unit="products in stores",
                meaning="Products in a store that can be compared with themselves",
                minimum=0,
            ),
            c.column("products", "int32", "products", "Different products among them"),
            c.column("stores", "int32", "stores", "Different stores among them"),
            _times("quarter_ratio", "For a quarter of the pairs, sales a week with the placement "
                   "are at most so many times those without"),
            _times("median_ratio", "For half of the pairs"),
            _times("three_quarters_ratio", "For three quarters of the pairs"),
            c.column(
                "more_pct",
                "pct",
                "per cent",
                "Pairs that sold more a week with the placement than without; empty as above",
                nullable=True,
            ),
        ),
        checks=(
            Check(
                kind="not_above",
                says="the quarter is not above the median",
                column="quarter_ratio",
                terms=("median_ratio",),
            ),
            Check(
                kind="not_above",
                says="the median is not above three quarters",
                column="median_ratio",
                terms=("three_quarters_ratio",),
            ),
        ),
        treatment=(COMPARED, ALONE, FEW_PAIRS),
        cadence="weekly",
    )
)  # fmt: skip
def sales_by_placement(
    transactions: LazyFrame, promotions: LazyFrame, placements: LazyFrame, weeks: LazyFrame
) -> LazyFrame:
    """One row per placement: how often pairs sold with it for what they sold without, in quartiles.

    A pair is a product in a store. Weeks with fewer than seven trading days are left out.
    """
    full = weeks.filter(~nw.col("is_partial")).select("week")
    sold = _sold(transactions, full)
    pairs = sold.group_by(*PAIR).agg(
        sold_weeks=nw.len(), all_cents=nw.col("sales_cents").sum().cast(nw.Int64),
        first=nw.col("week").min(), last=nw.col("week").max(),
    ).filter(nw.col("sold_weeks") >= SOLD_WEEKS)  # fmt: skip
    weekly = _placed(promotions, full, pairs.select(*PAIR))
    placed = weekly.join(sold, on=[*PAIR, "week"], how="left").with_columns(
        sales_cents=nw.coalesce(nw.col("sales_cents"), nw.lit(0))
    )
    compared = _compared(_by_placement(placed, placements), pairs)
    found = _quartiles(compared)
    return placements.join(found, on=["kind", "code"], how="left").with_columns(
        **{name: nw.coalesce(nw.col(name), nw.lit(0)) for name in ("pairs", "products", "stores")}
    )


PAIR = ("product_id", "store_id")


def _sold(transactions: LazyFrame, full: LazyFrame) -> LazyFrame:
    """One row per product, store and full week in which it was sold: sales_cents."""
    return (
        transactions.select(*PAIR, "week", "sales_value")
        .join(full, on="week", how="semi")
        .with_columns(sales_cents=cents("sales_value"))
        .group_by(*PAIR, "week")
        .agg(nw.col("sales_cents").sum().cast(nw.Int64))
        .filter(nw.col("sales_cents") > 0)
    )


def _placed(promotions: LazyFrame, full: LazyFrame, pairs: LazyFrame) -> LazyFrame:
    """One row per pair and full week in which it was placed: both codes, one of each."""
    return (
        promotions.join(pairs, on=list(PAIR), how="semi")
        .join(full, on="week", how="semi")
        .group_by(*PAIR, "week")
        .agg(display=nw.col("display_location").max(), mailer=nw.col("mailer_location").max())
    )


def _by_placement(placed: LazyFrame, placements: LazyFrame) -> LazyFrame:
    """One row per pair and placement: its weeks, what was sold in them, the first and the last.

    Each week counts under kind any, and one with display or mailer alone also under its place. The
    rows are doubled by a join, so that the promotions are read once.
    """
    twice = placements.filter(nw.col("position") <= 2).select(is_place=nw.col("position") == 2)
    none, both = nw.lit("0"), nw.lit("both")
    display, mailer = nw.col("display") != none, nw.col("mailer") != none
    alone = nw.when(display).then(nw.lit("display")).otherwise(nw.lit("mailer"))
    where = nw.when(display).then(nw.col("display")).otherwise(nw.col("mailer"))
    any_code = nw.when(display & mailer).then(both).otherwise(alone)
    doubled = placed.join(twice, how="cross").filter(~(nw.col("is_place") & display & mailer))
    return (
        doubled.with_columns(
            kind=nw.when(nw.col("is_place")).then(alone).otherwise(nw.lit("any")),
            code=nw.when(nw.col("is_place")).then(where).otherwise(any_code),
        )
        .group_by("kind", "code", *PAIR)
        .agg(
            weeks_with=nw.len().cast(nw.Int64),
            cents_with=nw.col("sales_cents").sum().cast(nw.Int64),
            first_placed=nw.col("week").min().cast(nw.Int64),
            last_placed=nw.col("week").max().cast(nw.Int64),
        )
    )


def _compared(placed: LazyFrame, pairs: LazyFrame) -> LazyFrame:
    """One row per placement and pair that had enough weeks with and without: ratio and `share`.

    `share` orders pairs as the ratio does, and stands also where nothing was sold without. What a
    pair sold without follows from its total less that of its weeks with any placement.
    """
    is_any = nw.col("kind") == nw.lit("any")
    summed = placed.with_columns(
        placed_weeks=nw.when(is_any).then(nw.col("weeks_with")).sum().over(*PAIR),
        placed_cents=nw.when(is_any).then(nw.col("cents_with")).sum().over(*PAIR),
        first_any=nw.col("first_placed").min().over(*PAIR),
        last_any=nw.col("last_placed").max().over(*PAIR),
    ).join(pairs, on=list(PAIR), how="inner")
    first = nw.min_horizontal("first", "first_any").cast(nw.Int64)
    last = nw.max_horizontal("last", "last_any").cast(nw.Int64)
    enough = summed.with_columns(
        weeks_without=last - first + 1 - nw.col("placed_weeks").cast(nw.Int64),
        cents_without=nw.col("all_cents") - nw.col("placed_cents").cast(nw.Int64),
    ).filter(
        (nw.col("weeks_with") >= EACH_WEEKS)
        & (nw.col("weeks_without") >= EACH_WEEKS)
        & (nw.col("cents_with") + nw.col("cents_without") > 0)
    )
    lot = nw.col("cents_with") * nw.col("weeks_without")
    little = nw.col("cents_without") * nw.col("weeks_with")
    return enough.with_columns(
        share=lot / (lot + little),
        ratio=lot / nw.when(little > 0).then(little),
        is_more=(lot > little).cast(nw.Int64),
    )


QUARTILES = {"quarter_ratio": 1, "median_ratio": 2, "three_quarters_ratio": 3}


def _quartiles(compared: LazyFrame) -> LazyFrame:
    """One row per placement: pairs, products, stores, quartiles of the ratio, share with more."""
    keys = ["kind", "code"]
    placed = compared.with_columns(
        place=row_number(["share", *PAIR], within=keys), count=nw.col("share").count().over(*keys)
    )
    found = placed.group_by(*keys).agg(
        pairs=nw.len().cast(nw.Int64),
        products=nw.col("product_id").n_unique(),
        stores=nw.col("store_id").n_unique(),
        more=nw.col("is_more").sum().cast(nw.Int64),
        **{name: _at(quarters).max() for name, quarters in QUARTILES.items()},
    )
    said = nw.col("pairs") >= FEWEST_PAIRS
    return found.with_columns(
        more_pct=nw.when(said).then(percent(nw.col("more"), nw.col("pairs"))),
        **{name: nw.when(said).then(nw.col(name)) for name in QUARTILES},
    ).drop("more")


def _at(quarters: int) -> nw.Expr:
    wanted = (nw.col("count") * quarters + 3) // 4
    return nw.when(nw.col("place") == wanted).then(nw.col("ratio"))


KINDS = ("display alone", "mailer alone", "display and mailer", "none")


@table(
    Contract(
        title="Sales by week and placement",
        grain="One row per week and whether the product sold was placed in that store and week",
        key=("week", "placement"),
        columns=(
            c.WEEK,
            Column(
                name="placement",
                type="string",
                unit="kind",
                meaning="What placement the product had in the store in that week",
                allowed=KINDS,
            ),
            c.SALES_USD,
        ),
        treatment=("Weeks of the promotions are taken to be those of the transactions.", c.WEEKS),
        cadence="daily",
    ),
    by_week=True,
)
def sales_by_week_placement(transactions: LazyFrame, promotions: LazyFrame) -> LazyFrame:
    """One row per week and kind of placement: sales_usd, which add up to the sales of the week."""
    keys = ["product_id", "store_id", "week"]
    sold = (
        transactions.select(*keys, "sales_value")
        .with_columns(sales_cents=cents("sales_value"))
        .group_by(*keys)
        .agg(nw.col("sales_cents").sum().cast(nw.Int64))
    )
    placed = (
        promotions.join(distinct(sold, *keys), on=keys, how="semi")
        .group_by(*keys)
        .agg(display=nw.col("display_location").max(), mailer=nw.col("mailer_location").max())
    )
    display, mailer = (
        nw.coalesce(nw.col(name), nw.lit("0")) != nw.lit("0") for name in ("display", "mailer")
    )
    alone, mailed, both, none = (nw.lit(kind) for kind in KINDS)
    placement = (
        nw.when(display & mailer).then(both).otherwise(
            nw.when(display).then(alone).otherwise(nw.when(mailer).then(mailed).otherwise(none))
        )
    )  # fmt: skip
    return (
        sold.join(placed, on=keys, how="left")
        .with_columns(placement=placement)
        .group_by("week", "placement")
        .agg(nw.col("sales_cents").sum().cast(nw.Int64))
        .with_columns(sales_usd=usd("sales_cents"))
        .drop("sales_cents")
    )
