"""Withhold households of a type of campaigns where they give away what is withheld elsewhere."""

from __future__ import annotations

import narwhals as nw

from processing.contracts.frames import LazyFrame
from processing.tables.columns import FEWEST_HOUSEHOLDS


def without_what_pins_down(types: LazyFrame, campaigns: LazyFrame) -> LazyFrame:
    """`types` with the households empty where they pin down withheld campaigns, or a type.

    A row each with campaign_type, position (0 stands for all types) and households_redeemed; in
    `campaigns` a row each for every type it counts for, with is_withheld.

    A type has at most as many households as its campaigns together, and all have as many as the
    types together. With so many more than those that are told that each of the others must have
    the most a withheld one can, the others are known.
    """
    by_type = campaigns.group_by("campaign_type").agg(
        told=nw.col("households_redeemed").sum(), untold=_number_of("is_withheld")
    )
    count = nw.col("households_redeemed")
    among = (
        types.filter(nw.col("position") > 0)
        .with_columns(is_small=(count > 0) & (count < FEWEST_HOUSEHOLDS))
        .select(
            told_types=nw.when(~nw.col("is_small")).then(count).otherwise(0).sum(),
            untold_types=_number_of("is_small"),
        )
    )
    by_campaigns = _pins_down("told", "untold")
    by_types = (nw.col("position") == 0) & _pins_down("told_types", "untold_types")
    joined = types.join(by_type, on="campaign_type", how="left").join(among, how="cross")
    told = joined.with_columns(households_redeemed=nw.when(~(by_campaigns | by_types)).then(count))
    return told.drop("told", "untold", "told_types", "untold_types")


def _pins_down(told: str, untold: str) -> nw.Expr:
    """Whether the households are all that are told, and the most that the others can have."""
    found, others = (nw.coalesce(nw.col(name), nw.lit(0)) for name in (told, untold))
    most = found + others * (FEWEST_HOUSEHOLDS - 1)
    return (others > 0) & (nw.col("households_redeemed") >= most)


def _number_of(flag: str) -> nw.Expr:
    return nw.when(nw.col(flag)).then(1).otherwise(0).sum().cast(nw.Int64)
