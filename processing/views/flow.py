"""The data flow chart: sources, tables, release and site, wired together, from the manifest."""

from __future__ import annotations

from typing import NamedTuple

from processing.board.manifest import Manifest, PinEntry, SourceEntry
from processing.views.format import format_value
from processing.views.html import Fragment, element, identifier, join
from processing.views.provenance import depth
from processing.views.wires import columns, gutter
from processing.views.words import list_words


class Node(NamedTuple):
    """One box: `kind` colours it, `reads` are the names of the boxes it is made from."""

    kind: str
    name: str
    about: str
    reads: tuple[str, ...] = ()


def data_flow(manifest: Manifest) -> Fragment:
    """A list from sources to site, each row with its lines from the rows it reads (`data-flow`).

    What the lines say stands in words too, for those who do not see them.
    """
    nodes = [
        *(_source(source) for source in manifest.sources),
        *(_pin(entry) for entry in _by_depth(manifest)),
        _release(manifest),
        SITE,
    ]
    return Fragment(element("div", KEY + _drawn(nodes), id="data-flow"))


def _by_depth(manifest: Manifest) -> list[PinEntry]:
    return sorted(manifest.pins, key=lambda entry: (depth(manifest, entry.name), entry.name))


def _drawn(nodes: list[Node]) -> str:
    place = {node.name: row for row, node in enumerate(nodes)}
    drawn = columns([[place[name] for name in node.reads if name in place] for node in nodes])
    kinds = [node.kind for node in nodes]
    rows = [
        element(
            "li", gutter(drawn, row, kinds) + _box(node) + BUS, class_=f"mp-node mp-node-{kind}"
        )
        for row, (kind, node) in enumerate(zip(kinds, nodes, strict=True))
    ]
    return element("ol", f"\n{join(rows)}\n", class_="mp-flow", role="list")


def _box(node: Node) -> str:
    reads = [f"reads {list_words(node.reads)}"] if node.reads else []
    lines = "".join(element("span", identifier(line)) for line in (node.about, *reads))
    return element("div", element("strong", identifier(node.name)) + lines, class_="mp-box")


# The line to the right that gathers every table into the release; the stylesheet draws it.
BUS = element("span", class_="mp-bus", aria_hidden="true")


def _source(source: SourceEntry) -> Node:
    rows, size = format_value("count", source.rows), format_value("bytes", source.bytes)
    about = f"Source, {rows} rows visible, {size}, updated {source.updated}"
    return Node("source", source.name, about)


def _pin(entry: PinEntry) -> Node:
    rows, size = format_value("count", entry.rows), format_value("bytes", entry.bytes)
    about = f"Table, {rows} rows, {size}, {entry.contract.cadence}"
    return Node("pin", entry.name, about, entry.inputs)


def _release(manifest: Manifest) -> Node:
    size = format_value("bytes", sum(entry.bytes for entry in manifest.pins))
    about = f"{len(manifest.pins)} pins, {size}, one version and one SHA-256 each"
    return Node("release", "Release", f"Gathers every table: {about}")


SITE = Node("site", "Site", "Static pages, no server", ("Release",))

KEY = element(
    "p",
    "A line begins at a ring and has a dot at each table that reads from it; on the right, the "
    "release gathers every table. Lines from sources are rust, from tables teal.",
    class_="mp-flow-key",
)
