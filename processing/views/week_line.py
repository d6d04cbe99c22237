"""Pictures of money by week: a line of full weeks, and one with its mean and the other weeks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from processing.views import theme
from processing.views.chart import Chart, Trace, chart, week_range
from processing.views.format import format_value
from processing.views.rows import Row, full_weeks, where
from processing.views.week_labels import above, beside, extremes, parts


def week_line(rows: Sequence[Row], last: Row) -> Chart:
    """Sales of the full weeks and the mean of four before; other weeks are bands with a label."""
    traces = (
        _line("sales_mean4_usd", "muted", {"width": 1.5, "dash": "dot"}),
        _line("sales_usd", "teal", {"width": 2.5}),
        _dot(last),
    )
    wide = _layout(rows, last, narrow=False)
    return chart(rows, traces, layout=wide, narrow=_layout(rows, last, narrow=True), size="m")


def from_zero(weeks: Sequence[Row], column: str, role: str) -> Chart:
    """A column of US dollars as one line over full weeks, on a scale from zero."""

    def said(row: Row) -> str:
        week = format_value("date_short", row["week_start_date"])
        return f"Week of {week}: {format_value('usd0', row[column])}"

    style = {"mode": "lines", "line": {"color": theme.colour(role), "width": 2.5}}
    axis = {"rangemode": "tozero", "tickprefix": "$", "tickformat": "~s", "nticks": 6}
    return chart(
        weeks,
        [Trace(x="week_start_date", y=column, hover=said, style=style)],
        layout={
            "xaxis": {"type": "date", "range": week_range(weeks), "tickformat": "%b"},
            "yaxis": axis,
        },
        narrow={"xaxis": {"dtick": "M3"}},
        size="l",
    )


def ends(rows: Sequence[Row]) -> tuple[int, int]:
    """Where the scale of sales starts and ends: round, with room; from zero if that is near."""
    columns = ("sales_usd", "sales_mean4_usd")
    values = [float(row[c]) for row in full_weeks(rows) for c in columns if row[c] is not None]
    low, high = min(values), max(values)
    step = _step(low, high)
    bottom = step * math.floor((low - step / 4) / step)
    top = step * math.ceil((high + step / 4) / step)
    return (0 if bottom < high / 2 else bottom), top


def _step(low: float, high: float) -> int:
    """A power of ten of which a few lie between the two, one per gridline."""
    spread = max(high - low, high / 10, 1.0)
    return int(10 ** math.floor(math.log10(spread)))


def _line(column: str, role: str, line: dict[str, Any]) -> Trace:
    return Trace(
        x="week_start_date",
        y=column,
        where={"is_partial": False},
        hover=hover if column == "sales_usd" else None,
        style={
            "mode": "lines",
            "line": {"color": theme.colour(role), **line},
            "hoverinfo": "text" if column == "sales_usd" else "skip",
        },
    )


def _dot(last: Row) -> Trace:
    return Trace(
        x="week_start_date",
        y="sales_usd",
        where={"is_latest": True},
        hover=hover,
        style={"mode": "markers", "marker": {"size": 11, "color": theme.colour("teal")}},
    )


def hover(row: Row) -> str:
    """What is said of one week."""
    week = format_value("date_long", row["week_start_date"])
    return f"Week of {week}: {format_value('usd0', row['sales_usd'])}"


def _layout(rows: Sequence[Row], last: Row, *, narrow: bool) -> dict[str, Any]:
    bottom, top = ends(rows)
    notes = [*extremes(rows, last), *parts(rows), *(above(last) if narrow else beside(last))]
    return {
        "xaxis": {
            "type": "date",
            "dtick": "M3" if narrow else "M1",
            "tickformat": "%b\n%Y",
            "range": week_range(rows),
        },
        "yaxis": {"range": [bottom, top], "tickprefix": "$", "tickformat": "~s", "nticks": 6},
        "margin": {"r": 8 if narrow else 128, "t": 52 if narrow else 16},
        "shapes": [_band(row) for row in where(rows, is_partial=True)],
        "annotations": notes,
    }


def _band(row: Row) -> dict[str, Any]:
    """The ground of a week that is not full: no point of the line is there."""
    start = row["week_start_date"]
    return {
        "type": "rect",
        "layer": "below",
        "yref": "paper",
        "x0": str(start - timedelta(days=3)),
        "x1": str(start + timedelta(days=4)),
        "y0": 0,
        "y1": 1,
        "fillcolor": theme.colour("grid"),
        "line": {"width": 0},
    }
