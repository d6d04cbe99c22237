"""The versions of each pin that releases named, with their rows over time."""

from __future__ import annotations

from processing.board.manifest import Manifest
from processing.views.fact import fact
from processing.views.html import element, escape
from processing.views.listing import listing

SHOWN = 5  # versions of one pin


def versions(manifest: Manifest, name: str) -> str:
    """The latest versions of a pin, the newest first: since when, how many rows and bytes.

    Nothing for a pin that no known release made anew.
    """
    # Of a version that several releases tell of, for its contract alone, the first one counts.
    first = {
        pin.version: (release, at)
        for release, change in enumerate(manifest.history)
        for at, pin in enumerate(change.pins)
        if pin.name == name
    }
    places = list(first.values())
    if not places:
        return ""
    rows = [_row(manifest, *place) for place in places[:SHOWN]]
    count = "1 version" if len(rows) == 1 else f"{len(rows)} versions"
    more_known = ", the latest" if len(places) > SHOWN else ""
    head = ("Since release of", "Rows", "Size", "Version")
    caption = f"History of {name}: {count} known{more_known}"
    return listing(f"versions-{name}", caption, head, rows, "Rows|Size")


def _row(manifest: Manifest, release: int, at: int) -> list[str]:
    path = ("history", release, "pins", at)
    return [
        fact(manifest, "history", release, "created_at", format="moment"),
        fact(manifest, *path, "rows", format="count"),
        fact(manifest, *path, "bytes", format="bytes"),
        element("code", escape(manifest.history[release].pins[at].version)),
    ]
