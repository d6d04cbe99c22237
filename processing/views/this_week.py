"""The page This week: what happened, in a sentence, four figures, a line and what moved it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from processing.board.reader import Pin
from processing.views import bars
from processing.views import sales_line as line
from processing.views.html import Fragment, element, escape, join
from processing.views.number import shown
from processing.views.rows import Row, latest, sort_by
from processing.views.table import Shown
from processing.views.unit import unit
from processing.views.words import (
    compared,
    gained_and_lost,
    list_words,
    named_change,
    sign,
)


class Kpi(NamedTuple):
    """A key figure: what it is called, which columns hold it, and what it counts."""

    name: str
    measure: str
    column: str
    mean: str
    format: str
    unit: str


KPIS = (
    Kpi("Sales", "sales", "sales_usd", "sales_mean4_usd", "usd0", "US dollars"),
    Kpi("Baskets", "baskets", "baskets", "baskets_mean4", "count", "shopping trips"),
    Kpi("Households", "households", "households", "households_mean4", "count", "that shopped"),
    Kpi(
        "Average basket",
        "average_basket",
        "average_basket_usd",
        "average_basket_mean4_usd",
        "usd2",
        "US dollars a trip",
    ),
)


def period(pin: Pin, row: Row) -> str:
    """The week of a row in words: its first and last day."""
    start = shown(pin, row, "week_start_date", "day_month")
    return f"{start} to {shown(pin, row, 'week_end_date', 'date_long')}"


def finding(headline: Pin, departments: Pin) -> Fragment:
    """What happened to sales in the latest full week, and which departments moved it."""
    row = latest(headline)[0]
    week = shown(headline, row, "week_start_date", "date_long")
    sales = f"Sales in the week of {week} were {shown(headline, row, 'sales_usd', 'usd0')}, "
    text = sales + compared(headline, row, "sales_change_mean4_pct") + "."
    moved = _moved(departments, sign(row["sales_change_mean4_pct"]))
    return Fragment(element("p", f"{text} {moved}".strip(), class_="mp-finding"))


def _moved(pin: Pin, direction: int) -> str:
    ranked = sort_by(latest(pin), "contribution_rank")
    changed = [row for row in ranked if sign(row["change_mean4_usd"], 0)]
    ways = {way: [r for r in changed if sign(r["change_mean4_usd"], 0) == way] for way in (1, -1)}
    if not changed:
        return ""
    if not direction:
        biggest = list_words([named_change(pin, r, "change_mean4_usd") for r in changed[:2]])
        return f"The departments that moved most were {biggest}."
    return _moved_towards(pin, ways[direction], ways[-direction])


def _moved_towards(pin: Pin, along: Sequence[Row], against: Sequence[Row]) -> str:
    column = "change_mean4_usd"
    text = f"{named_change(pin, along[0], column)} moved it most" if along else ""
    if against:
        other = f"{named_change(pin, against[0], column)} went the other way"
        text = f"{text}; {other}" if text else other
    return text + "."


def kpis(pin: Pin) -> Fragment:
    """Four figures of the latest full week, each with unit, period and named baselines."""
    row = latest(pin)[0]
    items = join(_kpi(pin, row, kpi) for kpi in KPIS)
    return Fragment(element("ul", f"\n{items}\n", class_="mp-kpis", role="list"))


def _kpi(pin: Pin, row: Row, kpi: Kpi) -> str:
    change = f"{kpi.measure}_change_mean4_pct"
    way = {1: "up", 0: "flat", -1: "down"}[sign(row[change])]
    words = compared(pin, row, change)
    if row[kpi.mean] is not None:
        words += f" ({shown(pin, row, kpi.mean, kpi.format)})"
    before = compared(pin, row, f"{kpi.measure}_change_before_pct", "the week before")
    parts = [
        element("h3", escape(kpi.name), class_="mp-kpi-name"),
        element("p", shown(pin, row, kpi.column, kpi.format), class_="mp-kpi-value"),
        element("p", f"{escape(kpi.unit)}, {period(pin, row)}", class_="mp-kpi-unit"),
        element("p", words, class_=f"mp-kpi-change mp-{way}"),
        element("p", before, class_="mp-kpi-before"),
    ]
    return element("li", "".join(parts), class_="mp-kpi", id=f"kpi-{kpi.measure.replace('_', '-')}")


def sales_line(pin: Pin) -> Fragment:
    """Sales by week over the year so far (unit `sales-line`)."""
    return line.sales_line(pin)


def fuel(pin: Pin) -> Fragment:
    """How much of the latest full week's sales is fuel."""
    row = latest(pin)[0]
    amount = shown(pin, row, "fuel_sales_usd", "usd0")
    share = shown(pin, row, "fuel_share_pct", "pct1")
    text = f"Sales include fuel: {amount} of the latest full week, {share} of its sales."
    return Fragment(element("p", text))


def movers(pin: Pin) -> Fragment:
    """Which departments moved sales in the latest full week (unit `department-movers`)."""
    ranked = [row for row in sort_by(latest(pin), "contribution_rank") if row["sales_mean4_usd"]]
    rows = sort_by(ranked[:10], "change_mean4_usd", descending=True)
    week = shown(pin, latest(pin)[0], "week_start_date", "date_long")
    return unit(
        pin,
        "department-movers",
        headline=gained_and_lost(pin, rows, "change_mean4_usd"),
        subtitle=f"Change in sales on the mean of the four weeks before, US dollars, the ten "
        f"departments that changed most, week of {week}",
        summary="Bars to the right lifted the sales of the week, bars to the left lowered them.",
        rows=rows,
        columns=MOVER_COLUMNS,
        chart=bars.signed(rows, "change_mean4_usd"),
    )


MOVER_COLUMNS = (
    Shown("name", "text", "Department"),
    Shown("change_mean4_usd", "change_usd0", "Change, $"),
    Shown("change_mean4_pct", "change_pct1", "Change"),
    Shown("sales_usd", "usd0", "Sales, $"),
    Shown("sales_mean4_usd", "usd0", "Mean of four weeks before, $"),
    Shown("share_pct", "pct1", "Share of sales"),
)
