"""A heat map of changes: departments down, weeks across, rust below and teal above."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from processing.views import theme
from processing.views.chart import Chart, Trace, category_axis, chart
from processing.views.rows import Row

FULL = 30  # per cent either way at which a colour is full
MARKED = -6  # per cent from which a field below has a dash, for eyes without colour
DASH = "–"


def heat(rows: Sequence[Row], column: str) -> Chart:
    """One field per row of `rows`; the scale of colours stands above the picture."""
    fields = Trace(
        x="week_start_date",
        y="name",
        z=column,
        hover="{name}, week of {week_start_date}: {" + column + "}",
        label=lambda row: DASH if row[column] is not None and row[column] <= MARKED else "",
        style={
            "type": "heatmap",
            "zmin": -FULL,
            "zmax": FULL,
            "colorscale": theme.diverging(),
            "xgap": 1,
            "ygap": 1,
            "hoverongaps": False,
            "texttemplate": "%{text}",
            "colorbar": COLOUR_BAR,
        },
    )
    return chart(
        rows,
        (fields,),
        layout=_layout(rows, "M1", 30),
        narrow=_layout(rows, "M3", 16),
        size="l",
    )


def _span(weeks: Sequence[date]) -> list[str]:
    """The outer edges of the fields, which stand in the middle of their week's width."""
    half = timedelta(days=3, hours=12)
    midnight = time()
    first, last = (datetime.combine(day, midnight) for day in (min(weeks), max(weeks)))
    return [str(first - half), str(last + half)]


COLOUR_BAR: dict[str, Any] = {
    "orientation": "h",
    "y": 1,
    "yanchor": "bottom",
    "x": 1,
    "xanchor": "right",
    "len": 260,
    "lenmode": "pixels",
    "thickness": 10,
    "xpad": 36,
    "outlinewidth": 0,
    "tickmode": "array",
    "tickvals": [-FULL, 0, FULL],
    "ticktext": [f"{FULL}% below", "level", f"{FULL}% above"],
    "tickfont": {"size": theme.SMALL_TEXT_SIZE, "color": theme.colour("muted")},
}


def _layout(rows: Sequence[Row], step: str, letters: int) -> dict[str, Any]:
    return {
        "xaxis": {
            "type": "date",
            "tickformat": "%b",
            "dtick": step,
            "showgrid": False,
            "range": _span([row["week_start_date"] for row in rows]),
        },
        "yaxis": category_axis(rows, "name", letters),
        "margin": {"t": 48, "r": 16},
    }
