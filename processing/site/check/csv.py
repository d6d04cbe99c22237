"""Whether the download of a unit holds the unit's rows, and nothing a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from processing.site.check.base import Site, brief
from processing.site.check.block import Block, Unit, stored_text

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_faults(site: Site, unit: Unit, block: Block) -> Iterator[str]:
    """What is wrong with `data/<unit>.csv`: missing, other header or values, live formulas."""
    name = f"data/{unit.id}.csv"
    if name not in site.sizes:
        yield f"its download is missing: {name}"
        return
    lines = list(csv.reader(io.StringIO(site.read_text(name), newline="")))
    if not lines or [_plain(cell) for cell in lines[0]] != block.columns:
        yield f"{name}: its header is {lines[0] if lines else 'missing'}, not {block.columns}"
        return
    if len(lines) - 1 != len(block.rows):
        yield f"{name}: {len(lines) - 1} rows, the JSON block has {len(block.rows)}"
        return
    for number, (cells, values) in enumerate(zip(lines[1:], block.rows, strict=True), start=2):
        for fault in _line_faults(cells, values):
            yield f"{name} line {number}: {fault}"


def _line_faults(cells: list[str], values: list[object]) -> Iterator[str]:
    wanted = [stored_text(value) for value in values]
    if len(cells) != len(wanted):
        yield f"{len(cells)} cells, not {len(wanted)}"
        return
    for cell, text, value in zip(cells, wanted, values, strict=True):
        if cell != text and _plain(cell) != text:
            yield f"{brief(cell)} where the unit has {brief(text)}"
        elif isinstance(value, str) and cell.lstrip().startswith(FORMULA_STARTS):
            yield f"{brief(cell)} would run as a formula in a spreadsheet"


def _plain(cell: str) -> str:
    """The text without the apostrophe that keeps a spreadsheet from running it."""
    return cell[1:] if cell.startswith("'") else cell
