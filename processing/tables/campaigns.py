"""What campaigns reached and what came of their coupons, as far as the clock has come."""

from __future__ import annotations

import narwhals as nw

from processing.contracts.contract import Check, Column, Contract, Suppression
from processing.contracts.frames import LazyFrame
from processing.tables import columns as c
from processing.tables.expressions import day_number, distinct, percent, row_number
from processing.tables.pinned_down import without_what_pins_down
from processing.tables.registry import table

PARTS = 10
ALL = "All types"
FEWEST = c.FEWEST_HOUSEHOLDS
WITHHELD = f"; empty from 1 to {FEWEST - 1}"
ALL_OR_NONE = f"; empty in all parts where one has from 1 to {FEWEST - 1}"
TYPE = c.column("campaign_type", "string", "type", "Type of the campaign: A, B or C")
TYPE_NAME = c.column("type_name", "string", "name", "What pages call the type")
REACHED = Column(
    name="households_reached",
    type="int32",
    unit="households",
    meaning="Households that the campaign was sent to",
    minimum=0,
)
REDEEMED = Column(
    name="households_redeemed",
    type="int32",
    unit="households",
    meaning=f"Households reached that redeemed a coupon of it so far{WITHHELD}",
    nullable=True,
    minimum=0,
)
REDEEMED_PCT = Column(
    name="redeemed_pct",
    type="pct",
    unit="per cent",
    meaning="Households that redeemed in per cent of those reached; empty as their number is",
    nullable=True,
    minimum=0,
    maximum=100,
)
IS_WITHHELD = c.column(
    "is_withheld", "bool", "yes or no", f"From 1 to {FEWEST - 1} households redeemed"
)
NO_MORE = Check(
    kind="not_above",
    says="no more households redeemed than were reached",
    column="households_redeemed",
    terms=("households_reached",),
)
FEW = (
    f"What became of a campaign’s coupons is withheld where from 1 to {FEWEST - 1} households "
    "redeemed any; no total of redemptions is published from which that would follow."
)
STARTED = (
    "A campaign appears on the day it starts, a redemption on its day; the clock hides the rest."
)
NOT_REACHED = "A redemption by a household that the campaign did not reach is left out."
TREATMENT = (STARTED, FEW, NOT_REACHED)
ONLY_TOLD = (
    "Parts hold the campaigns that have ended and whose own number is not withheld, since the "
    "rest would follow from the sum of the parts."
)
ALL_PARTS = (
    f"Where a part of a type rests on from 1 to {FEWEST - 1} households, all parts of the type are "
    "withheld."
)


@table(
    Contract(
        title="Redemption by campaign",
        grain="One row per campaign that has started",
        key=("campaign_id",),
        columns=(
            Column(
                name="campaign_id", type="int32", unit="number", meaning="The campaign", minimum=1
            ),
            c.column("name", "string", "name", "What pages call the campaign"),
            c.column("position", "int16", "place", "Order by first day, last day and number"),
            TYPE,
            TYPE_NAME,
            c.column("start_date", "date", "date", "Its first day"),
            c.column("end_date", "date", "date", "Its last day"),
            Column(
                name="days", type="int16", unit="days", meaning="Days from first to last", minimum=1
            ),
            c.column(
                "is_running", "bool", "yes or no", "Its last day is after the last day with sales"
            ),
            REACHED,
            c.column("coupons", "int32", "coupons", "Different coupons of the campaign"),
            REDEEMED,
            c.column(
                "redemptions",
                "int32",
                "coupons",
                "Coupons redeemed so far; empty as the number of households is",
                nullable=True,
            ),
            REDEEMED_PCT,
            IS_WITHHELD,
        ),
        checks=(
            NO_MORE,
            Check(
                kind="not_above",
                says="no campaign ends before it starts",
                column="start_date",
                terms=("end_date",),
            ),
            Check(
                kind="not_above",
                says="no more households than redemptions",
                column="households_redeemed",
                terms=("redemptions",),
            ),
        ),
        treatment=TREATMENT,
        cadence="daily",
        suppress=Suppression(
            count="households_redeemed",
            minimum=FEWEST,
            columns=("redemptions", "redeemed_pct"),
            flag="is_withheld",
        ),
    )
)
def redemption_by_campaign(
    campaign_descriptions: LazyFrame,
    campaign_households: LazyFrame,
    coupons: LazyFrame,
    coupon_redemptions: LazyFrame,
    campaign_types: LazyFrame,
    weeks: LazyFrame,
) -> LazyFrame:
    """One row per campaign: span, households reached, coupons, and what came of them so far."""
    campaigns = _started(campaign_descriptions, weeks)
    reached = campaign_households.group_by("campaign_id").agg(households_reached=nw.len())
    offered = coupons.group_by("campaign_id").agg(coupons=nw.col("coupon_upc").n_unique())
    redeemed = (
        _redeemed(coupon_redemptions, campaign_households)
        .group_by("campaign_id")
        .agg(households_redeemed=nw.col("household_id").n_unique(), redemptions=nw.len())
    )
    counted = campaigns
    for found in (reached, offered, redeemed):
        counted = counted.join(found, on="campaign_id", how="left")
    return (
        _with_type_name(counted, campaign_types)
        .with_columns(
            name=nw.concat_str(nw.lit("Campaign "), nw.col("campaign_id").cast(nw.String)),
            position=row_number(["start_date", "end_date", "campaign_id"]),
            days=nw.col("span"),
            is_withheld=nw.lit(False),
            **{name: _or_zero(name) for name in COUNTED},
        )
        .with_columns(redeemed_pct=_share())
        .drop("start", "span")
    )


NAMES = ("campaign_type", "households_redeemed", "is_withheld")
COUNTED = ("households_reached", "coupons", "households_redeemed", "redemptions")


@table(
    Contract(
        title="Redemption by campaign type",
        grain="One row per type of campaign, and one for all types together",
        key=("campaign_type",),
        columns=(
            TYPE,
            TYPE_NAME,
            c.column("position", "int16", "place", "Order of the types; 0 is all together"),
            c.column("campaigns", "int32", "campaigns", "Campaigns that have started"),
            c.column("running", "int32", "campaigns", "Campaigns that have not ended"),
            Column(
                name="households_reached",
                type="int32",
                unit="households",
                meaning="Households that one campaign of the type or several were sent to",
                minimum=0,
            ),
            REDEEMED,
            REDEEMED_PCT,
            IS_WITHHELD,
        ),
        checks=(NO_MORE,),
        treatment=TREATMENT,
        cadence="daily",
        suppress=Suppression(
            count="households_redeemed",
            minimum=FEWEST,
            columns=("redeemed_pct",),
            flag="is_withheld",
        ),
    )
)
def redemption_by_campaign_type(
    campaign_descriptions: LazyFrame,
    campaign_households: LazyFrame,
    coupon_redemptions: LazyFrame,
    campaign_types: LazyFrame,
    weeks: LazyFrame,
    redemption_by_campaign: LazyFrame,
) -> LazyFrame:
    """One row per type and for all: campaigns, households reached, and those that redeemed.

    A household counts once, however many campaigns reached it. A number is empty where it would
    give away the campaigns that are withheld.
    """
    types = campaign_types.select("campaign_type", "position", type_name=nw.col("name"))
    rows = nw.concat([types, _all_types(types)])
    campaigns = _in_all(_started(campaign_descriptions, weeks))
    started = campaigns.group_by("campaign_type").agg(
        campaigns=nw.len(), running=_number_of("is_running")
    )
    typed = campaigns.select("campaign_id", "campaign_type")
    by_type = (
        ("households_reached", campaign_households),
        ("households_redeemed", _redeemed(coupon_redemptions, campaign_households)),
    )
    counted = rows.join(started, on="campaign_type", how="left")
    for name, frame in by_type:
        found = frame.join(typed, on="campaign_id", how="inner").group_by("campaign_type")
        households = found.agg(nw.col("household_id").n_unique().alias(name))
        counted = counted.join(households, on="campaign_type", how="left")
    names = ("campaigns", "running", "households_reached", "households_redeemed")
    filled = counted.with_columns(
        is_withheld=nw.lit(False), **{name: _or_zero(name) for name in names}
    )
    told = without_what_pins_down(filled, _in_all(redemption_by_campaign.select(*NAMES)))
    return told.with_columns(redeemed_pct=_share())


@table(
    Contract(
        title="Redemptions by part of the campaign",
        grain=f"One row per type of campaign and {PARTS}th of the campaign’s span",
        key=("campaign_type", "part"),
        columns=(
            TYPE,
            TYPE_NAME,
            c.column("type_position", "int16", "place", "Order of the types"),
            Column(
                name="part",
                type="int16",
                unit="tenths of the span",
                meaning="1 is the first tenth of the days from first to last, 10 the last",
                minimum=1,
                maximum=PARTS,
            ),
            Column(
                name="households_redeemed",
                type="int32",
                unit="households",
                meaning=f"Households that redeemed in that part{ALL_OR_NONE}",
                nullable=True,
                minimum=0,
            ),
            c.column(
                "redemptions",
                "int32",
                "coupons",
                "Coupons redeemed in that part; empty as the number of households is",
                nullable=True,
            ),
            IS_WITHHELD,
        ),
        treatment=(*TREATMENT, ONLY_TOLD, ALL_PARTS),
        cadence="daily",
        suppress=Suppression(
            count="households_redeemed",
            minimum=FEWEST,
            columns=("redemptions",),
            flag="is_withheld",
            together=("campaign_type",),
        ),
    )
)
def redemptions_by_campaign_part(
    redemption_by_campaign: LazyFrame,
    campaign_households: LazyFrame,
    coupon_redemptions: LazyFrame,
    campaign_types: LazyFrame,
) -> LazyFrame:
    """One row per type and tenth of the span of its campaigns that have ended and are told."""
    told = ~nw.col("is_running") & ~nw.col("is_withheld")
    ended = redemption_by_campaign.filter(told).select(
        "campaign_id",
        "campaign_type",
        start=day_number("start_date"),
        span=nw.col("days").cast(nw.Int64),
    )
    dated = _redeemed(coupon_redemptions, campaign_households).join(
        ended, on="campaign_id", how="inner"
    )
    after = day_number("redemption_date") - nw.col("start")
    placed = dated.with_columns(part=after * PARTS // nw.col("span") + 1)
    keys = ["campaign_type", "part"]
    found = placed.group_by(*keys).agg(
        households_redeemed=nw.col("household_id").n_unique(), redemptions=nw.len()
    )
    types = campaign_types.select(
        "campaign_type", type_position=nw.col("position"), type_name=nw.col("name")
    )
    grid = nw.concat([types.with_columns(part=nw.lit(n + 1)) for n in range(PARTS)])
    return grid.join(found, on=keys, how="left").with_columns(
        households_redeemed=_or_zero("households_redeemed"),
        redemptions=_or_zero("redemptions"),
        is_withheld=nw.lit(False),
    )


def _started(descriptions: LazyFrame, weeks: LazyFrame) -> LazyFrame:
    """One row per campaign, with dates, `start` as a day number, `span` in days and is_running."""
    last = weeks.select(last_date=nw.col("last_date").max())
    dated = descriptions.with_columns(
        start_date=nw.col("start_date").dt.date(), end_date=nw.col("end_date").dt.date()
    )
    return (
        dated.join(last, how="cross")
        .with_columns(
            start=day_number("start_date"),
            span=day_number("end_date") - day_number("start_date") + 1,
            is_running=nw.col("end_date") > nw.col("last_date"),
        )
        .drop("last_date")
    )


def _redeemed(redemptions: LazyFrame, reached: LazyFrame) -> LazyFrame:
    """The redemptions by households that the campaign reached."""
    return redemptions.join(
        distinct(reached, "campaign_id", "household_id"),
        on=["campaign_id", "household_id"],
        how="inner",
    )


def _in_all(campaigns: LazyFrame) -> LazyFrame:
    """Every campaign once under its type and once under all types."""
    return nw.concat([campaigns, campaigns.with_columns(campaign_type=nw.lit(ALL))])


def _all_types(types: LazyFrame) -> LazyFrame:
    """One row that stands for all types together, in the columns of `types`."""
    return types.filter(nw.col("position") == 1).with_columns(
        campaign_type=nw.lit(ALL), type_name=nw.lit(ALL), position=nw.col("position") * 0
    )


def _with_type_name(campaigns: LazyFrame, types: LazyFrame) -> LazyFrame:
    named = types.select("campaign_type", type_name=nw.col("name"))
    return campaigns.join(named, on="campaign_type", how="left").with_columns(
        type_name=nw.coalesce(nw.col("type_name"), nw.col("campaign_type"))
    )


def _number_of(flag: str) -> nw.Expr:
    return nw.when(nw.col(flag)).then(1).otherwise(0).sum().cast(nw.Int64)


def _or_zero(name: str) -> nw.Expr:
    return nw.coalesce(nw.col(name), nw.lit(0)).cast(nw.Int64)


def _share() -> nw.Expr:
    return percent(nw.col("households_redeemed"), nw.col("households_reached"))
