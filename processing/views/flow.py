"""The data flow chart: sources, tables, release and site, wired together, from the manifest."""

from __future__ import annotations

from typing import NamedTuple

from processing.board.manifest import Manifest
from processing.views.fact import fact
from processing.views.format import format_value
from processing.views.html import Fragment, element, escape, identifier, join
from processing.views.listing import folded
from processing.views.provenance import depth
from processing.views.stages import stages
from processing.views.wires import columns, gutter
from processing.views.words import list_words


class Node(NamedTuple):
    """One box: `kind` colours it, `reads` are the names of the boxes it is made from.

    `about` is finished HTML: what it is, how large and how often it changes. `place` is where it
    lies.
    """

    kind: str
    name: str
    about: str
    place: str
    reads: tuple[str, ...] = ()


def data_flow(manifest: Manifest, *, linked: bool = False) -> Fragment:
    """The stages at a glance, then each row with lines from the rows it reads (`data-flow`).

    What the lines say stands in words too, for those who do not see them. Where the page holds
    `pin_list.pins` as well, `linked` leads from a pin's box to its line there.
    """
    nodes = [
        *(_source(manifest, at) for at in range(len(manifest.sources))),
        *(_pin(manifest, at) for at in _by_depth(manifest)),
        _release(manifest),
        SITE,
    ]
    drawn = folded("Every source and table", KEY + _drawn(nodes, linked))
    return Fragment(element("div", stages(manifest) + drawn, id="data-flow"))


def _by_depth(manifest: Manifest) -> list[int]:
    """The places of the pins in the manifest, those made from sources alone first."""
    pins = manifest.pins
    return sorted(range(len(pins)), key=lambda at: (depth(manifest, pins[at].name), pins[at].name))


def _drawn(nodes: list[Node], linked: bool) -> str:
    place = {node.name: row for row, node in enumerate(nodes)}
    drawn = columns([[place[name] for name in node.reads if name in place] for node in nodes])
    kinds = [node.kind for node in nodes]
    rows = [
        element(
            "li",
            gutter(drawn, row, kinds) + _box(node, linked) + BUS,
            class_=f"mp-node mp-node-{kind}",
        )
        for row, (kind, node) in enumerate(zip(kinds, nodes, strict=True))
    ]
    return element("ol", f"\n{join(rows)}\n", class_="mp-flow", role="list")


def _box(node: Node, linked: bool) -> str:
    place = element("span", identifier(node.place).replace("/", "/<wbr>"), class_="mp-place")
    reads = f"reads {list_words(node.reads)}" if node.reads else ""
    lines = element("span", node.about) + place
    lines += element("span", identifier(reads), class_="mp-reads") if reads else ""
    name = identifier(node.name)
    if linked and node.kind == "pin":  # to its columns, its history and its download
        name = element("a", name, href=f"#pin-{node.name}")
    return element("div", element("strong", name) + lines, class_="mp-box")


# The line to the right that gathers every table into the release; the stylesheet draws it.
BUS = element("span", class_="mp-bus", aria_hidden="true")


def _source(manifest: Manifest, at: int) -> Node:
    source = manifest.sources[at]
    rows = fact(manifest, "sources", at, "rows", format="count")
    size = fact(manifest, "sources", at, "bytes", format="bytes")
    about = f"Source, {kind_of(source.address)}, {rows} rows visible, {size}, updated "
    return Node("source", source.name, about + escape(source.updated), source.address)


def kind_of(address: str) -> str:
    """What lies at an address, in a word: by how its name ends, else by how it is reached."""
    name = address.rsplit("/", 1)[-1].rsplit("?", 1)[0].removesuffix(".zip")
    end = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    known = {"parquet": "Parquet", "csv": "CSV", "json": "JSON", "feather": "Arrow"}
    return known.get(end) or escape(
        address.split("://", 1)[0].upper() if "://" in address else "files"
    )


def _pin(manifest: Manifest, at: int) -> Node:
    entry = manifest.pins[at]
    rows = fact(manifest, "pins", at, "rows", format="count")
    size = fact(manifest, "pins", at, "bytes", format="bytes")
    about = f"Table, Parquet, {rows} rows, {size}, {escape(entry.contract.cadence)}"
    return Node("pin", entry.name, about, f"board/pins/{entry.name}", entry.inputs)


def _release(manifest: Manifest) -> Node:
    size = format_value("bytes", sum(entry.bytes for entry in manifest.pins))
    count = format_value("count", len(manifest.pins))
    pins = "pin" if len(manifest.pins) == 1 else "pins"
    about = f"Gathers every table: JSON, {count} {pins}, {size}, one version and one SHA-256 each"
    return Node("release", "Release", about, "board/releases/current.json")


SITE = Node(
    "site", "Site", "Static pages: HTML, SVG, CSV, Parquet; no server", "this site", ("Release",)
)

KEY = element(
    "p",
    "A line begins at a ring and has a dot at each table that reads from it; on the right, the "
    "release gathers every table. Lines from sources are rust, from tables teal.",
    class_="mp-flow-key",
)
