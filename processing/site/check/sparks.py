"""Small lines in key figures: each must be the line through its pin's column."""

from __future__ import annotations

from collections.abc import Iterator

from lxml.html import HtmlElement

from processing.board.reader import Release
from processing.site.check.base import Finding, Site
from processing.site.check.numbers import RULE, Pins
from processing.views.spark import points


def check_sparks(site: Site, release: Release | None) -> list[Finding]:
    """Findings for lines that are not drawn through the full weeks of their pin."""
    pins = Pins(release)
    return [
        Finding(page.name, RULE, says)
        for page in site.pages.values()
        for svg in page.select("svg", "mp-spark")
        for says in _faults(svg, pins)
    ]


def _faults(svg: HtmlElement, pins: Pins) -> Iterator[str]:
    pin, column = svg.get("data-pin") or "", svg.get("data-column") or ""
    table = pins.table(pin)
    if isinstance(table, str):
        yield table
    elif table is not None:
        partial = table.columns.get("is_partial")
        values = table.columns.get(column)
        if partial is None or values is None:
            yield f"a small line of {pin}, which has no column {column} by week"
            return
        full = [value for value, part in zip(values, partial, strict=True) if not part]
        drawn = [line.get("points") for line in svg.iter("polyline")]
        if not full or drawn != [points(full)]:
            yield f"the small line of {column} is not that of {pin}"
