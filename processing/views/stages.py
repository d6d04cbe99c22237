"""The way of the data at a glance: five stages from sources to pages, each with its size."""

from __future__ import annotations

from processing.board.findings import results_of
from processing.board.manifest import Manifest
from processing.views.format import format_value
from processing.views.html import element, escape, join

ENGINES = {"duckdb": "DuckDB", "spark": "Spark"}


def stages(manifest: Manifest) -> str:
    """A list in the order of the flow. Rows and bytes are those of the manifest, added up."""
    sources, pins = manifest.sources, manifest.pins
    checks = sum(len(results) for results in results_of(manifest).values())
    raw, kept = (sum(entry.bytes for entry in entries) for entries in (sources, pins))
    seen, rows = (sum(entry.rows for entry in entries) for entries in (sources, pins))
    engine = ENGINES.get(manifest.engine, manifest.engine)
    items = [
        ("source", _count(len(sources), "source"), f"{_rows(seen)}, {_bytes(raw)}"),
        ("build", "Build", f"{engine}, {_count(checks, 'check')}"),
        ("pin", _count(len(pins), "pin"), f"{_rows(rows)}, {_bytes(kept)}"),
        ("release", "Release", "one version and one hash of each pin"),
        ("site", "Pages", "static, nothing computed when they are read"),
    ]
    listed = [
        element(
            "li",
            element("strong", escape(name)) + element("span", escape(about)),
            class_=f"mp-stage mp-stage-{kind}",
        )
        for kind, name, about in items
    ]
    return element("ol", f"\n{join(listed)}\n", class_="mp-stages", role="list")


def _count(number: int, word: str) -> str:
    return f"{format_value('count', number)} {word}{'' if number == 1 else 's'}"


def _rows(number: int) -> str:
    return _count(number, "row")


def _bytes(number: int) -> str:
    return format_value("bytes", number)
