"""What the public may know of a release: its manifest without anything internal."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from processing.board.changes import ReleaseChange
from processing.board.manifest import Manifest, PinEntry
from processing.contracts.contract import CheckResult

_NAME = re.compile(r"\w+")


def internal_names(manifest: Manifest) -> list[str]:
    """The pins that only the internal audience may know, in order of name."""
    return sorted(entry.name for entry in manifest.pins if entry.contract.audience == "internal")


def hidden_sources(manifest: Manifest) -> list[str]:
    """The sources that feed no public pin, in order of name."""
    fed = {s.name for e in manifest.pins if _is_public(e) for s in manifest.sources_of(e.name)}
    return sorted(source.name for source in manifest.sources if source.name not in fed)


def public(manifest: Manifest) -> Manifest:
    """The manifest without internal pins, what only they read, and all that was told of them.

    A public pin made from internal ones comes, for the public, from what those were made from.
    """
    internal, sources = set(internal_names(manifest)), set(hidden_sources(manifest))
    hidden = internal | sources
    return msgspec.structs.replace(
        manifest,
        pins=tuple(_public_entry(e, manifest, internal) for e in manifest.pins if _is_public(e)),
        sources=tuple(
            msgspec.structs.replace(source, results=_silent_on(sources, source.results))
            for source in manifest.sources
            if source.name not in sources
        ),
        agreements=_silent_on(hidden, manifest.agreements),
        history=tuple(_public_change(change, internal) for change in manifest.history),
    )


def _is_public(entry: PinEntry) -> bool:
    return entry.contract.audience == "public"


def _public_entry(entry: PinEntry, manifest: Manifest, internal: set[str]) -> PinEntry:
    """The entry with inputs the public may know, and no word on what it discloses."""
    contract = msgspec.structs.replace(entry.contract, discloses=())
    inputs = dict.fromkeys(_known_inputs(entry.inputs, manifest, internal))
    return msgspec.structs.replace(entry, contract=contract, inputs=tuple(inputs))


def _known_inputs(names: Iterable[str], manifest: Manifest, internal: set[str]) -> Iterable[str]:
    for name in names:
        if name in internal:
            yield from _known_inputs(manifest.pin(name).inputs, manifest, internal)
        else:
            yield name


def _silent_on(hidden: set[str], results: tuple[CheckResult, ...]) -> tuple[CheckResult, ...]:
    """The results whose words name nothing hidden."""
    return tuple(r for r in results if not hidden & {*_NAME.findall(f"{r.rule} {r.where}")})


def _public_change(change: ReleaseChange, internal: set[str]) -> ReleaseChange:
    """What a release changed, without pins that were internal then or are so now."""
    pins = tuple(p for p in change.pins if p.audience == "public" and p.name not in internal)
    gone = tuple(n for n in change.gone if n not in {*change.gone_internal, *internal})
    revised = sum(pin.revised for pin in pins)
    return msgspec.structs.replace(
        change, pins=pins, gone=gone, gone_internal=(), revised=revised
    )
