"""Horizontal bars with their value written beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from processing.views import theme
from processing.views.chart import (
    Chart,
    Size,
    Trace,
    category_axis,
    chart,
    figure_text,
    shorten,
    wrapped,
)
from processing.views.format import format_value
from processing.views.rows import Row

ROOM = 0.25  # of the span of the bars, on each side that has one, for the value beside it
ROOM_NARROW = 0.4
FEW = 7  # bars with their names above them that a picture of middle height has room for
GAP_ABOVE = 0.6  # of the place of a bar, where its name stands above it
NAME_ROOM = 0.55  # beside the zero line for a name, as part of the other side


def signed(rows: Sequence[Row], column: str, *, format: str = "change_usd0") -> Chart:
    """One bar per row from zero: teal to the right for more, rust to the left for less."""
    bar = Trace(
        x=column,
        y="name",
        colour=lambda row: "rust" if (row[column] or 0) < 0 else "teal",
        label=lambda row: format_value(format, row[column]),
        hover=lambda row: f"{row['name']}: {format_value(format, row[column])}",
        style=BAR,
    )
    return _bars(rows, bar, "bars", _across(rows, column, "name"))


def plain(rows: Sequence[Row], column: str, name: str, *, format: str = "count") -> Chart:
    """One bar per row from zero, in one colour; `name` is the column that names the bars."""
    bar = Trace(
        x=column,
        y=name,
        label=lambda row: format_value(format, row[column]),
        hover=lambda row: f"{row[name]}: {format_value(format, row[column])}",
        style={**BAR, "marker": {"color": theme.colour("teal")}},
    )
    size: Size = "m" if len(rows) <= FEW else "bars"
    return _bars(rows, bar, size, _above(rows, column, name))


def _bars(rows: Sequence[Row], bar: Trace, size: Size, narrow: dict[str, Any]) -> Chart:
    """Names stand to the left where there is room; `narrow` says where they stand elsewhere."""
    ends = span([row[bar.x] for row in rows], ROOM)
    wide = {
        "bargap": 0.3,
        "xaxis": {"range": ends, "showticklabels": False, "zeroline": True},
        "yaxis": category_axis(rows, bar.y, 32),
    }
    return chart(rows, (bar,), layout=wide, narrow=narrow, size=size)


def _above(rows: Sequence[Row], column: str, name: str) -> dict[str, Any]:
    """Names over their bars, for names too long to stand beside them on a phone."""
    texts = [figure_text(shorten(format_value("text", row[name]), 44)) for row in rows]
    upper = (1 - GAP_ABOVE) / 2  # from the middle of a bar to its upper edge
    places = [
        {"xref": "paper", "xanchor": "left", "y": number - upper, "yanchor": "bottom"}
        for number, _ in enumerate(rows)
    ]
    ends = span([row[column] for row in rows], ROOM_NARROW)
    return {"bargap": GAP_ABOVE, **_narrow(ends, texts, places)}


def _across(rows: Sequence[Row], column: str, name: str) -> dict[str, Any]:
    """Names beside the zero line, each on the side that its own bar leaves empty."""
    texts = [wrapped(format_value("text", row[name]), 16) for row in rows]
    falls = [(row[column] or 0) < 0 for row in rows]
    places = [
        {"xanchor": "left", "xshift": 6} if fall else {"xanchor": "right", "xshift": -6}
        for fall in falls
    ]
    low, high = span([row[column] for row in rows], ROOM_NARROW)
    low = low if all(falls) else min(low, round(-high * NAME_ROOM))
    high = max(high, round(-low * NAME_ROOM)) if any(falls) else high
    return {"bargap": 0.3, **_narrow([low, high], texts, places)}


def _narrow(
    ends: list[int], texts: Sequence[str], places: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    font = {"size": theme.SMALL_TEXT_SIZE}
    labels = [
        {"x": 0, "y": number, "align": place["xanchor"], "text": text, "font": font, **place}
        for number, (text, place) in enumerate(zip(texts, places, strict=True))
    ]
    return {
        "xaxis": {"range": ends},
        "yaxis": {"showticklabels": False, "automargin": False},
        "annotations": labels,
        "margin": {"t": 20, "l": 0, "pad": 0},
    }


BAR: dict[str, Any] = {
    "type": "bar",
    "orientation": "h",
    "textposition": "outside",
    "cliponaxis": False,
    "textfont": {"size": theme.TEXT_SIZE, "color": theme.colour("ink")},
}


def span(values: Sequence[Any], room: float) -> list[int]:
    """The ends of an axis that holds zero, all values, and room for text outside the bars."""
    numbers = [float(value) for value in values if value is not None] or [0.0]
    low, high = min(0.0, *numbers), max(0.0, *numbers)
    pad = room * ((high - low) or 1.0)
    return [round(low - (pad if low < 0 else 0)), round(high + (pad if high > 0 else 0)) or 1]
