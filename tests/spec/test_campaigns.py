"""Reach, redemption and timing of campaigns, on rows small enough to check by eye."""

from __future__ import annotations

import narwhals as nw
import pyarrow as pa
import pytest

from processing.contracts.frames import LazyFrame
from processing.contracts.suppress import withhold
from processing.tables.campaigns import (
    redemption_by_campaign,
    redemption_by_campaign_type,
    redemptions_by_campaign_part,
)
from processing.tables.expressions import day_number
from processing.tables.registry import load_tables
from tests.spec.frames import ENGINE, declared, frame, pinned, rows

TYPES = """
    campaign_type | position | name
    Type A        | 1        | A
    Type B        | 2        | B
"""
CAMPAIGNS = """
    campaign_id | campaign_type | start_date          | end_date
    2           | Type B        | 2017-02-01 00:00:00 | 2017-02-20 00:00:00
    1           | Type A        | 2016-12-23 00:00:00 | 2017-01-11 00:00:00
    3           | Type B        | 2017-02-01 00:00:00 | 2017-03-02 00:00:00
"""
REACHED = """
    campaign_id | household_id
    1           | 1
    1           | 2
    2           | 1
    2           | 3
    2           | 4
    9           | 1
"""
COUPONS = """
    coupon_upc | campaign_id
    10         | 1
    10         | 1
    11         | 1
    20         | 2
"""
REDEMPTIONS = """
    household_id | coupon_upc | campaign_id | redemption_date
    1            | 10         | 1           | 2017-01-01 00:00:00
    1            | 11         | 1           | 2017-01-02 00:00:00
    2            | 10         | 1           | 2017-01-11 00:00:00
    9            | 10         | 1           | 2017-01-11 00:00:00
    3            | 20         | 2           | 2017-02-01 00:00:00
    3            | 20         | 2           | 2017-02-20 00:00:00
"""
WEEKS = """
    week | last_date
    8    | 2017-02-20
    7    | 2017-02-19
"""
SOURCES = {
    "campaign_descriptions": CAMPAIGNS,
    "campaign_households": REACHED,
    "coupon_redemptions": REDEMPTIONS,
    "campaign_types": TYPES,
    "weeks": WEEKS,
}


def inputs(**more: str) -> dict[str, LazyFrame]:
    return {name: frame(text) for name, text in {**SOURCES, **more}.items()}


def test_campaigns_stand_in_the_order_of_their_days() -> None:
    """Campaign 2 ends on the last day with sales and runs no more; campaign 3 does."""
    table = redemption_by_campaign(**inputs(coupons=COUPONS))
    found = pinned(
        "redemption_by_campaign", table, "campaign_id", "name", "position", "days", "is_running"
    )
    assert found == [
        (1, "Campaign 1", 1, 20, False),
        (2, "Campaign 2", 2, 20, False),
        (3, "Campaign 3", 3, 30, True),
    ]


def test_reach_and_redemption_of_a_campaign() -> None:
    """Household 9 was not reached; a coupon for two products is one; nobody was sent campaign 3."""
    table = redemption_by_campaign(**inputs(coupons=COUPONS))
    found = pinned(
        "redemption_by_campaign", table, "campaign_id", "households_reached", "coupons",
        "households_redeemed", "redemptions", "redeemed_pct",
    )  # fmt: skip
    assert found == [(1, 2, 2, 2, 3, 100.0), (2, 3, 1, 1, 2, 33.33), (3, 0, 0, 0, 0, None)]


def test_a_household_counts_once_for_a_type_and_once_for_all() -> None:
    """Household 1 was reached by both types: four households in all."""
    campaigns = redemption_by_campaign(**inputs(coupons=COUPONS))
    table = redemption_by_campaign_type(**inputs(), redemption_by_campaign=campaigns)
    found = pinned(
        "redemption_by_campaign_type", table, "campaign_type", "position", "campaigns", "running",
        "households_reached", "households_redeemed", "redeemed_pct",
    )  # fmt: skip
    assert found == [
        ("All types", 0, 3, 1, 4, 3, 75.0),
        ("Type A", 1, 1, 0, 2, 2, 100.0),
        ("Type B", 2, 2, 1, 3, 1, 33.33),
    ]


@pytest.mark.parametrize(("first", "of_all"), [(5, 8), (6, None)])
def test_a_total_is_empty_where_it_pins_down_a_withheld_campaign(
    first: int, of_all: int | None
) -> None:
    """Five households redeemed in campaign 1, four in campaign 2: nine in all leave it no other
    number, and eight do."""
    who = [*((1, each) for each in range(1, 6)), *((2, each) for each in range(first, first + 4))]
    reached = "\n".join(["campaign_id | household_id", *(f"{c} | {h}" for c, h in who)])
    redeemed = "\n".join(
        ["household_id | coupon_upc | campaign_id | redemption_date"]
        + [f"{h} | 10 | {c} | 2017-02-01 00:00:00" for c, h in who]
    )
    given = inputs(campaign_households=reached, coupon_redemptions=redeemed)
    counted = redemption_by_campaign(**given, coupons=frame(COUPONS))
    promise = load_tables()["redemption_by_campaign"].contract
    campaigns, _ = withhold(promise, declared("redemption_by_campaign", counted))
    assert campaigns["households_redeemed"].to_pylist() == [5, None, 0]
    table = redemption_by_campaign_type(**given, redemption_by_campaign=ENGINE.take(campaigns))
    found = pinned("redemption_by_campaign_type", table, "campaign_type", "households_redeemed")
    assert found[0] == ("All types", of_all)


def test_all_are_empty_where_they_pin_down_a_withheld_type() -> None:
    """Type A has eight in two campaigns that share two; type B has four others, in one campaign."""
    who = [*((1, h) for h in range(1, 6)), *((4, h) for h in range(4, 9))]
    who += [(2, h) for h in range(9, 13)]
    more = "\n    4 | Type A | 2016-12-23 00:00:00 | 2017-01-11 00:00:00"
    given = inputs(
        campaign_descriptions=CAMPAIGNS.rstrip() + more,
        campaign_households="\n".join(
            ["campaign_id | household_id", *(f"{c} | {h}" for c, h in who)]
        ),
        coupon_redemptions="\n".join(
            ["household_id | coupon_upc | campaign_id | redemption_date"]
            + [f"{h} | 10 | {c} | 2017-02-01 00:00:00" for c, h in who]
        ),
    )
    counted = redemption_by_campaign(**given, coupons=frame(COUPONS))
    promise = load_tables()["redemption_by_campaign"].contract
    campaigns, _ = withhold(promise, declared("redemption_by_campaign", counted))
    table = redemption_by_campaign_type(**given, redemption_by_campaign=ENGINE.take(campaigns))
    found = pinned("redemption_by_campaign_type", table, "campaign_type", "households_redeemed")
    assert found == [("All types", None), ("Type A", 8), ("Type B", None)]


def in_parts(campaigns: LazyFrame) -> LazyFrame:
    """The redemptions by part of the campaigns in a table like `redemption_by_campaign`."""
    given = inputs()
    names = ("campaign_households", "coupon_redemptions", "campaign_types")
    return redemptions_by_campaign_part(campaigns, **{name: given[name] for name in names})


def test_redemptions_lie_in_tenths_of_the_span() -> None:
    """Twenty days: the first two are part 1, the last two part 10; over the turn of the year."""
    table = in_parts(redemption_by_campaign(**inputs(coupons=COUPONS)))
    found = pinned(
        "redemptions_by_campaign_part", table, "campaign_type", "part", "households_redeemed",
        "redemptions",
    )  # fmt: skip
    assert len(found) == 20
    assert [row for row in found if row[3]] == [
        ("Type A", 5, 1, 1),
        ("Type A", 6, 1, 1),
        ("Type A", 10, 1, 1),
        ("Type B", 1, 1, 1),
        ("Type B", 10, 1, 1),
    ]


def test_parts_leave_out_what_their_sum_would_give_away() -> None:
    """Campaign 1 is withheld: the parts of its type hold nothing of it."""
    campaigns = redemption_by_campaign(**inputs(coupons=COUPONS)).with_columns(
        is_withheld=nw.col("campaign_id") == 1
    )
    found = pinned(
        "redemptions_by_campaign_part", in_parts(campaigns), "campaign_type", "redemptions"
    )
    assert [row for row in found if row[1]] == [("Type B", 1), ("Type B", 1)]


def test_the_parts_of_a_type_are_withheld_together() -> None:
    """One part of few households is the total less the others."""
    promise = load_tables()["redemptions_by_campaign_part"].contract
    table = declared(
        "redemptions_by_campaign_part", in_parts(redemption_by_campaign(**inputs(coupons=COUPONS)))
    )
    at = table.column_names.index("households_redeemed")
    counts = [0, 9, 5, 0, 8, 7, 4, 9, 9, 9, *[5] * 9, 0]
    given = pa.array(counts, pa.int32())
    hidden, _ = withhold(promise, table.set_column(at, table.field(at), given))
    assert hidden["households_redeemed"].to_pylist() == [*[None] * 10, *[5] * 9, 0]
    assert hidden["is_withheld"].to_pylist() == [True] * 10 + [False] * 10


def test_what_few_households_redeemed_is_withheld() -> None:
    """Two households: their number, their coupons and their share; none is no secret."""
    promise = load_tables()["redemption_by_campaign"].contract
    table = redemption_by_campaign(**inputs(coupons=COUPONS))
    hidden, _ = withhold(promise, declared("redemption_by_campaign", table))
    names = ("households_redeemed", "redemptions", "redeemed_pct", "is_withheld")
    found = [tuple(row[name] for name in names) for row in hidden.to_pylist()]
    assert found == [(None, None, None, True), (None, None, None, True), (0, 0, None, False)]


def test_days_are_counted_across_years_and_leap_days() -> None:
    """The day after 31 December is the next; 2016 has a 29 February and 2100 none."""
    days = frame("""
        day
        2016-02-28
        2016-03-01
        2016-12-31
        2017-01-01
        2100-02-28
        2100-03-01
    """).select(number=day_number("day"), day=nw.col("day"))
    found = [row[0] for row in rows(days, "day")]
    assert [found[1] - found[0], found[3] - found[2], found[5] - found[4]] == [2, 1, 1]
    assert [found[3]] == [736330]  # date(2017, 1, 1).toordinal()
