"""Whether every chart and table is whole: headline, subtitle, picture, summary, table, source."""

from __future__ import annotations

from collections.abc import Iterator

from processing.site.check.base import Finding, Site, visible_text
from processing.site.check.block import Unit, units

RULE = "unit"


def check_units(site: Site) -> list[Finding]:
    """Findings for each unit by itself, and for ids that two pages share."""
    findings = []
    home: dict[str, str] = {}
    for page in site.pages.values():
        for unit in units(page):
            named = unit.id or "a unit"
            findings += [Finding(page.name, RULE, f"{named}: {says}") for says in _faults(unit)]
            first = home.setdefault(unit.id, page.name)
            if unit.id and first != page.name:
                findings.append(Finding(page.name, RULE, f"{unit.id}: is on {first} too"))
    return findings


def _faults(unit: Unit) -> Iterator[str]:
    if not unit.id:
        yield "no id"
    if isinstance(unit.block, str):
        yield unit.block
    elif unit.block.unit != unit.id:
        yield f"its JSON block is of unit {unit.block.unit!r}"
    elif unit.block.pin != unit.element.get("data-pin"):
        named = unit.element.get("data-pin")
        yield f"data-pin is {named!r}, its JSON block says {unit.block.pin!r}"
    yield from _missing_parts(unit)
    yield from _source_faults(unit)


def _missing_parts(unit: Unit) -> Iterator[str]:
    wanted = {"mp-headline": "headline", "mp-subtitle": "subtitle"}
    if unit.select("*", "mp-picture"):
        wanted["mp-summary"] = "summary"
    for css_class, name in wanted.items():
        if not any(visible_text(e) for e in unit.select("*", css_class)):
            yield f"no {name}"
    if len(unit.select("table")) != 1:
        yield f"{len(unit.select('table'))} data tables, not one"


def _source_faults(unit: Unit) -> Iterator[str]:
    sources = unit.select("p", "mp-source")
    if not sources:
        yield "no source line"
        return
    if not any(e.get("datetime") for e in sources[0].iter("time")):
        yield "the source line has no data date in <time>"
    links = [e for e in sources[0].iter("a") if (e.get("href") or "").endswith(f"{unit.id}.csv")]
    if not links:
        yield "no link to its CSV download"
    elif not all(_says_type_and_size(visible_text(link)) for link in links):
        yield "the link to its download does not say CSV and its size"


def _says_type_and_size(text: str) -> bool:
    return "CSV" in text and any(character.isdigit() for character in text)
