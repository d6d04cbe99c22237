"""A timeline: a bar from first to last day for each row, with what came of it at its end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from processing.views import theme
from processing.views.chart import Chart, Trace, category_axis, chart
from processing.views.format import format_value
from processing.views.rows import Row

ROLES = ("teal", "rust", "violet", "ochre", "green", "slate")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x")  # for eyes without colour
ROOM = 0.16  # of the days shown, for the text after the last bar
ROOM_NARROW = 0.34


def timeline(rows: Sequence[Row], types: Sequence[str], today: date) -> Chart:
    """Bars in the order of `rows`, one colour and mark for each of `types`; a line at `today`.

    Rows have name, type_name, start_date, end_date and redeemed_pct.
    """
    roles = dict(zip(types, ROLES, strict=False))
    marks = dict(zip(types, SYMBOLS, strict=False))
    traces = [trace for name in types for trace in _ends(name, roles[name], marks[name])]
    shapes = [_today(today), *(_bar(row, place, roles) for place, row in enumerate(rows))]
    layout = _layout(rows, shapes, ROOM)
    narrow = {
        "xaxis": {"dtick": "M3", "range": _range(rows, ROOM_NARROW)},
        "yaxis": {**category_axis(rows, "name", 14), **_places(rows)},
    }
    return chart(rows, traces, layout=layout, narrow=narrow, size="xl")


def _ends(name: str, role: str, symbol: str) -> tuple[Trace, Trace]:
    """A tick at the first day and a mark with a label at the last."""
    mark = {"color": theme.colour(role), "line": {"width": 2, "color": theme.colour(role)}}
    start = Trace(
        x="start_date",
        y="name",
        where={"type_name": name},
        hover=_hover,
        style={"mode": "markers", "marker": {**mark, "symbol": "line-ns", "size": 8}},
    )
    end = Trace(
        x="end_date",
        y="name",
        where={"type_name": name},
        hover=_hover,
        label=_label,
        style={
            "mode": "markers+text",
            "textposition": "middle right",
            "textfont": {"size": theme.SMALL_TEXT_SIZE, "color": theme.colour("ink")},
            "cliponaxis": False,
            "marker": {**mark, "symbol": symbol, "size": 7},
        },
    )
    return start, end


def _label(row: Row) -> str:
    """The letter of the type tells bars apart without colour."""
    share = row["redeemed_pct"]
    said = "few" if share is None else format_value("pct1", share)
    return f" {row['type_name'].removeprefix('Type ')}: {said}"


def _hover(row: Row) -> str:
    start, end = (format_value("date_short", row[name]) for name in ("start_date", "end_date"))
    reached = format_value("count", row["households_reached"])
    share = format_value("pct1", row["redeemed_pct"])
    return (
        f"{row['name']}, {row['type_name']}, {start} to {end}: {reached} households reached, "
        f"{share} of them redeemed"
    )


def _range(rows: Sequence[Row], room: float) -> list[str]:
    start, end = min(row["start_date"] for row in rows), max(row["end_date"] for row in rows)
    days = (end - start).days
    return [str(start - timedelta(days=5)), str(end + timedelta(days=round(days * room)))]


def _places(rows: Sequence[Row]) -> dict[str, Any]:
    return {"range": [len(rows) - 0.4, -0.6], "autorange": False}


def _layout(rows: Sequence[Row], shapes: list[dict[str, Any]], room: float) -> dict[str, Any]:
    return {
        "xaxis": {
            "type": "date",
            "dtick": "M2",  # so that two years fit side by side at their turn
            "tickformat": "%b\n%Y",
            "range": _range(rows, room),
            "showgrid": True,
            "side": "top",
        },
        "yaxis": {
            **category_axis(rows, "name"),
            **_places(rows),
            "tickfont": {"size": theme.SMALL_TEXT_SIZE, "color": theme.colour("ink")},
        },
        "margin": {"t": 44},
        "shapes": shapes,
    }


def _bar(row: Row, place: int, roles: dict[str, str]) -> dict[str, Any]:
    return {
        "type": "line",
        "layer": "between",
        "x0": str(row["start_date"]),
        "x1": str(row["end_date"]),
        "y0": place,
        "y1": place,
        "line": {"color": theme.colour(roles[row["type_name"]]), "width": 4},
    }


def _today(today: date) -> dict[str, Any]:
    line = {"color": theme.colour("muted"), "width": 1.5, "dash": "dot"}
    place = {"x0": str(today), "x1": str(today), "yref": "paper", "y0": 0, "y1": 1}
    return {"type": "line", "layer": "below", "line": line, **place}
