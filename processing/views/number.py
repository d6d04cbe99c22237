"""One number in a sentence, tied to the cell of the pin it came from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import quote

from processing.board.reader import Pin
from processing.views.format import DATE_FORMATS, format_value, is_missing
from processing.views.html import Fragment, element, escape
from processing.views.rows import Row, one


def value(pin: Pin, row_key: Mapping[str, object], column: str, format: str) -> Fragment:
    """The cell `column` of the row with that key, as text that carries the raw value.

    Raises PageError when the key names no row, KeyError for an unknown column or format.
    """
    return Fragment(shown(pin, one(pin, row_key), column, format), inline=True)


def shown(pin: Pin, row: Row, column: str, format: str) -> str:
    """The HTML of one cell of a row already at hand: `<data>`, or `<time>` for a date."""
    raw = row[column]
    marks = {
        "class_": "mp-value",
        "data_pin": pin.name,
        "data_row": row_address(pin, row),
        "data_column": column,
        "data_format": format,
    }
    text = escape(format_value(format, raw))
    if format in DATE_FORMATS and not is_missing(raw):
        return element("time", text, datetime=raw_text(raw), **marks)
    return element("data", text, value=raw_text(raw), **marks)


def row_address(pin: Pin, row: Row) -> str:
    """`key=value` pairs joined by `;`, values percent-encoded."""
    names = pin.entry.contract.key
    return ";".join(f"{name}={quote(raw_text(row[name]), safe='')}" for name in names)


def raw_text(raw: Any) -> str:
    """The stored value as text: exact digits, ISO dates, empty when missing."""
    if is_missing(raw):
        return ""
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, date):
        return raw.isoformat()[:10]
    return str(raw)


def time_element(day: str | date, format: str = "date_long") -> str:
    """A date that belongs to the release rather than to a pin's cell."""
    return element("time", escape(format_value(format, day)), datetime=raw_text(day)[:10])
