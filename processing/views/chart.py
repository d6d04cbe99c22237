"""Pictures: Plotly figures whose traces are columns of the rows shown, and a record of which."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

from processing.views import theme
from processing.views.format import UNSAFE, format_value
from processing.views.rows import Row
from processing.views.rows import where as rows_where

Size = Literal["m", "bars", "l", "xl"]


@dataclass(frozen=True, kw_only=True)
class Trace:
    """One series: which columns it draws, of which rows, in which Plotly style.

    `hover` says what is told of a point: a text with columns of the data table in braces, which
    the page fills with the cells of its row, or a function of a row. So are `label`, `colour` and
    `symbol`; `style` goes to Plotly as it is.
    """

    x: str
    y: str
    z: str | None = None
    where: Mapping[str, object] = field(default_factory=dict)
    style: Mapping[str, Any] = field(default_factory=dict)
    hover: Callable[[Row], str] | str | None = None
    label: Callable[[Row], str] | None = None
    colour: Callable[[Row], str] | None = None
    symbol: Callable[[Row], str] | None = None


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A checked figure as plain JSON values.

    `narrow` is laid over the layout where the picture is less than 560 px wide. `encoding` says
    for each trace which columns and rows it draws, so that a check can compare them.
    """

    figure: dict[str, Any]
    encoding: list[dict[str, Any]]
    narrow: dict[str, Any]
    size: Size


def chart(
    rows: Sequence[Row],
    traces: Sequence[Trace],
    *,
    layout: Mapping[str, Any],
    narrow: Mapping[str, Any] | None = None,
    size: Size = "m",
) -> Chart:
    """Draw `rows` in the one theme. ValueError for what Plotly does not know."""
    import plotly.graph_objects as go

    drawn = [_drawn(rows, trace) for trace in traces]
    base = {"template": theme.template(), **layout}
    figure = go.Figure(data=drawn, layout=base).to_plotly_json()
    go.Layout(**(narrow or {}))  # the variant must be valid too
    return Chart(
        figure={"data": _plain(figure["data"]), "layout": _plain(figure["layout"])},
        encoding=[_encoding(number, trace) for number, trace in enumerate(traces)],
        narrow=dict(narrow or {}),
        size=size,
    )


def _drawn(rows: Sequence[Row], trace: Trace) -> dict[str, Any]:
    chosen = rows_where(rows, **trace.where)
    drawn: dict[str, Any] = {"type": "scatter", "hoverinfo": "text", **trace.style}
    for axis, column in (("x", trace.x), ("y", trace.y), ("z", trace.z)):
        if column:
            drawn[axis] = [figure_value(row[column]) for row in chosen]
    if callable(trace.hover):
        drawn["hovertext"] = [figure_text(trace.hover(row)) for row in chosen]
    if trace.label:
        drawn["text"] = [figure_text(trace.label(row)) for row in chosen]
    if trace.colour:
        colours = [theme.colour(trace.colour(row)) for row in chosen]
        drawn["marker"] = {**drawn.get("marker", {}), "color": colours}
    if trace.symbol:
        symbols = [trace.symbol(row) for row in chosen]
        drawn["marker"] = {**drawn.get("marker", {}), "symbol": symbols}
    return drawn


def _encoding(number: int, trace: Trace) -> dict[str, Any]:
    where = {key: figure_value(value) for key, value in trace.where.items()}
    return {
        "trace": number,
        "x": trace.x,
        "y": trace.y,
        **({"z": trace.z} if trace.z else {}),
        "where": where,
        **({"hover": trace.hover} if isinstance(trace.hover, str) else {}),
    }


def figure_value(raw: Any) -> Any:
    """A stored value as Plotly draws it; the float of a decimal has the same digits in JSON."""
    if isinstance(raw, Decimal):
        return int(raw) if raw == raw.to_integral_value() else float(raw)
    if isinstance(raw, date):
        return raw.isoformat()
    return raw


def figure_text(text: str) -> str:
    """Text that Plotly shows as it is: it would read tags as markup."""
    text = UNSAFE.sub("\ufffd", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def shorten(text: str, length: int = 22) -> str:
    """At most `length` characters, the last one an ellipsis where something was left out."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def wrapped(text: str, length: int, most: int = 2) -> str:
    """Text for Plotly on at most `most` lines of about so many characters."""
    lines = textwrap.wrap(text, length) or [text]
    lines = [*lines[: most - 1], " ".join(lines[most - 1 :])] if len(lines) > most else lines
    return "<br>".join(figure_text(shorten(line, length)) for line in lines)


def category_axis(rows: Sequence[Row], column: str, length: int = 22) -> dict[str, Any]:
    """A vertical axis with one horizontal label per row, the first row on top."""
    names = list(dict.fromkeys(row[column] for row in rows))
    return {
        "type": "category",
        "tickmode": "array",
        "tickvals": names,
        "ticktext": [wrapped(format_value("text", name), length) for name in names],
        "categoryorder": "array",
        "categoryarray": names,
        "autorange": "reversed",
        "showgrid": False,
        "tickfont": {"size": theme.TEXT_SIZE, "color": theme.colour("ink")},
    }


def week_range(rows: Sequence[Row]) -> list[str]:
    """The ends of an axis of weeks: six days before the first Monday and after the last."""
    days = [row["week_start_date"] for row in rows]
    return [str(min(days) - timedelta(days=6)), str(max(days) + timedelta(days=6))]


def _plain(value: Any) -> Any:
    """Plotly's own containers as lists and dicts."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
