"""Whether the table a reader sees is the rows of its unit, in the one format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lxml.html import HtmlElement

from processing.site.check.base import as_shown, brief, visible_text
from processing.site.check.block import Block, Unit, stored_text
from processing.views.format import format_value


def table_faults(unit: Unit, block: Block) -> Iterator[str]:
    """Cells that do not read as `format_value(format, raw)` of the row and column they stand for.

    A body row stands for the JSON row at the same place; a column for the one its header names in
    `data-column`, else for the column at the same place.
    """
    tables = unit.select("table")
    if len(tables) != 1:
        return  # check_units has said so
    rows = _body_rows(tables[0])
    if len(rows) != len(block.rows):
        yield f"its table has {len(rows)} rows, its JSON block {len(block.rows)}"
        return
    columns = _columns(tables[0], block)
    if isinstance(columns, str):
        yield columns
        return
    for number, (cells, values) in enumerate(zip(rows, block.rows, strict=True), start=1):
        if len(cells) != len(columns):
            yield f"row {number} of its table has {len(cells)} cells, not {len(columns)}"
            continue
        for cell, at in zip(cells, columns, strict=True):
            fault = _cell_fault(cell, block.formats[at], values[at])
            if fault:
                yield f"row {number}, {block.columns[at]}: {fault}"


def _body_rows(table: HtmlElement) -> list[list[HtmlElement]]:
    bodies = list(table.iter("tbody")) or [table]
    rows = [row for body in bodies for row in body.iter("tr")]
    cells = [[cell for cell in row if cell.tag in ("td", "th")] for row in rows]
    return [row for row in cells if any(cell.tag == "td" for cell in row)]


def _columns(table: HtmlElement, block: Block) -> Sequence[int] | str:
    """Which column of the block each column of the table shows; or what cannot be told."""
    named = [header.get("data-column") for header in table.iter("th")]
    known = [name for name in named if name]
    unknown = [name for name in known if name not in block.columns]
    if unknown:
        return f"its table has a column that its JSON block has not: {', '.join(unknown)}"
    return [block.columns.index(name) for name in known] or range(len(block.columns))


def _cell_fault(cell: HtmlElement, form: str, raw: object) -> str | None:
    text = visible_text(cell)
    try:
        wanted = as_shown(format_value(form, raw))
    except (KeyError, ValueError) as error:
        return f"format {form} cannot show {brief(stored_text(raw))}: {error}"
    return None if text == wanted else f"reads {brief(text)}, format {form} gives {brief(wanted)}"
