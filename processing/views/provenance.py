"""Where a pin comes from, read out of the release manifest."""

from __future__ import annotations

from collections.abc import Collection

from processing.board.manifest import Manifest, SourceEntry


def sources_of(manifest: Manifest, pin_name: str) -> list[SourceEntry]:
    """The sources that feed a pin, through any number of other pins, the largest first."""
    return feeding(manifest, [pin_name])


def feeding(manifest: Manifest, names: Collection[str]) -> list[SourceEntry]:
    """The sources that feed some pins, or all sources where none is named; the largest first."""
    pins = {entry.name: entry for entry in manifest.pins}
    found: set[str] = set()
    waiting = list(names) or [source.name for source in manifest.sources]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(pins[name].inputs if name in pins else ())
    sources = [source for source in manifest.sources if source.name in found]
    return sorted(sources, key=lambda source: -source.bytes)


def source_names(manifest: Manifest, pin_name: str) -> str:
    """The distinct origins of a pin in one line, such as a source line under a chart holds."""
    return _origins(sources_of(manifest, pin_name))


def all_sources(manifest: Manifest, pins: Collection[str] = ()) -> str:
    """The distinct origins of some pins, or of the whole release, in one line."""
    return _origins(feeding(manifest, pins))


def _origins(sources: list[SourceEntry]) -> str:
    return "; ".join(dict.fromkeys(source.origin for source in sources)) or "not stated"


def depth(manifest: Manifest, pin_name: str) -> int:
    """1 for a pin made from sources alone, else one more than the deepest pin it is made from."""
    pins = {entry.name: entry for entry in manifest.pins}
    return 1 + max((depth(manifest, n) for n in pins[pin_name].inputs if n in pins), default=0)
