"""Campaigns as declared: when they ran, whom they reached, their coupons and redemptions."""

from __future__ import annotations

from processing.sources.complete_journey import (
    CAVEAT,
    KEPT_BY_HAND,
    LICENCE,
    ORIGIN,
    OWN_LICENCE,
)
from processing.sources.source import RawColumn, Reference, Source, SourceClock

TYPES = ("Type A", "Type B", "Type C")
CAMPAIGN_ID = RawColumn("campaign_id", "integer", "the campaign", minimum=1)
COUPON_UPC = RawColumn("coupon_upc", "integer", "the coupon")
HOUSEHOLD_ID = RawColumn("household_id", "integer", "the household", minimum=0)

CAMPAIGN_DESCRIPTIONS = Source(
    name="campaign_descriptions",
    title="Campaigns: one row per campaign, from the day it starts",
    origin=ORIGIN,
    licence=LICENCE,
    updated="when a campaign starts (replayed)",
    caveat=CAVEAT,
    columns=(
        CAMPAIGN_ID,
        RawColumn("campaign_type", "text", "type A, B or C", allowed=TYPES),
        RawColumn("start_date", "timestamp", "its first day"),
        RawColumn("end_date", "timestamp", "its last day"),
    ),
    clock=SourceClock(kind="day", column="start_date"),
    key=("campaign_id",),
)

# Without a date: whom a campaign reaches counts from the day on which the campaign starts. So
# there is no reference to the campaigns, of which the clock shows only those that have started.
CAMPAIGN_HOUSEHOLDS = Source(
    name="campaign_households",
    title="Households reached: one row per campaign and household",
    origin=ORIGIN,
    licence=LICENCE,
    updated="never (a fixed list)",
    caveat=CAVEAT,
    columns=(CAMPAIGN_ID, HOUSEHOLD_ID),
    key=("campaign_id", "household_id"),
)

# A coupon stands once for each product it is good for, and some rows stand twice: there is no key.
COUPONS = Source(
    name="coupons",
    title="Coupons: one row per campaign, coupon and product it is good for",
    origin=ORIGIN,
    licence=LICENCE,
    updated="never (a fixed list)",
    caveat=CAVEAT,
    columns=(COUPON_UPC, CAMPAIGN_ID),
)

COUPON_REDEMPTIONS = Source(
    name="coupon_redemptions",
    title="Redemptions: one row per household, coupon and day",
    origin=ORIGIN,
    licence=LICENCE,
    updated="daily (replayed)",
    caveat=CAVEAT,
    columns=(
        HOUSEHOLD_ID,
        COUPON_UPC,
        CAMPAIGN_ID,
        RawColumn("redemption_date", "timestamp", "the day of the redemption"),
    ),
    clock=SourceClock(kind="day", column="redemption_date"),
    key=("household_id", "coupon_upc", "campaign_id", "redemption_date"),
    references=(
        Reference(column="campaign_id", to_source="campaign_descriptions", to_column="campaign_id"),
        Reference(column="coupon_upc", to_source="coupons", to_column="coupon_upc"),
    ),
)

CAMPAIGN_TYPES = Source(
    name="campaign_types",
    title="Names of campaign types: one row per type",
    origin=f"Names of campaign types {KEPT_BY_HAND}",
    licence=OWN_LICENCE,
    updated="by hand",
    columns=(
        RawColumn("campaign_type", "text", "the type as the source writes it", allowed=TYPES),
        RawColumn("position", "integer", "order of the types", minimum=1),
        RawColumn("name", "text", "a name readers understand"),
    ),
    key=("campaign_type",),
)

DECLARED = (
    CAMPAIGN_DESCRIPTIONS,
    CAMPAIGN_HOUSEHOLDS,
    COUPONS,
    COUPON_REDEMPTIONS,
    CAMPAIGN_TYPES,
)
