"""The page Weekly sales: departments over the weeks, and the latest week in full."""

from __future__ import annotations

from collections.abc import Sequence

from processing.board.reader import Pin
from processing.views import heat, panels
from processing.views.html import Fragment
from processing.views.number import shown
from processing.views.rows import Row, full_weeks, latest, records, sort_by
from processing.views.table import Shown
from processing.views.unit import unit
from processing.views.words import compared, gained_and_lost, list_words, sign

PANELS = 6
HEAT_ROWS = 10


def top_departments(pin: Pin, count: int) -> list[Row]:
    """Rows of the latest full week with the largest sales, in falling order."""
    return sort_by(latest(pin), "sales_usd", descending=True)[:count]


def department_panels(pin: Pin) -> Fragment:
    """One small chart for each of the largest departments (unit `department-panels`)."""
    top = top_departments(pin, PANELS)
    names = [row["department"] for row in top]
    weeks = full_weeks(records(pin))
    rows = [row for name in names for row in weeks if row["department"] == name]
    share = shown(pin, top[0], "share_pct", "pct1")
    name = shown(pin, top[0], "name", "text")
    change = compared(pin, top[0], "change_mean4_pct")
    return unit(
        pin,
        "department-panels",
        headline=f"{name} took {share} of the latest full week’s sales and was {change}",
        subtitle="Sales by week, US dollars, the six departments that sold most in the latest "
        f"full week, weeks of {_span(pin, rows)}. Each panel has a scale of its own, "
        "from zero; the figure under its name is the latest full week’s",
        summary=f"Latest full week: {list_words([_sold(pin, row) for row in top])}.",
        rows=rows,
        columns=PANEL_COLUMNS,
        chart=panels.panels(rows, top),
    )


def _span(pin: Pin, rows: Sequence[Row]) -> str:
    ordered = sort_by(rows, "week_start_date")
    start = shown(pin, ordered[0], "week_start_date", "date_long")
    return f"{start} to {shown(pin, ordered[-1], 'week_start_date', 'date_long')}"


def _sold(pin: Pin, row: Row) -> str:
    return f"{shown(pin, row, 'name', 'text')} {shown(pin, row, 'sales_usd', 'usd0')}"


PANEL_COLUMNS = (
    Shown("name", "text", "Department"),
    Shown("week_start_date", "date_short", "Week of"),
    Shown("sales_usd", "usd0", "Sales, $"),
)


def department_heat(pin: Pin) -> Fragment:
    """Change on the mean of four weeks by department and week (unit `department-heat`)."""
    top = top_departments(pin, HEAT_ROWS)
    names = [row["department"] for row in top]
    weeks = [row for row in full_weeks(records(pin)) if row["change_mean4_pct"] is not None]
    rows = [row for name in names for row in weeks if row["department"] == name]
    return unit(
        pin,
        "department-heat",
        headline=_heat_headline(pin, top),
        subtitle="Change in sales on the mean of the four weeks before, per cent, the ten "
        "departments that sold most in the latest full week, by week",
        summary="Teal weeks sold more than the mean of the four full weeks before, rust weeks "
        "less. Colours are full at 30% either way; the data table has the exact change.",
        rows=rows,
        columns=HEAT_COLUMNS,
        chart=heat.heat(rows, "change_mean4_pct") if rows else None,
    )


def _heat_headline(pin: Pin, top: Sequence[Row]) -> str:
    known = [row for row in top if row["change_mean4_pct"] is not None]
    if not known:
        return "No week has four full weeks before it yet"
    far = max(known, key=lambda row: abs(row["change_mean4_pct"]))
    name = shown(pin, far, "name", "text")
    return (
        f"Of the ten largest departments, {name} stood furthest from its usual in the latest "
        f"full week: {compared(pin, far, 'change_mean4_pct')}"
    )


HEAT_COLUMNS = (
    Shown("name", "text", "Department"),
    Shown("week_start_date", "date_short", "Week of"),
    Shown("change_mean4_pct", "change_pct1", "Change on mean of four weeks before"),
)


def department_table(pin: Pin) -> Fragment:
    """Every department in the latest full week (unit `departments-latest`)."""
    sold = [row for row in latest(pin) if row["sales_usd"] or row["sales_mean4_usd"]]
    rows = sort_by(sold, "sales_usd", descending=True)
    changed = [row for row in rows if sign(row["change_mean4_usd"], 0)]
    by_change = sort_by(changed, "change_mean4_usd", descending=True)
    return unit(
        pin,
        "departments-latest",
        headline=gained_and_lost(pin, by_change, "change_mean4_usd"),
        subtitle="Sales by department, US dollars, week of "
        f"{shown(pin, rows[0], 'week_start_date', 'date_long')}, with the week before and the "
        "mean of the four weeks before",
        summary=f"{list_words([_sold(pin, row) for row in rows[:3]])} sold most.",
        rows=rows,
        columns=TABLE_COLUMNS,
    )


TABLE_COLUMNS = (
    Shown("name", "text", "Department"),
    Shown("sales_usd", "usd0", "Sales, $"),
    Shown("share_pct", "pct1", "Share of sales"),
    Shown("sales_before_usd", "usd0", "Week before, $"),
    Shown("change_before_usd", "change_usd0", "Change on week before, $"),
    Shown("sales_mean4_usd", "usd0", "Mean of four weeks before, $"),
    Shown("change_mean4_usd", "change_usd0", "Change on mean, $"),
    Shown("change_mean4_pct", "change_pct1", "Change on mean"),
)
