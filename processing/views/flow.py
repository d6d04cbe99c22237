"""The data flow chart: from sources to pages in stages, generated from the manifest."""

from __future__ import annotations

from collections.abc import Sequence

from processing.board.manifest import Manifest, PinEntry, SourceEntry
from processing.views.format import format_value
from processing.views.html import Fragment, element, escape, identifier, join
from processing.views.provenance import depth


def data_flow(manifest: Manifest) -> Fragment:
    """An ordered list of stages, drawn as a chart by the stylesheet, readable without it."""
    deepest = max(depth(manifest, entry.name) for entry in manifest.pins)
    stages = [_stage("Sources", "source", [_source(source) for source in manifest.sources])]
    for level in range(1, deepest + 1):
        entries = [entry for entry in manifest.pins if depth(manifest, entry.name) == level]
        name = "Tables from sources" if level == 1 else f"Tables from tables, step {level - 1}"
        stages.append(_stage(name, "pin", [_pin(entry) for entry in entries]))
    stages.append(_stage("Release and site", "site", [_release(manifest), SITE]))
    made = element("ol", f"\n{join(stages)}\n", class_="mp-flow", role="list")
    return Fragment(element("div", made, id="data-flow"))


def _stage(name: str, kind: str, nodes: Sequence[str]) -> str:
    heading = element("p", escape(name), class_="mp-stage-name")
    listed = element("ul", join(nodes), class_="mp-nodes")
    return element("li", heading + listed, class_=f"mp-stage mp-stage-{kind}")


def _node(name: str, *lines: str) -> str:
    spans = "".join(element("span", identifier(line)) for line in lines)
    return element("li", element("strong", identifier(name)) + spans, class_="mp-node")


def _source(source: SourceEntry) -> str:
    rows, size = format_value("count", source.rows), format_value("bytes", source.bytes)
    return _node(source.name, f"{rows} rows visible, {size}", f"updated {source.updated}")


def _pin(entry: PinEntry) -> str:
    rows, size = format_value("count", entry.rows), format_value("bytes", entry.bytes)
    inputs = ", ".join(entry.inputs)
    return _node(
        entry.name, f"from {inputs}", f"{rows} rows, {size}, Parquet", entry.contract.cadence
    )


def _release(manifest: Manifest) -> str:
    size = format_value("bytes", sum(entry.bytes for entry in manifest.pins))
    return _node(
        "Release", f"{len(manifest.pins)} pins, {size}", "one version and one SHA-256 for each"
    )


SITE = _node("Site", "pages read the release and nothing else", "static files, no server")
