"""A pin as a table, straight from its contract: what a new page starts with."""

from __future__ import annotations

from processing.board.reader import Pin
from processing.contracts.contract import Column, ColumnType
from processing.views.audience import internal
from processing.views.format import format_value
from processing.views.html import Fragment, escape
from processing.views.rows import records
from processing.views.table import Shown
from processing.views.unit import unit

MOST_ROWS = 200  # a page is read, not searched; the whole pin can be downloaded

FORMATS: dict[ColumnType, str] = {
    "int16": "count",
    "int32": "count",
    "int64": "count",
    "string": "text",
    "date": "date_short",
    "bool": "yes_no",
    "usd": "usd2",
    "pct": "pct1",
    "ratio": "ratio2",
}
# Numbers that name something are not written with a thousands separator.
NAMES = ("week", "store_id", "first_week", "last_week")


def table(pin: Pin, id: str) -> Fragment:
    """The first rows of a pin (at most 200) with every column of its contract, as unit `id`."""
    rows = records(pin)
    shown = rows[:MOST_ROWS]
    contract = pin.entry.contract
    count, total = (format_value("count", len(some)) for some in (shown, rows))
    return unit(
        pin,
        id,
        headline=escape(f"{contract.title}: {total} rows"),
        subtitle=escape(f"{contract.grain}; the first {count} in the order of the key"),
        summary=escape("; ".join(f"{c.name}: {c.meaning}" for c in contract.columns) + "."),
        rows=shown,
        columns=[_shown(column) for column in contract.columns],
        folded=False,
    )


@internal
def internal_table(pin: Pin, id: str) -> Fragment:
    """As `table`, for the internal audience: for others there is nothing in its place."""
    return table(pin, id)


def _shown(column: Column) -> Shown:
    heading = column.name.replace("_", " ").capitalize()
    kind = "text" if column.name in NAMES else FORMATS[column.type]
    return Shown(column.name, kind, f"{heading} ({column.unit})")
