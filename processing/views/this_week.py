"""The page This week: what happened, in a sentence, four figures, a line and what moved it."""

from __future__ import annotations

from collections.abc import Sequence

from processing.board.reader import Pin
from processing.views import bars, kpi
from processing.views import sales_line as line
from processing.views.claim import claim
from processing.views.early import when_ready
from processing.views.html import Fragment, element
from processing.views.number import shown
from processing.views.release_note import trust
from processing.views.rows import Row, latest, sort_by, with_baseline
from processing.views.table import Shown
from processing.views.unit import unit
from processing.views.words import (
    compared,
    gained_and_lost,
    list_words,
    most,
    named_change,
    sign,
)


@when_ready
def finding(headline: Pin, departments: Pin) -> Fragment:
    """What happened to sales in the latest full week, and which departments moved it."""
    row = latest(headline)[0]
    week = shown(headline, row, "week_start_date", "date_long")
    sales = f"Sales in the week of {week} were {shown(headline, row, 'sales_usd', 'usd0')}, "
    text = sales + compared(headline, row, "sales_change_mean4_pct") + "."
    moved = _moved(departments, sign(row["sales_change_mean4_pct"]))
    said = element("p", f"{text} {moved}".strip(), class_="mp-finding")
    return Fragment(element("div", said + trust(headline.manifest), class_="mp-lead"))


def _moved(pin: Pin, direction: int) -> str:
    ranked = sort_by(latest(pin), "contribution_rank")
    changed = [row for row in ranked if sign(row["change_mean4_usd"], 0)]
    ways = {way: [r for r in changed if sign(r["change_mean4_usd"], 0) == way] for way in (1, -1)}
    if not changed:
        return ""
    if not direction:
        biggest = list_words([named_change(pin, r, "change_mean4_usd") for r in changed[:2]])
        furthest = claim("furthest", pin, changed[0], "change_mean4_usd", "moved most")
        return f"The departments that {furthest} were {biggest}."
    return _moved_towards(pin, ways[direction], ways[-direction])


def _moved_towards(pin: Pin, along: Sequence[Row], against: Sequence[Row]) -> str:
    column = "change_mean4_usd"
    parts = [
        f"{named_change(pin, rows[0], column)} {most(pin, rows[0], column)}"
        for rows in (along, against)
        if rows
    ]
    return "; ".join(parts) + "."


@when_ready
def kpis(pin: Pin) -> Fragment:
    """Four figures of the latest full week, each with unit, period and named baselines."""
    return kpi.kpis(pin)


@when_ready
def sales_line(pin: Pin) -> Fragment:
    """Sales by week over the year so far (unit `sales-line`)."""
    return line.sales_line(pin)


@when_ready
def fuel(pin: Pin) -> Fragment:
    """How much of the latest full week's sales is fuel."""
    row = latest(pin)[0]
    amount = shown(pin, row, "fuel_sales_usd", "usd0")
    share = shown(pin, row, "fuel_share_pct", "pct1")
    text = f"Sales include fuel: {amount} in the latest full week, {share} of all sales."
    return Fragment(element("p", text))


@when_ready
def movers(pin: Pin) -> Fragment:
    """Which departments moved sales in the latest full week (unit `department-movers`)."""
    known = with_baseline(latest(pin), "sales_mean4_usd")
    ranked = [row for row in sort_by(known, "contribution_rank") if row["sales_mean4_usd"]]
    rows = sort_by(ranked[:10], "change_mean4_usd", descending=True)
    week = shown(pin, latest(pin)[0], "week_start_date", "date_long")
    return unit(
        pin,
        "department-movers",
        headline=gained_and_lost(pin, rows, "change_mean4_usd"),
        subtitle="Change in sales on the mean of the four weeks before, US dollars, the ten "
        f"departments that changed most, week of {week}",
        summary="Bars to the right lifted the sales of the week, bars to the left lowered them.",
        rows=rows,
        columns=MOVER_COLUMNS,
        chart=bars.signed(rows, "change_mean4_usd"),
    )


MOVER_COLUMNS = (
    Shown("name", "text", "Department"),
    Shown("change_mean4_usd", "change_usd0", "Change"),
    Shown("change_mean4_pct", "change_pct1", "Change, %"),
    Shown("sales_usd", "usd0", "Sales"),
    Shown("sales_mean4_usd", "usd0", "Mean of four weeks before"),
    Shown("share_pct", "pct1", "Share of sales"),
)
