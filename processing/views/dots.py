"""Pairs of dots: a value against its own baseline, one row each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from processing.views import theme
from processing.views.bars import span
from processing.views.chart import Chart, Trace, category_axis, chart
from processing.views.format import format_value
from processing.views.rows import Row


def pairs(rows: Sequence[Row], column: str, baseline: str) -> Chart:
    """A full mark for `column`, an open dot for `baseline`, and a bar between them.

    The mark is a dot where it is above and a diamond where it is below, for eyes without colour.
    """
    before = Trace(
        x=baseline,
        y="name",
        hover=lambda row: (
            f"{row['name']}, mean of four weeks before: {format_value('usd0', row[baseline])}"
        ),
        style={"mode": "markers", "marker": OPEN_DOT},
    )
    now = Trace(
        x=column,
        y="name",
        hover=lambda row: f"{row['name']}: {format_value('usd0', row[column])}",
        colour=lambda row: _way(row, column, baseline),
        symbol=lambda row: SYMBOLS[_way(row, column, baseline)],
        style={"mode": "markers", "marker": DOT},
    )
    layout = _layout(rows, column, baseline)
    narrow = {"xaxis": {"nticks": 4}}
    return chart(rows, (before, now), layout=layout, narrow=narrow, size="xl")


DOT: dict[str, Any] = {"size": 11}
SYMBOLS = {"teal": "circle", "rust": "diamond"}
# Filled with the ground, so that the bar does not show through.
OPEN_DOT: dict[str, Any] = {
    "size": 10,
    "color": theme.colour("ground"),
    "line": {"width": 2, "color": theme.colour("muted")},
}


def _way(row: Row, column: str, baseline: str) -> str:
    return "rust" if (row[baseline] or 0) > row[column] else "teal"


def _layout(rows: Sequence[Row], column: str, baseline: str) -> dict[str, Any]:
    values = [row[name] for row in rows for name in (column, baseline)]
    return {
        "xaxis": {
            "range": [0, span(values, 0.06)[1]],
            "tickprefix": "$",
            "tickformat": "~s",
            "nticks": 7,
            "showgrid": True,
            "side": "top",
        },
        "yaxis": {**category_axis(rows, "name", 16), "range": [len(rows) - 0.4, -0.6]},
        "margin": {"t": 32},
        "shapes": [
            _bar(row, number, column, baseline)
            for number, row in enumerate(rows)
            if row[baseline] is not None
        ],
    }


def _bar(row: Row, number: int, column: str, baseline: str) -> dict[str, Any]:
    return {
        "type": "line",
        "layer": "between",
        "x0": float(row[baseline]),
        "x1": float(row[column]),
        "y0": number,
        "y1": number,
        "line": {"color": theme.colour(_way(row, column, baseline)), "width": 3},
    }
