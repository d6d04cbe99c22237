"""Who pays for discounts, by week and by store: for the internal audience alone.

What discounts come to together is public; how they are shared between the chain and the makers of
the goods is what a chain and its suppliers bargain about.
"""

from __future__ import annotations

import narwhals as nw

from processing.contracts.contract import Check, Column, Contract
from processing.contracts.frames import LazyFrame
from processing.tables import columns as c
from processing.tables.expressions import cents, percent, row_number, usd
from processing.tables.registry import table

PARTS = ("card_discount", "matched_coupon", "maker_coupon")  # with sales, what is summed


def _money(name: str, meaning: str) -> Column:
    return Column(name=name, type="usd", unit="US dollars", meaning=meaning, minimum=0)


CARD = _money("card_discount_usd", "Taken off by loyalty card; the chain pays for it")
MATCHED = _money("matched_coupon_usd", "Added by the store to coupons; the chain pays for it")
MAKER = _money("maker_coupon_usd", "Taken off by coupons that the makers of the goods pay for")
OWN = _money("own_discount_usd", "Discounts that the chain pays for: by card and added to coupons")
OWN_PCT = c.column(
    "own_discount_pct", "pct", "per cent", "Discounts that the chain pays for, for 100 of sales",
    nullable=True,
)  # fmt: skip
OWN_SUM = Check(
    kind="sum",
    says="what the chain pays for is card discounts and what was added to coupons",
    column="own_discount_usd",
    terms=("card_discount_usd", "matched_coupon_usd"),
)
FUNDED = (
    "The chain pays for discounts by loyalty card and for what stores add to coupons; the makers "
    "of the goods pay for their own coupons. The source does not say who else shares in a discount."
)


@table(
    Contract(
        title="Who pays for discounts, by week and store",
        grain="One row per week and store with at least one transaction line",
        key=("week", "store_id"),
        columns=(c.WEEK, c.STORE_ID, c.SALES_USD, CARD, MATCHED, MAKER),
        treatment=(FUNDED, c.WEEKS),
        cadence="daily",
        audience="internal",
    ),
    by_week=True,
)
def discounts_by_week_store(transactions: LazyFrame) -> LazyFrame:
    """One row per week and store: sales, and discounts by who pays for them."""
    lines = transactions.with_columns(
        sales_cents=cents("sales_value"),
        card_discount_cents=cents("retail_disc"),
        matched_coupon_cents=cents("coupon_match_disc"),
        maker_coupon_cents=cents("coupon_disc"),
    )
    summed = [f"{name}_cents" for name in ("sales", *PARTS)]
    return (
        lines.group_by("week", "store_id")
        .agg(*(nw.col(name).sum() for name in summed))
        .with_columns(**{f"{name}_usd": usd(f"{name}_cents") for name in ("sales", *PARTS)})
        .drop(*summed)
    )


@table(
    Contract(
        title="Who pays for discounts, by week",
        grain="One row per week with sales",
        key=("week",),
        columns=(
            c.WEEK, c.WEEK_START_DATE, c.IS_PARTIAL, c.IS_LATEST, c.SALES_USD,
            CARD, MATCHED, MAKER, OWN, OWN_PCT,
        ),
        checks=(OWN_SUM,),
        treatment=(FUNDED, c.WEEKS),
        cadence="daily",
        audience="internal",
    )
)  # fmt: skip
def discounts_by_week(discounts_by_week_store: LazyFrame, weeks: LazyFrame) -> LazyFrame:
    """One row per week: sales, discounts by who pays for them, and the chain's own per cent."""
    summed = _shared(discounts_by_week_store, "week")
    dated = weeks.select("week", "week_start_date", "is_partial", "is_latest")
    return dated.join(summed, on="week", how="inner")


@table(
    Contract(
        title="Who pays for discounts, by store",
        grain="One row per store with at least one transaction line, the year so far",
        key=("store_id",),
        columns=(
            c.STORE_ID, c.STORE_NAME, c.SALES_USD, CARD, MATCHED, MAKER, OWN, OWN_PCT,
            c.column("place", "int32", "place", "Place by what the chain pays for, 1 is most"),
        ),
        checks=(OWN_SUM,),
        treatment=(FUNDED,),
        cadence="daily",
        audience="internal",
    )
)  # fmt: skip
def discounts_by_store(discounts_by_week_store: LazyFrame, stores: LazyFrame) -> LazyFrame:
    """One row per store: sales of the year so far, discounts by who pays for them, and place."""
    summed = _shared(discounts_by_week_store, "store_id").with_columns(
        down=-cents("own_discount_usd")
    )
    named = summed.join(stores.select("store_id", "name"), on="store_id", how="inner")
    return named.with_columns(place=row_number(["down", "store_id"])).drop("down")


def _shared(lookup: LazyFrame, key: str) -> LazyFrame:
    """Sums by `key`, with what the chain pays for and that in per cent of sales."""
    names = ("sales", *PARTS)
    lines = lookup.with_columns(**{f"{name}_cents": cents(f"{name}_usd") for name in names})
    own = nw.col("card_discount_cents") + nw.col("matched_coupon_cents")
    summed = lines.group_by(key).agg(
        *(nw.col(f"{name}_cents").sum().cast(nw.Int64) for name in names)
    )
    return (
        summed.with_columns(own_discount_cents=own)
        .with_columns(own_discount_pct=percent(nw.col("own_discount_cents"), nw.col("sales_cents")))
        .with_columns(**{f"{name}_usd": usd(f"{name}_cents") for name in (*names, "own_discount")})
        .drop(*(f"{name}_cents" for name in (*names, "own_discount")))
    )
