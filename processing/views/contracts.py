"""What the tables promise, whether they kept it, and what became of odd rows."""

from __future__ import annotations

from processing.board.findings import results_of
from processing.board.manifest import Manifest, PinEntry
from processing.contracts.contract import CheckResult
from processing.views.format import format_value
from processing.views.html import Fragment, element, escape, identifier, join
from processing.views.listing import bullets, folded, listing, more
from processing.views.words import list_words


def treatment(manifest: Manifest) -> Fragment:
    """What was done with odd rows, each rule once, with the tables it holds for."""
    tables: dict[str, list[str]] = {}
    for entry in manifest.pins:
        for rule in entry.contract.treatment:
            tables.setdefault(rule, []).append(entry.name)
    items = [f"{escape(rule)} {_used_in(names)}" for rule, names in tables.items()]
    return Fragment(folded(_counted(len(items), "rule"), bullets(items)))


def _used_in(names: list[str]) -> str:
    listed = ", ".join(element("code", identifier(name)) for name in names)
    count = f"{format_value('count', len(names))} table{'' if len(names) == 1 else 's'}"
    return element(
        "details", element("summary", f"Applies to {count}") + listed, class_="mp-applies"
    )


def results(manifest: Manifest) -> Fragment:
    """Every rule of every contract, how many rows it looked at and how many it met."""
    found = results_of(manifest)
    checked = [result for results in found.values() for result in results]
    said = {level: sum(r.failed > 0 and r.level == level for r in checked) for level in LEVELS}
    verdict = ", ".join(_are(number, LEVELS[level]) for level, number in said.items() if number)
    sources = sum(source.name in found for source in manifest.sources)
    over = f"{_counted(len(manifest.pins), 'table')}" + (
        f" and {_counted(sources, 'source')}" if sources else ""
    )
    text = (
        f"{_counted(len(checked), 'rule')} checked over {over}; {verdict or 'every one is kept'}."
    )
    parts = join(_results_of(name, found[name]) for name in found)
    inner = element("p", text) + folded("Rules by source and table", parts)
    return Fragment(element("div", inner, id="contract-results"))


def _are(number: int, what: str) -> str:
    return f"{format_value('count', number)} {'is' if number == 1 else 'are'} {what}"


def _counted(number: int, noun: str) -> str:
    return f"{format_value('count', number)} {noun}{'' if number == 1 else 's'}"


# How the breaking of a rule reads; a rule that stops is broken in no release of ours.
LEVELS = {"stop": "broken", "warn": "broken with a warning", "note": "noted"}


def _results_of(name: str, results: tuple[CheckResult, ...]) -> str:
    rows = [
        [
            escape(r.rule) + (f" ({escape(r.where)})" if r.where else ""),
            format_value("count", r.rows),
            format_value("count", r.failed),
            _kept(r),
        ]
        for r in results
    ]
    head = ("Rule", "Rows checked", "Rows met", "Result")
    kept = sum(result.failed == 0 for result in results)
    noted = sum(result.failed > 0 and result.level == "note" for result in results)
    line = f"{element('strong', escape(name))}: {kept} of {len(results)} rules kept"
    line += f", {noted} noted" if noted else ""
    made = listing(f"results-{name}", f"Contract of {name}", head, rows, "Rows checked|Rows met")
    return more(line, made)


def _kept(result: CheckResult) -> str:
    if not result.failed:
        return "kept"
    class_ = None if result.level == "note" else "mp-broken"
    return element("span", LEVELS[result.level], class_=class_)


def schema(entry: PinEntry) -> str:
    """The columns of a pin: type, unit, meaning, and whether a cell may be empty."""
    head = ("Column", "Type", "Unit", "Meaning", "May be empty")
    rows = [
        [
            element("code", identifier(c.name)),
            escape(c.type),
            escape(c.unit),
            escape(c.meaning),
            format_value("yes_no", c.nullable),
        ]
        for c in entry.contract.columns
    ]
    caption = f"Columns of {entry.name}, key {list_words(entry.contract.key)}"
    return listing(f"schema-{entry.name}", caption, head, rows)
