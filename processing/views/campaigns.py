"""The page Campaigns: whom they reached, who redeemed coupons, and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from processing.board.reader import Pin
from processing.views import bars
from processing.views.claim import claim
from processing.views.early import when_ready
from processing.views.html import Fragment
from processing.views.lead import lead
from processing.views.number import shown, time_element
from processing.views.parts import Panels, parts
from processing.views.rows import NotYet, Row, records, sort_by
from processing.views.table import Shown
from processing.views.timeline import timeline
from processing.views.unit import unit
from processing.views.words import list_words


@when_ready
def finding(pin: Pin) -> Fragment:
    """How many households campaigns reached, and what part of them redeemed a coupon."""
    whole, *types = _types(pin)
    count = shown(pin, whole, "campaigns", "count")
    reached = shown(pin, whole, "households_reached", "count")
    text = f"So far this year {count} campaigns reached {reached} households"
    if whole["redeemed_pct"] is not None:
        text += f", and {shown(pin, whole, 'redeemed_pct', 'pct1')} of these redeemed a coupon"
    known = [row for row in types if row["redeemed_pct"] is not None]
    by_type = [
        f"{shown(pin, row, 'redeemed_pct', 'pct1')} of those that "
        f"{shown(pin, row, 'type_name', 'text')} reached"
        for row in known
    ]
    text += f": {list_words(by_type)}." if len(known) > 1 else "."
    return lead(text, pin)


def _types(pin: Pin) -> list[Row]:
    """All types together, then each. NotYet while no campaign has started."""
    rows = sort_by(records(pin), "position")
    if not rows[0]["campaigns"]:
        raise NotYet("No campaign has started yet.")
    return rows


@when_ready
def by_type(pin: Pin) -> Fragment:
    """The share of households reached that redeemed, by type (unit `redemption-by-type`)."""
    _, *rows = _types(pin)
    known = sort_by([r for r in rows if r["redeemed_pct"] is not None], "redeemed_pct")
    if not known:
        raise NotYet("Too few households have redeemed a coupon yet to say how many.")
    best = known[-1]
    return unit(
        pin,
        "redemption-by-type",
        headline=f"{shown(pin, best, 'type_name', 'text')} was redeemed "
        + claim("max", pin, best, "redeemed_pct", "most", {"position>=": 1})
        + f": {shown(pin, best, 'redeemed_pct', 'pct1')} of the households that it reached used a "
        "coupon",
        subtitle="Share of households that redeemed a coupon, per cent of those reached, by type "
        f"of campaign, the year to {time_element(pin.entry.data_to)}",
        summary=f"{_reach(pin, rows)}. A household counts once for each type. The source does not "
        "say what tells the types apart.",
        rows=rows,
        columns=TYPE_COLUMNS,
        chart=bars.plain(rows, "redeemed_pct", "type_name", format="pct1"),
    )


def _reach(pin: Pin, rows: Sequence[Row]) -> str:
    said = [
        f"{shown(pin, row, 'type_name', 'text')} reached "
        f"{shown(pin, row, 'households_reached', 'count')} households with "
        f"{shown(pin, row, 'campaigns', 'count')} campaigns"
        for row in rows
    ]
    return list_words(said)


TYPE_COLUMNS = (
    Shown("type_name", "text", "Type"),
    Shown("campaigns", "count", "Campaigns started"),
    Shown("running", "count", "Of these running"),
    Shown("households_reached", "count", "Households reached"),
    Shown("households_redeemed", "count", "Households that redeemed"),
    Shown("redeemed_pct", "pct1", "Of those reached"),
    Shown("is_withheld", "yes_no", "Withheld"),
)


@when_ready
def over_the_year(pin: Pin) -> Fragment:
    """Every campaign from first to last day (unit `campaign-timeline`)."""
    rows = sort_by(records(pin), "position")
    if not rows:
        raise NotYet("No campaign has started yet.")
    widest = sort_by(rows, "households_reached", descending=True)[0]
    name = shown(pin, widest, "name", "text")
    share = (
        f", of which {shown(pin, widest, 'redeemed_pct', 'pct1')} redeemed a coupon"
        if widest["redeemed_pct"] is not None
        else ""
    )
    today = date.fromisoformat(pin.entry.data_to)
    return unit(
        pin,
        "campaign-timeline",
        headline=f"{name} reached the "
        + claim("max", pin, widest, "households_reached", "most", {})
        + f" households, {shown(pin, widest, 'households_reached', 'count')}{share}",
        subtitle="Campaigns from first to last day, with type and share of the households reached "
        f"that redeemed a coupon so far. The dotted line is {time_element(pin.entry.data_to)}",
        summary="“Few” stands where from one to four households redeemed: how many is withheld. "
        "Campaigns that have not started are not shown; those that started last year are shown "
        "with what was redeemed this year.",
        rows=rows,
        columns=CAMPAIGN_COLUMNS,
        chart=timeline(rows, list(dict.fromkeys(sorted(r["type_name"] for r in rows))), today),
    )


CAMPAIGN_COLUMNS = (
    Shown("name", "text", "Campaign"),
    Shown("type_name", "text", "Type"),
    Shown("start_date", "date_short", "First day"),
    Shown("end_date", "date_short", "Last day"),
    Shown("days", "count", "Days"),
    Shown("is_running", "yes_no", "Running"),
    Shown("households_reached", "count", "Households reached"),
    Shown("coupons", "count", "Coupons"),
    Shown("households_redeemed", "count", "Households that redeemed"),
    Shown("redemptions", "count", "Coupons redeemed"),
    Shown("redeemed_pct", "pct1", "Of those reached"),
    Shown("is_withheld", "yes_no", "Withheld"),
)


@when_ready
def timing(pin: Pin) -> Fragment:
    """In which part of a campaign its coupons were redeemed (unit `redemption-timing`)."""
    rows = sort_by(sort_by(records(pin), "part"), "type_position")
    drawn = {row["type_name"] for row in rows if row["redemptions"]}
    untold = {
        row["type_name"]: shown(pin, row, "type_name", "text")
        for row in rows
        if row["is_withheld"] and row["type_name"] not in drawn
    }
    rows = [row for row in rows if row["type_name"] in drawn]
    if not rows:
        raise NotYet("No campaign with enough redemptions has ended yet.")
    most = max(rows, key=lambda row: row["redemptions"] or 0)
    hidden = any(row["is_withheld"] for row in rows)
    return unit(
        pin,
        "redemption-timing",
        headline=f"Coupons of {shown(pin, most, 'type_name', 'text')} were redeemed "
        + claim("max", pin, most, "redemptions", "most", {})
        + f" in tenth {shown(pin, most, 'part', 'count')} of a campaign’s days: "
        f"{shown(pin, most, 'redemptions', 'count')} of them",
        subtitle="Coupons redeemed by tenth of the campaign’s span, campaigns that have ended and "
        f"are not withheld, by type, the year to {time_element(pin.entry.data_to)}",
        summary="Part 1 is the first tenth of the days from first to last, part 10 the last."
        + (" Where from one to four households redeemed, the number is withheld." if hidden else "")
        + (
            f" All parts of {list_words([*untold.values()])} are withheld: "
            "from one to four households redeemed in at least one of them."
            if untold
            else ""
        ),
        rows=rows,
        columns=PART_COLUMNS,
        chart=parts(rows, PART_PANELS, size="l"),
    )


PART_PANELS = Panels(
    panel="type_name", place="part", value="redemptions", format="count", empty="few", gap=0.16
)
PART_COLUMNS = (
    Shown("part", "count", "Tenth of the span"),
    Shown("type_name", "text", "Type"),
    Shown("households_redeemed", "count", "Households that redeemed"),
    Shown("redemptions", "count", "Coupons redeemed"),
    Shown("is_withheld", "yes_no", "Withheld"),
)
