"""Ranges: a dot for the middle of a group, and a bar from its lower to its upper quarter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from processing.views import theme
from processing.views.bars import span
from processing.views.chart import Chart, Size, Trace, category_axis, chart
from processing.views.format import format_value
from processing.views.rows import Row


@dataclass(frozen=True, kw_only=True)
class Range:
    """Which columns hold the two quarters and the middle, how they read, and why some are empty."""

    low: str
    middle: str
    high: str
    format: str
    empty: str


def ranges(
    rows: Sequence[Row], drawn: Range, *, axis: Mapping[str, Any], size: Size, level: float = 0
) -> Chart:
    """One row for each of `rows` from the top, by `name`; empty ones say why.

    `axis` goes over Plotly's horizontal axis; a vertical line stands at `level`.
    """
    ends = (
        _marks(drawn, drawn.low, "line-ns", "teal", 12),
        _marks(drawn, drawn.high, "line-ns", "teal", 12),
    )
    middle = Trace(
        x=drawn.middle,
        y="name",
        hover=lambda row: _hover(row, drawn),
        label=lambda row: _label(row, drawn),
        style={
            "mode": "markers+text",
            "textposition": "top center",
            "textfont": {"size": theme.SMALL_TEXT_SIZE, "color": theme.colour("ink")},
            "cliponaxis": False,
            "marker": {"size": 12, "color": theme.colour("teal")},
        },
    )
    layout = _layout(rows, drawn, axis, level)
    narrow = {"xaxis": {"nticks": 4}, "yaxis": {**category_axis(rows, "name", 14), **_room(rows)}}
    return chart(rows, (*ends, middle), layout=layout, narrow=narrow, size=size)


def _marks(drawn: Range, column: str, symbol: str, role: str, size: int) -> Trace:
    return Trace(
        x=column,
        y="name",
        hover=lambda row: _hover(row, drawn),
        style={
            "mode": "markers",
            "marker": {
                "symbol": symbol,
                "size": size,
                "color": theme.colour(role),
                "line": {"width": 2, "color": theme.colour(role)},
            },
        },
    )


def _label(row: Row, drawn: Range) -> str:
    raw = row[drawn.middle]
    return "" if raw is None else format_value(drawn.format, raw)


def _hover(row: Row, drawn: Range) -> str:
    low, middle, high = (
        format_value(drawn.format, row[c]) for c in (drawn.low, drawn.middle, drawn.high)
    )
    return f"{row['name']}: median {middle}, half of them from {low} to {high}"


def _room(rows: Sequence[Row]) -> dict[str, Any]:
    """The vertical axis with room for the first row's label over it."""
    return {"range": [len(rows) - 0.4, -0.75], "autorange": False}


def _layout(
    rows: Sequence[Row], drawn: Range, axis: Mapping[str, Any], level: float
) -> dict[str, Any]:
    values = [row[name] for row in rows for name in (drawn.low, drawn.high)]
    return {
        "xaxis": {
            "range": [0, span(values, 0.06)[1]],
            "nticks": 7,
            "showgrid": True,
            "side": "top",
            **axis,
        },
        "yaxis": {**category_axis(rows, "name", 24), **_room(rows)},
        "margin": {"t": 32},
        "shapes": [*_level(level), *_bars(rows, drawn)],
        "annotations": [
            _why(number, drawn) for number, row in enumerate(rows) if row[drawn.middle] is None
        ],
    }  # fmt: skip


def _bars(rows: Sequence[Row], drawn: Range) -> list[dict[str, Any]]:
    """A bar for each row that has two ends."""
    return [
        _bar(row, number, drawn)
        for number, row in enumerate(rows)
        if row[drawn.low] is not None and row[drawn.high] is not None
    ]


def _bar(row: Row, number: int, drawn: Range) -> dict[str, Any]:
    return {
        "type": "line",
        "layer": "between",
        "x0": float(row[drawn.low]),
        "x1": float(row[drawn.high]),
        "y0": number,
        "y1": number,
        "line": {"color": theme.colour("teal"), "width": 3},
    }


def _level(level: float) -> list[dict[str, Any]]:
    """The line at which nothing differs."""
    if not level:
        return []
    line = {"color": theme.colour("muted"), "width": 1.5}
    place = {"x0": level, "x1": level, "yref": "paper", "y0": 0, "y1": 1}
    return [{"type": "line", "layer": "below", "line": line, **place}]


def _why(number: int, drawn: Range) -> dict[str, Any]:
    """What stands where a row has nothing to draw."""
    font = {"color": theme.colour("muted"), "size": theme.SMALL_TEXT_SIZE}
    return {"x": 0, "y": number, "xanchor": "left", "xshift": 6, "text": drawn.empty, "font": font}
