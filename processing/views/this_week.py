"""The page This week: what happened, in a sentence, four figures, a line and what moved it."""

from __future__ import annotations

from collections.abc import Sequence

from processing.board.reader import Pin
from processing.views import contributions, kpi
from processing.views import sales_line as line
from processing.views.claim import claim
from processing.views.early import when_ready
from processing.views.html import Fragment, element
from processing.views.lead import lead
from processing.views.number import shown, time_element
from processing.views.rows import NotYet, Row, full_weeks, latest, records, sort_by
from processing.views.words import (
    compared,
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
    return lead(f"{text} {moved}".strip(), headline, departments, caution=_usual(headline, row))


def _usual(pin: Pin, row: Row) -> str:
    """Whether a change of this size is usual, by the weeks before; nothing while these are few."""
    compared_with, further = row.get("weeks_compared") or 0, row.get("weeks_further") or 0
    if compared_with < ENOUGH or not sign(row["sales_change_mean4_pct"]):
        return ""
    said = "A change of this size is "
    if further * 4 >= compared_with:
        said += "usual: it"
    elif further * 20 <= compared_with:
        said += "rare: it"
    else:
        said = "The change"
    weeks = shown(pin, row, "weeks_further", "count"), shown(pin, row, "weeks_compared", "count")
    return f"{said} was larger, up or down, in {weeks[0]} of {weeks[1]} earlier weeks."


ENOUGH = 8  # weeks from which on a share of them says what is usual


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
def departments(pin: Pin, headline: Pin) -> Fragment:
    """How much of the week's change is due to each department (unit `department-contributions`)."""
    return contributions.contributions(pin, headline, "department", "departments")


@when_ready
def stores(pin: Pin, headline: Pin) -> Fragment:
    """How much of the week's change is due to each store (unit `store-contributions`)."""
    return contributions.contributions(pin, headline, "store", "stores")


@when_ready
def year(headline: Pin) -> Fragment:
    """The year so far in a sentence: sales, full weeks, and the highest and the lowest of them."""
    rows = full_weeks(records(headline))
    ranked = sort_by(rows, "sales_usd")
    if not rows:
        raise NotYet("There is no week with seven days of sales yet.")
    last = records(headline)[-1]
    total = shown(headline, last, "sales_year_to_date_usd", "usd0")
    low, high = (
        f"{shown(headline, row, 'sales_usd', 'usd0')} in the week of "
        f"{shown(headline, row, 'week_start_date', 'day_month')}"
        for row in (ranked[0], ranked[-1])
    )
    best = claim("max", headline, ranked[-1], "sales_usd", "best", FULL)
    weakest = claim("min", headline, ranked[0], "sales_usd", "weakest", FULL)
    text = (
        f"Sales of the year so far are {total}, to {time_element(headline.entry.data_to)}. The "
        f"{best} full week brought {high}, the {weakest} {low}."
    )
    return Fragment(element("p", text))


FULL = {"is_partial": False}
