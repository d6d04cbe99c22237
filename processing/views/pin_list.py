"""The pins of a release, each with its size, version, hash, download, columns and history."""

from __future__ import annotations

from processing.board.manifest import Manifest, PinEntry
from processing.views.contracts import schema
from processing.views.fact import fact
from processing.views.format import format_value
from processing.views.html import Fragment, element, escape, identifier, join
from processing.views.listing import more
from processing.views.pin_history import versions


def pins(manifest: Manifest) -> Fragment:
    """Every pin on a line, to be opened: `pin-<name>` is the address of one."""
    made = [_pin(manifest, at) for at in range(len(manifest.pins))]
    return Fragment(element("div", join(made), id="pins", class_="mp-pins"))


def _pin(manifest: Manifest, at: int) -> str:
    entry = manifest.pins[at]
    rows = fact(manifest, "pins", at, "rows", format="count")
    day = fact(manifest, "pins", at, "data_to", format="date_short")
    grain = element("span", escape(entry.contract.grain), class_="mp-subtle")
    size = element("span", f"{rows} row{'' if entry.rows == 1 else 's'}, data to {day}")
    line = " ".join((element("strong", identifier(entry.name)), size, grain))
    inner = _stored(entry) + schema(entry) + versions(manifest, entry.name)
    return more(line, inner, f"pin-{entry.name}")


def _stored(entry: PinEntry) -> str:
    """Where the pin can be had, and by what it is known again."""
    facts = (
        ("Download", download(entry)),
        ("Version", element("code", escape(entry.version))),
        ("SHA-256", element("code", escape(entry.sha256), class_="mp-hash")),
    )
    said = "".join(element("div", element("dt", n) + element("dd", text)) for n, text in facts)
    return element("dl", said, class_="mp-facts")


def download(entry: PinEntry) -> str:
    """A link to the Parquet file of a pin, which says its name, type and size."""
    text = f"{identifier(entry.name)}, Parquet, {format_value('bytes', entry.bytes)}"
    return element("a", text, href=f"data/pins/{entry.name}.parquet", download=True)
