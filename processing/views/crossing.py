"""A field for each age and household size, the fuller the more was spent; empty ones say why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from processing.views import theme
from processing.views.chart import Chart, Trace, category_axis, chart, wrapped
from processing.views.format import format_value
from processing.views.rows import Row


def crossing(rows: Sequence[Row], column: str) -> Chart:
    """Ages down, sizes across, `column` as colour; × for withheld, – for nobody."""
    values = [float(row[column]) for row in rows if row[column] is not None]
    fields = Trace(
        x="size_name",
        y="age_name",
        z=column,
        hover=lambda row: _hover(row, column),
        style={
            "type": "heatmap",
            "zmin": 0,
            "zmax": max(values),
            "colorscale": [[0, theme.colour("middle")], [1, theme.colour("teal")]],
            "xgap": 2,
            "ygap": 2,
            "hoverongaps": False,
            "showscale": False,
        },
    )
    return chart(
        rows,
        (fields,),
        layout=_layout(rows, column, 24),
        narrow=_layout(rows, column, 9),
        size="l",
    )


def _hover(row: Row, column: str) -> str:
    spent = format_value("usd0", row[column])
    return f"{row['age_name']}, {row['size_name']}: {spent}"


def _layout(rows: Sequence[Row], column: str, letters: int) -> dict[str, Any]:
    sizes = list(dict.fromkeys(row["size_name"] for row in rows))
    return {
        "xaxis": {
            "type": "category",
            "side": "top",
            "showgrid": False,
            "categoryorder": "array",
            "categoryarray": sizes,
            "tickmode": "array",
            "tickvals": sizes,
            "ticktext": [wrapped(format_value("text", size), letters) for size in sizes],
        },
        "yaxis": category_axis(rows, "age_name", letters),
        "margin": {"t": 48, "r": 16},
        "annotations": [_why(row) for row in rows if row[column] is None],
    }


def _why(row: Row) -> dict[str, Any]:
    font = {"color": theme.colour("muted"), "size": theme.TEXT_SIZE}
    text = "×" if row["is_withheld"] else "–"
    return {"x": row["size_name"], "y": row["age_name"], "text": text, "font": font}
