"""The line of sales by week, with the weeks that are not full marked as such."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from processing.board.reader import Pin
from processing.views import theme
from processing.views.chart import Chart, Trace, chart, week_range
from processing.views.format import format_value
from processing.views.html import Fragment
from processing.views.number import shown
from processing.views.rows import Row, full_weeks, latest, records, sort_by, where
from processing.views.table import Shown
from processing.views.unit import unit
from processing.views.words import compared, list_words

COLUMNS = (
    Shown("week_start_date", "date_short", "Week of"),
    Shown("week", "count", "Week"),
    Shown("trading_days", "count", "Days of sale"),
    Shown("sales_usd", "usd0", "Sales, $"),
    Shown("sales_mean4_usd", "usd0", "Mean of four weeks before, $"),
    Shown("sales_change_mean4_pct", "change_pct1", "Change on that mean"),
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
        subtitle=f"Sales of all stores by week, US dollars, weeks of {_span(pin, rows)}",
        summary=_summary(pin, rows, ranked),
        rows=rows,
        columns=COLUMNS,
        chart=_chart(pin, rows, last),
    )


def _span(pin: Pin, rows: Sequence[Row]) -> str:
    start = shown(pin, rows[0], "week_start_date", "date_long")
    return f"{start} to {shown(pin, rows[-1], 'week_start_date', 'date_long')}"


def _headline(pin: Pin, top: Row, last: Row) -> str:
    amount = shown(pin, top, "sales_usd", "usd0")
    when = f"the week of {shown(pin, top, 'week_start_date', 'day_month')}"
    against = compared(pin, last, "sales_change_before_pct", "the week before")
    if top["week"] == last["week"]:
        return f"Weekly sales reached their highest of the year so far, {amount}, in {when}"
    latest_sales = shown(pin, last, "sales_usd", "usd0")
    return f"Weekly sales peaked at {amount} in {when}; the latest, {latest_sales}, is {against}"


def _summary(pin: Pin, rows: Sequence[Row], ranked: Sequence[Row]) -> str:
    low, high = (
        f"{shown(pin, row, 'sales_usd', 'usd0')} (week of "
        f"{shown(pin, row, 'week_start_date', 'day_month')})"
        for row in (ranked[0], ranked[-1])
    )
    text = f"Full weeks lie between {low} and {high}."
    parts = [
        f"the week of {shown(pin, row, 'week_start_date', 'day_month')} "
        f"({shown(pin, row, 'trading_days', 'count')} of 7)"
        for row in where(rows, is_partial=True)
    ]
    if parts:
        text += f" Open circles are weeks with fewer than seven days of sale: {list_words(parts)}."
        text += " They are compared with nothing."
    return text


def _chart(pin: Pin, rows: Sequence[Row], last: Row) -> Chart:
    sales = Trace(
        x="week_start_date",
        y="sales_usd",
        where={"is_partial": False},
        hover=_hover,
        style={
            "mode": "lines+markers",
            "line": {"color": theme.colour("teal"), "width": 2.5},
            "marker": {"size": 5, "color": theme.colour("teal")},
        },
    )
    mean = Trace(
        x="week_start_date",
        y="sales_mean4_usd",
        where={"is_partial": False},
        style={
            "mode": "lines",
            "line": {"color": theme.colour("muted"), "width": 1.5, "dash": "dot"},
            "hoverinfo": "skip",
        },
    )
    partial = Trace(
        x="week_start_date",
        y="sales_usd",
        where={"is_partial": True},
        hover=_hover,
        style={"mode": "markers", "marker": OPEN_CIRCLE, "cliponaxis": False},
    )
    latest_week = Trace(
        x="week_start_date",
        y="sales_usd",
        where={"is_latest": True},
        hover=_hover,
        style={"mode": "markers", "marker": {"size": 11, "color": theme.colour("teal")}},
    )
    wide = _layout(rows, last, 150, "M2")
    narrow = _layout(rows, last, 12, "M3", above=True)
    return chart(rows, (mean, sales, partial, latest_week), layout=wide, narrow=narrow, size="m")


OPEN_CIRCLE = {
    "size": 10,
    "symbol": "circle-open",
    "color": theme.colour("muted"),
    "line": {"width": 2, "color": theme.colour("muted")},
}


def _hover(row: Row) -> str:
    week = format_value("date_long", row["week_start_date"])
    days = "" if not row["is_partial"] else f", {row['trading_days']} of 7 days"
    return f"Week of {week}{days}: {format_value('usd0', row['sales_usd'])}"


def _layout(
    rows: Sequence[Row], last: Row, right: int, step: str, *, above: bool = False
) -> dict[str, Any]:
    return {
        "xaxis": {"type": "date", "dtick": step, "tickformat": "%b", "range": week_range(rows)},
        "yaxis": {"rangemode": "tozero", "tickprefix": "$", "tickformat": "~s", "nticks": 6},
        "margin": {"r": right, "t": 44 if above else 16},
        "annotations": _labels(last, above=above),
    }


def _labels(last: Row, *, above: bool) -> list[dict[str, Any]]:
    """Direct labels: beside the last points where there is room, else over the picture."""
    day = format_value("day_month", last["week_start_date"])
    amount = format_value("usd0", last["sales_usd"])
    between = ": " if above else "<br>"
    texts = [("teal", f"<b>{day}{between}{amount}</b>", "sales_usd")]
    if last["sales_mean4_usd"] is not None:
        texts.append(("muted", "mean of four<br>weeks before", "sales_mean4_usd"))
    top = max(texts, key=lambda text: last[text[2]])
    return [
        _label_above(number, role, text)
        if above
        else _label_beside(last, column, role, text, 22 if (role, text, column) == top else -22)
        for number, (role, text, column) in enumerate(texts)
    ]


def _label_above(number: int, role: str, text: str) -> dict[str, Any]:
    return {
        "xref": "paper",
        "yref": "paper",
        "x": number,
        "y": 1,
        "yshift": 36,
        "xanchor": "right" if number else "left",
        "yanchor": "top",
        "text": text,
        "font": {"color": theme.colour(role), "size": theme.SMALL_TEXT_SIZE},
        "align": "right" if number else "left",
    }


def _label_beside(last: Row, column: str, role: str, text: str, shift: int) -> dict[str, Any]:
    return {
        "x": last["week_start_date"].isoformat(),
        "y": float(last[column]),
        "xanchor": "left",
        "xshift": 14,
        "yshift": shift,
        "text": text,
        "align": "left",
        "font": {"color": theme.colour(role)},
    }
