"""The unit of sales by week, with the weeks that are not full marked as such."""

from __future__ import annotations

from collections.abc import Sequence

from processing.board.reader import Pin
from processing.views.claim import claim
from processing.views.format import format_value
from processing.views.html import Fragment
from processing.views.number import shown
from processing.views.rows import Row, full_weeks, latest, records, sort_by, where
from processing.views.table import Shown
from processing.views.unit import unit
from processing.views.week_line import ends, week_line
from processing.views.words import compared, list_words

COLUMNS = (
    Shown("week_start_date", "date_short", "Week of"),
    Shown("week", "count", "Week"),
    Shown("trading_days", "count", "Days of sales"),
    Shown("sales_usd", "usd0", "Sales"),
    Shown("sales_mean4_usd", "usd0", "Mean of four weeks before"),
    Shown("sales_change_mean4_pct", "change_pct1", "Change on that mean, %"),
    Shown("is_partial", "yes_no", "Part of a week"),
    Shown("is_latest", "yes_no", "Latest full week"),
)


def sales_line(pin: Pin) -> Fragment:
    """Sales by week over the year so far; weeks that are not full are marked as such."""
    rows, last = records(pin), latest(pin)[0]
    ranked = sort_by(full_weeks(rows), "sales_usd")
    return unit(
        pin,
        "sales-line",
        headline=_headline(pin, ranked[-1], last),
        subtitle=f"Sales of all stores by week, US dollars, weeks of {_span(pin, rows)}"
        f"{_scale(rows)}",
        summary=_summary(pin, rows, ranked),
        rows=rows,
        columns=COLUMNS,
        chart=week_line(rows, last),
    )


def _span(pin: Pin, rows: Sequence[Row]) -> str:
    start = shown(pin, rows[0], "week_start_date", "date_long")
    return f"{start} to {shown(pin, rows[-1], 'week_start_date', 'date_long')}"


def _scale(rows: Sequence[Row]) -> str:
    bottom = ends(rows)[0]
    return f". The scale starts at {format_value('usd0', bottom)}, not at zero" if bottom else ""


def _headline(pin: Pin, top: Row, last: Row) -> str:
    amount = shown(pin, top, "sales_usd", "usd0")
    when = f"the week of {shown(pin, top, 'week_start_date', 'day_month')}"
    against = compared(pin, last, "sales_change_before_pct", "the week before")
    if top["week"] == last["week"]:
        highest = claim("max", pin, top, "sales_usd", "highest", FULL)
        return f"Weekly sales reached their {highest} of the year so far, {amount}, in {when}"
    latest_sales = shown(pin, last, "sales_usd", "usd0")
    peaked = claim("max", pin, top, "sales_usd", "peaked", FULL)
    return f"Weekly sales {peaked} at {amount} in {when}; the latest, {latest_sales}, is {against}"


FULL = {"is_partial": False}  # the weeks that are compared with each other


def _summary(pin: Pin, rows: Sequence[Row], ranked: Sequence[Row]) -> str:
    low, high = (
        f"{shown(pin, row, 'sales_usd', 'usd0')} (week of "
        f"{shown(pin, row, 'week_start_date', 'day_month')})"
        for row in (ranked[0], ranked[-1])
    )
    text = f"Sales of full weeks lie between {low} and {high}."
    if len(ranked) == 1:
        text = f"There is one full week so far: {low}."
    parts = [
        f"the week of {shown(pin, row, 'week_start_date', 'day_month')} "
        f"({shown(pin, row, 'sales_usd', 'usd0')} in {shown(pin, row, 'trading_days', 'count')} "
        "of 7 days)"
        for row in where(rows, is_partial=True)
    ]
    if parts:
        text += f" Grey bands are weeks with fewer than seven days of sales: {list_words(parts)}."
        text += " They are not drawn in the line and not compared with other weeks."
    return text
