"""What is written into the picture of sales by week: names of lines, extremes, short weeks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from processing.views import theme
from processing.views.format import format_value
from processing.views.rows import Row, full_weeks, sort_by, where

EDGE = 0.16  # of the weeks at either end: labels there lean inwards
MEAN = "mean of four weeks before"


def parts(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Under each band how many days the week has."""
    return [
        {
            **_note(f"{row['trading_days']} of 7 days", "muted", small=True),
            **_leaning(rows, row, 8),
            "yref": "paper",
            "y": 0,
            "yanchor": "bottom",
            "yshift": 4,
        }
        for row in where(rows, is_partial=True)
    ]


def extremes(rows: Sequence[Row], last: Row) -> list[dict[str, Any]]:
    """The highest and the lowest full week by name, unless it is the latest."""
    ranked = sort_by(full_weeks(rows), "sales_usd")
    return [
        {
            **_note(_named(row), "ink", small=True),
            **_leaning(rows, row, 0),
            "y": float(row["sales_usd"]),
            "yshift": shift,
        }
        for row, shift in ((ranked[-1], 12), (ranked[0], -12))
        if row["week"] != last["week"]
    ]


def _leaning(rows: Sequence[Row], row: Row, shift: int) -> dict[str, Any]:
    """Across: over its week, but inwards of it near either end of the picture."""
    place = [other["week"] for other in rows].index(row["week"]) / max(len(rows) - 1, 1)
    side = "left" if place < EDGE else "right" if place > 1 - EDGE else "center"
    way = {"left": shift, "right": -shift, "center": 0}[side]
    return {"x": str(row["week_start_date"]), "xanchor": side, "xshift": way}


def _named(row: Row) -> str:
    day = format_value("day_month", row["week_start_date"])
    return f"{day}: {format_value('usd0', row['sales_usd'])}"


def _note(text: str, role: str, *, small: bool = False) -> dict[str, Any]:
    size = theme.SMALL_TEXT_SIZE if small else theme.TEXT_SIZE
    return {"text": text, "align": "left", "font": {"color": theme.colour(role), "size": size}}


def above(last: Row) -> list[dict[str, Any]]:
    """On a phone the names of the lines stand over the picture, one under the other."""
    texts = [("teal", f"<b>● {_named(last)}</b>")]
    if last["sales_mean4_usd"] is not None:
        texts.append(("muted", f"┄┄ {MEAN}"))
    place = {"xref": "paper", "yref": "paper", "x": 0, "y": 1, "xanchor": "left", "yanchor": "top"}
    return [
        {**_note(text, role, small=True), **place, "yshift": 48 - 18 * number}
        for number, (role, text) in enumerate(texts)
    ]


def beside(last: Row) -> list[dict[str, Any]]:
    """The names of the lines beside their last points, the higher one above the other."""
    texts = [("sales_usd", "teal", f"<b>{_named(last).replace(': ', '<br>')}</b>")]
    if last["sales_mean4_usd"] is not None:
        texts.append(("sales_mean4_usd", "muted", MEAN.replace("four ", "four<br>")))
    top = max(texts, key=lambda text: last[text[0]])
    return [
        {
            **_note(text, role),
            "x": str(last["week_start_date"]),
            "y": float(last[column]),
            "xanchor": "left",
            "xshift": 30,
            "yshift": 20 if (column, role, text) == top else -20,
        }
        for column, role, text in texts
    ]
