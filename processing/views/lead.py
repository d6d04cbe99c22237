"""What a page opens with: its finding in a sentence or two, and how far to trust it."""

from __future__ import annotations

from collections.abc import Collection

from processing.board.findings import results_of
from processing.board.manifest import Manifest
from processing.board.reader import Pin
from processing.views.format import format_value
from processing.views.html import Fragment, element, escape
from processing.views.number import time_element
from processing.views.provenance import feeding


def lead(text: str, *pins: Pin, caution: str = "") -> Fragment:
    """`text` (finished inline HTML) as the finding of a page, beside what to know of its `pins`.

    `caution` (finished inline HTML) is what to know of the finding itself, and comes first.
    """
    said = element("p", text, class_="mp-finding")
    known = trust(pins[0].manifest, [pin.name for pin in pins], caution)
    return Fragment(element("div", said + known, class_="mp-lead"))


def trust(manifest: Manifest, pins: Collection[str] = (), caution: str = "") -> str:
    """How far to trust a page, in short: the last day of its pins, all checks, its caveats."""
    results = [result for found in results_of(manifest).values() for result in found]
    failed = sum(result.failed > 0 for result in results if result.level != "note")
    count = format_value("count", len(results))
    day = max((p.data_to for p in manifest.pins if p.name in pins), default=manifest.as_of)
    checks = f"{failed or 'none'} of {count} checks failed"
    sources = feeding(manifest, pins)
    caveats = dict.fromkeys(source.caveat for source in sources if source.caveat)
    told = caution and element("span", caution, class_="mp-caution")
    said = [f"Data to {time_element(day)}; {checks}.", *map(escape, caveats)]
    return element("p", " ".join([*filter(None, [told]), *said]), class_="mp-trust")
