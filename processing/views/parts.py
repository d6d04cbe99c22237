"""Columns side by side, one panel under the other for each group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from processing.views import theme
from processing.views.chart import Chart, Size, Trace, chart, figure_text, wrapped
from processing.views.format import format_value
from processing.views.rows import Row

SOFT_HYPHEN = "\u00ad"
WIDE, NARROW = 24, 8  # characters in a line below a column


@dataclass(frozen=True, kw_only=True)
class Panels:
    """Which columns name the panel and the place in it, which is drawn, and how it reads.

    `empty` stands where a value is withheld, on two lines where columns are narrow if it holds a
    soft hyphen; `shared`: all panels have the same scale.
    """

    panel: str
    place: str
    value: str
    format: str
    empty: str
    gap: float
    shared: bool = False


def parts(rows: Sequence[Row], drawn: Panels, *, size: Size) -> Chart:
    """A column for each row, a panel for each group, both in the order of `rows`."""
    names = list(dict.fromkeys(row[drawn.panel] for row in rows))
    traces = [_columns(number, name, drawn) for number, name in enumerate(names)]
    wide, narrow = (_layout(rows, names, drawn, letters) for letters in (WIDE, NARROW))
    return chart(rows, traces, layout=wide, narrow=narrow, size=size)


def _axis(letter: str, number: int) -> str:
    return letter if number == 0 else f"{letter}{number + 1}"


def _columns(number: int, name: str, drawn: Panels) -> Trace:
    return Trace(
        x=drawn.place,
        y=drawn.value,
        where={drawn.panel: name},
        hover=lambda row: f"{name}, {row[drawn.place]}: {_said(row, drawn)}",
        label=lambda row: "" if row[drawn.value] is None else _said(row, drawn),
        style={
            "type": "bar",
            "textposition": "outside",
            "cliponaxis": False,
            "textfont": {"size": theme.SMALL_TEXT_SIZE, "color": theme.colour("ink")},
            "marker": {"color": theme.colour("teal")},
            "xaxis": _axis("x", number),
            "yaxis": _axis("y", number),
        },
    )


def _said(row: Row, drawn: Panels) -> str:
    return format_value(drawn.format, row[drawn.value])


def _layout(
    rows: Sequence[Row], names: Sequence[str], drawn: Panels, letters: int
) -> dict[str, Any]:
    layout: dict[str, Any] = {"bargap": 0.25, "margin": {"t": 28}, "annotations": []}
    height = (1 - drawn.gap * (len(names) - 1)) / len(names)
    for number, name in enumerate(names):
        top = 1 - number * (height + drawn.gap)
        mine = [row for row in rows if row[drawn.panel] == name]
        most = max(float(row[drawn.value] or 0) for row in (rows if drawn.shared else mine))
        key = number + 1 if number else ""
        layout[f"xaxis{key}"] = _x_axis(mine, drawn, number, letters, number == len(names) - 1)
        layout[f"yaxis{key}"] = {
            "anchor": _axis("x", number),
            "domain": [round(max(0.0, top - height), 4), round(min(1.0, top), 4)],
            "range": [0, round(most * 1.3) or 1],
            "showticklabels": False,
            "showgrid": False,
        }
        layout["annotations"] += [_title(name, top), *_empty(mine, drawn, number, letters)]
    return layout


def _x_axis(
    rows: Sequence[Row], drawn: Panels, number: int, letters: int, is_last: bool
) -> dict[str, Any]:
    places = [row[drawn.place] for row in rows]
    return {
        "anchor": _axis("y", number),
        "type": "category",
        "tickmode": "array",
        "tickvals": places,  # a position would be read as a name where the names are numbers
        "ticktext": [wrapped(format_value("text", place), letters, 3) for place in places],
        "showticklabels": is_last or not drawn.shared,
        "range": [-0.6, len(places) - 0.4],
    }


def _title(name: str, top: float) -> dict[str, Any]:
    return {
        "xref": "paper",
        "yref": "paper",
        "x": 0,
        "y": round(top, 4),
        "xanchor": "left",
        "yanchor": "bottom",
        "yshift": 4,
        "font": {"size": theme.SMALL_TEXT_SIZE},
        "text": f"<b>{figure_text(format_value('text', name))}</b>",
    }


def _empty(rows: Sequence[Row], drawn: Panels, number: int, letters: int) -> list[dict[str, Any]]:
    """A word where a value is withheld; a note's place on an axis of names is a position."""
    place = {"xref": _axis("x", number), "yref": _axis("y", number), "y": 0, "yanchor": "bottom"}
    text = drawn.empty.replace(SOFT_HYPHEN, "-<br>" if letters == NARROW else "")
    font = {"color": theme.colour("muted"), "size": theme.SMALL_TEXT_SIZE}
    return [
        {**place, "x": at, "text": text, "font": font}
        for at, row in enumerate(rows)
        if row["is_withheld"]
    ]
