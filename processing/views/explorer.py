"""The explorer: controls, what may be chosen, and the view that stands there before a choice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from processing.board.reader import Pin
from processing.views.claim import claim
from processing.views.early import when_ready
from processing.views.explorer_form import form
from processing.views.format import format_value
from processing.views.html import Fragment, element, escape_json, join
from processing.views.number import shown
from processing.views.provenance import source_names
from processing.views.rows import Row, full_weeks, latest, records, sort_by
from processing.views.table import Shown
from processing.views.unit import unit
from processing.views.week_line import from_zero

# Measures of the lookup table that may be added over stores, departments and weeks.
MEASURES = ("sales_usd", "discount_usd", "lines")
NAMES = {"sales_usd": "Sales", "discount_usd": "Discounts", "lines": "Lines on receipts"}
FORMATS = {"sales_usd": "usd0", "discount_usd": "usd0", "lines": "count"}

SCRIPTS_OFF = (
    "With scripts you can choose stores, departments, measure and weeks here. "
    "The figure below holds all of them together."
)


@when_ready
def explorer(lookup: Pin, totals: Pin, departments: Pin, stores: Pin, *coarser: Pin) -> Fragment:
    """The section `explorer`: a form, and all stores and departments together by full week.

    The script reads the rows of `lookup` from the site once the reader chooses, or those of a pin
    of `coarser` where that holds the same sums in fewer bytes; `totals` (one row per week) is what
    is drawn here, the other two name what may be chosen.
    """
    weeks = full_weeks(records(totals))
    parts = [
        element("link", rel="stylesheet", href="assets/explorer.css").removesuffix("</link>"),
        element("noscript", element("p", SCRIPTS_OFF, class_="mp-explorer-note")),
        element("p", "", class_="mp-explorer-note", role="alert", hidden=True),
        element("p", "", class_="mp-explorer-said", role="status"),
        form([(name, _label(lookup, name)) for name in MEASURES]),
        element("div", _before(totals, weeks).html, class_="mp-explorer-before"),
        element("div", "", class_="mp-explorer-result", hidden=True),
        _choices(lookup, coarser, weeks, sort_by(records(departments), "rank"), records(stores)),
        element("script", src="assets/explorer.js", defer=True),
    ]
    name = "Explorer of sales by week, store and department"
    return Fragment(
        element("section", join(parts), class_="mp-explorer", id="explorer", aria_label=name)
    )


def _label(lookup: Pin, measure: str) -> str:
    unit = lookup.entry.contract.column(measure).unit
    return f"{NAMES[measure]}, {unit}" if measure != "lines" else NAMES[measure]


def _before(pin: Pin, weeks: Sequence[Row]) -> Fragment:
    """The state before any choice, as a unit like all others."""
    last = latest(pin)[0]
    ranked = sort_by(weeks, "sales_usd")
    low, high = _end("min", pin, ranked[0]), _end("max", pin, ranked[-1])
    start, end = (shown(pin, row, "week_start_date", "date_long") for row in (weeks[0], weeks[-1]))
    return unit(
        pin,
        "explorer-all",
        headline=f"All stores and departments together sold {_amount(pin, last)} in the latest "
        f"full week; full weeks so far lie between {low} and {high}",
        subtitle=f"Sales by week, US dollars, all stores and departments, weeks of {start} to "
        f"{end}. The scale starts at zero",
        summary="Choose above: this figure and its table follow, and so does the address of the "
        "page, which can be sent to somebody else.",
        rows=weeks,
        columns=COLUMNS,
        chart=from_zero(weeks, "sales_usd", "teal"),
    )


COLUMNS = (Shown("week_start_date", "date_short", "Week of"), Shown("sales_usd", "usd0", "Sales"))


def _end(kind: Literal["min", "max"], pin: Pin, row: Row) -> str:
    """The lowest or the highest full week, claimed to be that."""
    return claim(kind, pin, row, "sales_usd", _amount(pin, row), {"is_partial": False})


def _amount(pin: Pin, row: Row) -> str:
    return shown(pin, row, "sales_usd", "usd0")


def _choices(
    lookup: Pin,
    coarser: Sequence[Pin],
    weeks: Sequence[Row],
    departments: Sequence[Row],
    stores: Sequence[Row],
) -> str:
    """What may be chosen, and where the rows lie, as inert JSON for the script."""
    import msgspec

    entry = lookup.entry
    content = _file(lookup) | {
        "coarser": [
            _file(pin) | {"lacks": lacked, "measures": _measures(pin)}
            for pin in sorted(coarser, key=lambda pin: pin.entry.bytes)
            for lacked in ("department", "store_id")
            if lacked not in pin.entry.contract.key
        ],
        "measures": [
            {
                "name": name,
                "label": NAMES[name],
                "unit": entry.contract.column(name).unit,
                "meaning": entry.contract.column(name).meaning,
                "format": FORMATS[name],
            }
            for name in MEASURES
        ],
        "weeks": [[row["week"], row["week_start_date"]] for row in weeks],
        "departments": [[row["department"], _name(row)] for row in departments],
        "stores": [[row["store_id"], _name(row)] for row in stores],
        "source": source_names(lookup.manifest, lookup.name),
        "data_to": entry.data_to,
    }
    text = escape_json(msgspec.json.encode(content).decode())
    return element("script", text, type="application/json", class_="mp-choices")


def _file(pin: Pin) -> dict[str, Any]:
    """What the script must know of a pin's file before it asks for a part of it."""
    return {"pin": pin.entry.name, "bytes": pin.entry.bytes, "rows": pin.entry.rows}


def _measures(pin: Pin) -> list[str]:
    """The measures that a pin has a column of."""
    names = {column.name for column in pin.entry.contract.columns}
    return [name for name in MEASURES if name in names]


def _name(row: Row) -> str:
    """The script shows it as it comes, so what no reader may meet is replaced here."""
    return format_value("text", row["name"])
