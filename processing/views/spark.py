"""A small line in a key figure: drawn at once, without a script, and told in words as well."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from processing.board.reader import Pin
from processing.views.claim import claim
from processing.views.html import element
from processing.views.number import shown
from processing.views.rows import Row, full_weeks, records, sort_by

WIDTH, HEIGHT, EDGE = 120, 32, 3  # units of the view box; the edge keeps the line's ends inside
FULL = {"is_partial": False}


def spark(pin: Pin, id: str, column: str, format: str, name: str) -> str:
    """The column over the full weeks of the pin, with its lowest and highest in words.

    The `<svg>` says which pin and column it draws, so that the check can draw it again.
    """
    rows = full_weeks(records(pin))
    said = element("span", _words(pin, rows, column, format, name), class_="visually-hidden", id=id)
    line = points([row[column] for row in rows])
    last = line.rsplit(" ", 1)[-1].split(",")
    drawn = element("polyline", points=line) + element("circle", cx=last[0], cy=last[1], r=EDGE)
    picture = element(
        "svg",
        drawn,
        class_="mp-spark",
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        preserveAspectRatio="xMinYMid",
        role="img",
        aria_labelledby=id,
        data_pin=pin.name,
        data_column=column,
    )
    return picture + said


def points(values: Sequence[object]) -> str:
    """The `points` of a polyline through the values, the lowest at the foot of the box."""
    numbers = [float(Decimal(str(value))) for value in values]
    low, high = min(numbers), max(numbers)
    across = (WIDTH - 2 * EDGE) / max(len(numbers) - 1, 1)
    up = (HEIGHT - 2 * EDGE) / ((high - low) or 1)
    return " ".join(
        f"{EDGE + place * across:.1f},{HEIGHT - EDGE - (number - low) * up:.1f}"
        for place, number in enumerate(numbers)
    )


def _words(pin: Pin, rows: Sequence[Row], column: str, format: str, name: str) -> str:
    ranked = sort_by(rows, column)
    low, high = (
        f"{shown(pin, row, column, format)} in the week of "
        f"{shown(pin, row, 'week_start_date', 'day_month')}"
        for row in (ranked[0], ranked[-1])
    )
    lowest = claim("min", pin, ranked[0], column, "lowest", FULL)
    highest = claim("max", pin, ranked[-1], column, "highest", FULL)
    return f"{name} by full week, this year so far: {lowest} {low}, {highest} {high}."
