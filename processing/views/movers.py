"""Who gained and who lost most in the latest full week, in money."""

from __future__ import annotations

from processing.board.reader import Pin
from processing.views import bars
from processing.views.html import Fragment
from processing.views.number import shown
from processing.views.rows import Row, latest, sort_by, with_baseline
from processing.views.table import Shown
from processing.views.unit import unit
from processing.views.words import gained_and_lost, sign

COLUMN = "change_mean4_usd"
EACH_WAY = 6


def movers(pin: Pin, id: str, one: str, columns: tuple[Shown, ...]) -> Fragment:
    """The six that gained and the six that lost most on their mean, as the unit `id`.

    `one` is what a row is, in a word; `columns` stand in its data table after name and change.
    """
    with_baseline(latest(pin), COLUMN)  # or else there is nothing to say yet
    ordered = by_change(pin)
    up = [row for row in ordered if row[COLUMN] > 0][:EACH_WAY]
    down = [row for row in ordered if row[COLUMN] < 0][-EACH_WAY:]
    rows = [*up, *down]
    week = shown(pin, latest(pin)[0], "week_start_date", "date_long")
    return unit(
        pin,
        id,
        headline=gained_and_lost(pin, rows, COLUMN),
        subtitle=f"Change in sales on the {one}’s mean of the four weeks before, US dollars, the "
        f"six that gained and the six that lost most, week of {week}",
        summary=f"A {one} that sold nothing in the week counts as zero if it sold anything in the "
        "four weeks before.",
        rows=rows,
        columns=(Shown("name", "text", one.capitalize()), *CHANGE, *columns),
        chart=bars.signed(rows, COLUMN),
    )


def by_change(pin: Pin) -> list[Row]:
    """Rows of the latest full week that gained or lost a dollar or more, by falling change."""
    known = [row for row in latest(pin) if sign(row[COLUMN], 0)]
    return sort_by(known, COLUMN, descending=True)


CHANGE = (
    Shown("change_mean4_usd", "change_usd0", "Change"),
    Shown("change_mean4_pct", "change_pct1", "Change, %"),
    Shown("sales_usd", "usd0", "Sales"),
    Shown("sales_mean4_usd", "usd0", "Mean of four weeks before"),
)
