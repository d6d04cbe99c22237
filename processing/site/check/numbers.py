"""Every number on a page against the pin it came from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from urllib.parse import unquote

from lxml.html import HtmlElement

from processing.board.manifest import PinEntry
from processing.board.reader import Release
from processing.errors import BoardError
from processing.site.check.base import Finding, HtmlPage, Site, as_shown, brief, visible_text
from processing.site.check.block import Block, Unit, canonical, stored_text, units
from processing.site.check.csv import csv_faults
from processing.site.check.figure import figure_faults, picture_faults
from processing.site.check.pins import PinTable, read_pin_table
from processing.site.check.table import table_faults
from processing.views.format import UNSAFE, format_value

RULE = "number"


def check_numbers(site: Site, release: Release | None) -> list[Finding]:
    """Findings for every chart, table, download and number that is not what its pin says."""
    pins = Pins(release)
    return [
        Finding(page.name, RULE, says)
        for page in site.pages.values()
        for says in (*_unit_faults(site, page, pins), *_value_faults(page, pins))
    ]


class Pins:
    """The pins of a release, each read once; None for a name it has not, or when there is none."""

    def __init__(self, release: Release | None) -> None:
        self.release = release
        self._tables: dict[str, PinTable | str] = {}

    def table(self, name: str) -> PinTable | str | None:
        """The pin's rows, or why they cannot be read; None without a release."""
        if self.release is None:
            return None
        if name not in self._tables:
            try:
                self._tables[name] = read_pin_table(self.release, name)
            except BoardError as error:
                self._tables[name] = error.what
        return self._tables[name]

    def entry(self, name: str) -> PinEntry:
        """The release's entry of a pin that `table` could read."""
        assert self.release is not None
        return self.release.manifest.pin(name)


def _unit_faults(site: Site, page: HtmlPage, pins: Pins) -> Iterator[str]:
    for unit in units(page):
        if isinstance(unit.block, str):
            continue  # check_units has said so
        shape = _shape_fault(unit.block)
        if shape:
            yield f"{unit.id}: {shape}"
            continue
        for says in _block_faults(site, unit, unit.block, pins):
            yield f"{unit.id}: {says}"


def _shape_fault(block: Block) -> str | None:
    width = len(block.columns)
    if len(block.formats) != width:
        return f"{width} columns but {len(block.formats)} formats"
    if len(set(block.columns)) != width:
        return "a column stands twice in the JSON block"
    if any(len(row) != width for row in block.rows):
        return f"a row of the JSON block has not {width} values"
    return None


def _block_faults(site: Site, unit: Unit, block: Block, pins: Pins) -> Iterator[str]:
    faults = list(figure_faults(block))
    yield from faults or picture_faults(unit)
    yield from table_faults(unit, block)
    yield from csv_faults(site, unit, block)
    table = pins.table(block.pin)
    if isinstance(table, str):
        yield table
    elif table is not None:
        yield from _pin_faults(block, table, pins.entry(block.pin))


def _pin_faults(block: Block, table: PinTable, entry: PinEntry) -> Iterator[str]:
    if (block.version, block.sha256) != (entry.version, entry.sha256):
        yield f"shows version {block.version} of {block.pin}, the release names {entry.version}"
    unknown = [name for name in block.columns if name not in table.columns]
    if unknown:
        yield f"{block.pin} has no column {', '.join(unknown)}"
        return
    left = Counter(table.project(block.columns))
    for row in block.rows:
        key = tuple(canonical(value) for value in row)
        left[key] -= 1
        if left[key] < 0:
            shown = dict(zip(block.columns, row, strict=True))
            yield f"{block.pin} has no such row, or fewer of it: {_brief(shown)}"


def _brief(row: dict[str, object]) -> str:
    text = ", ".join(f"{name}={stored_text(value)}" for name, value in row.items())
    return text if len(text) <= 160 else text[:159] + "…"


def _value_faults(page: HtmlPage, pins: Pins) -> Iterator[str]:
    for element in page.select("*", "mp-value"):
        fault = _value_fault(element, pins)
        if fault:
            yield f"{visible_text(element)!r} ({_address(element)}): {fault}"


def _address(element: HtmlElement) -> str:
    return " ".join(element.get(f"data-{part}") or "?" for part in ("pin", "row", "column"))


def _value_fault(element: HtmlElement, pins: Pins) -> str | None:
    """What is wrong with one number in a sentence; None when it is the pin's."""
    said = element.get("value", element.get("datetime"))
    parts = [element.get(f"data-{part}") for part in ("pin", "row", "column", "format")]
    if said is None or not all(parts):
        return "lacks its value or one of data-pin, data-row, data-column, data-format"
    pin, row, column, form = (part or "" for part in parts)
    table = pins.table(pin)
    if table is None:
        return None
    if isinstance(table, str):
        return table
    cells = table.find(_row_key(row), column)
    if isinstance(cells, str):
        return cells
    # What no attribute may carry is replaced in the page, so it is replaced here as well.
    if UNSAFE.sub("\ufffd", stored_text(cells[0])) != said:
        return f"carries {said}, the pin has {stored_text(cells[0])}"
    return _format_fault(form, cells[0], visible_text(element))


def _row_key(text: str) -> dict[str, str]:
    """The `key=value;key=value` of a data-row, values percent-decoded."""
    pairs = (pair.partition("=") for pair in text.split(";") if pair)
    return {name: unquote(value) for name, _, value in pairs}


def _format_fault(form: str, raw: object, text: str) -> str | None:
    try:
        wanted = as_shown(format_value(form, raw))
    except (KeyError, ValueError) as error:
        return f"format {form} cannot show {brief(stored_text(raw))}: {error}"
    return None if text == wanted else f"reads {brief(text)}, format {form} gives {brief(wanted)}"
