"""Small multiples: one panel per department, each with its own scale from zero."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from processing.views import theme
from processing.views.chart import Chart, Trace, chart, week_range, wrapped
from processing.views.format import format_value
from processing.views.rows import Row

GAPS = {3: 0.09, 2: 0.2}  # between panels, as part of the picture: so many abreast
ROW_GAP = 0.52  # between rows of panels, shared among the gaps


def panels(rows: Sequence[Row], latest: Sequence[Row]) -> Chart:
    """A line of `sales_usd` for each department of `latest`, three abreast, two when narrow."""
    traces = [_line(number, row) for number, row in enumerate(latest)]
    return chart(
        rows,
        traces,
        layout=_layout(rows, latest, 3, 19),
        narrow=_layout(rows, latest, 2, 16),
        size="xl",
    )


def _axis(letter: str, number: int) -> str:
    return letter if number == 0 else f"{letter}{number + 1}"


def _line(number: int, row: Row) -> Trace:
    return Trace(
        x="week_start_date",
        y="sales_usd",
        where={"name": row["name"]},
        hover="{name}, week of {week_start_date}: {sales_usd}",
        style={
            "mode": "lines",
            "line": {"color": theme.colour("teal"), "width": 2},
            "xaxis": _axis("x", number),
            "yaxis": _axis("y", number),
        },
    )


def _layout(
    rows: Sequence[Row], latest: Sequence[Row], across: int, letters: int
) -> dict[str, Any]:
    down = -(-len(latest) // across)
    lines = 3 if letters < 20 else 2  # of the title: a name may take two, its value one
    margin = {"t": 18 * lines + 8, "l": 8, "r": 16, "b": 8}
    layout: dict[str, Any] = {"annotations": [], "margin": margin}
    for number, row in enumerate(latest):
        x = _domain(number % across, across, GAPS[across])
        y = _domain(down - 1 - number // across, down, ROW_GAP / (down + 0.2))
        layout[f"xaxis{number + 1 if number else ''}"] = _x_axis(number, x, week_range(rows))
        layout[f"yaxis{number + 1 if number else ''}"] = _y_axis(number, y)
        layout["annotations"].append(_title(row, x[0], y[1], letters))
    return layout


def _domain(place: int, places: int, gap: float) -> list[float]:
    width = (1 - gap * (places - 1)) / places
    start = place * (width + gap)
    return [round(start, 4), round(min(1.0, start + width), 4)]


def _x_axis(number: int, domain: list[float], span: list[str]) -> dict[str, Any]:
    return {
        "domain": domain,
        "anchor": _axis("y", number),
        "type": "date",
        "range": span,
        "tickformat": "%b",
        "dtick": "M4",
        "showgrid": False,
    }


def _y_axis(number: int, domain: list[float]) -> dict[str, Any]:
    return {
        "domain": domain,
        "anchor": _axis("x", number),
        "rangemode": "tozero",
        "tickprefix": "$",
        "tickformat": "~s",
        "nticks": 3,
    }


def _title(row: Row, x: float, y: float, letters: int) -> dict[str, Any]:
    name = wrapped(format_value("text", row["name"]), letters)
    return {
        "xref": "paper",
        "yref": "paper",
        "x": x,
        "y": y,
        "yshift": 8,
        "xshift": -34,  # over the labels of the axis, so that a narrow panel has room for a name
        "xanchor": "left",
        "yanchor": "bottom",
        "align": "left",
        "font": {"size": theme.SMALL_TEXT_SIZE},
        "text": f"<b>{name}</b><br>{format_value('usd0', row['sales_usd'])}",
    }
