"""CSV downloads: the values of a unit as a spreadsheet may open them."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from processing.views.format import UNSAFE
from processing.views.number import raw_text

# What Excel, LibreOffice and Sheets take for the start of a formula, full-width forms included.
FORMULA_STARTS = tuple("=+-@\uff1d\uff0b\uff0d\uff20")
CELL_BREAKS = tuple("\t\r\n")
# Marks without width: what follows them looks like the start of the cell, and may be read as such.
NO_WIDTH = re.compile("[\xad\u180e\u200b-\u200d\u2060-\u2064]")


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A header and one line per row, RFC 4180 with `\\n`; UTF-8 without a mark once encoded.

    Numbers keep their exact digits; text that would open as a formula gets a leading apostrophe.
    """
    lines = [_line([neutral(column) for column in columns])]
    lines += [_line([_cell(value) for value in row]) for row in rows]
    return "".join(lines)


def _line(cells: Sequence[str]) -> str:
    """Python quotes the characters of its line end only: a bare `\r` would begin a new row."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue().removesuffix("\r\n") + "\n"


def unit_csv(block: str) -> str:
    """The CSV of a unit's JSON block, digits exactly as they stand there."""
    unit = json.loads(block, parse_float=Decimal)
    return csv_text(unit["columns"], unit["rows"])


def neutral(text: str) -> str:
    """`text`, after an apostrophe when a spreadsheet would run it."""
    visible = NO_WIDTH.sub("", UNSAFE.sub("", text)).lstrip()
    runs = visible.startswith(FORMULA_STARTS) or text.startswith(CELL_BREAKS)
    return "'" + text if runs else text


def _cell(value: object) -> str:
    return neutral(value) if isinstance(value, str) else raw_text(value)
