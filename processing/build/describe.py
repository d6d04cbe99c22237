"""What a release says about its sources: where they are, and how much of them the clock showed."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import narwhals as nw

from processing.board.manifest import SourceEntry
from processing.build.inputs import Input
from processing.contracts.frames import LazyFrame
from processing.engines.engine import Engine

WHOLE = "all"  # the one part of a source that has no weeks


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """How much was seen of a source, or of one week of it, when it had this fingerprint."""

    fingerprint: str
    rows: int
    first: str | None = None
    last: str | None = None


SeenParts = dict[str, Seen]


def kept_parts(given: Input, before: Mapping[str, Seen]) -> SeenParts:
    """The weeks of a source (or all of it) that are as they were when they were counted."""
    prints = _prints(given)
    return {part: seen for part, seen in before.items() if prints.get(part) == seen.fingerprint}


def missing_parts(given: Input, kept: SeenParts) -> dict[str, str]:
    """The parts that were never counted as they are now, with their fingerprints."""
    return {part: value for part, value in _prints(given).items() if part not in kept}


def count_parts(engine: Engine, given: Input, missing: dict[str, str]) -> SeenParts:
    """Rows, first and last day of the missing parts, by one aggregation."""
    return _count(engine, given, given.scan(engine, _weeks(given, missing)), missing)


def _prints(given: Input) -> dict[str, str]:
    weeks = {str(week): value for week, value in given.weeks.items()}
    return weeks or {WHOLE: given.fingerprint}


def _weeks(given: Input, parts: Mapping[str, str]) -> list[int] | None:
    return [int(part) for part in parts] if given.weeks else None


def describe(given: Input, parts: SeenParts) -> SourceEntry:
    """The entry of a source in the manifest."""
    source = given.source
    return SourceEntry(
        name=source.name,
        address=given.location.address,
        title=source.title,
        licence=source.licence,
        origin=source.origin,
        sha256=given.sha256,
        bytes=given.location.bytes,
        rows=sum(part.rows for part in parts.values()),
        updated=source.updated,
        caveat=source.caveat,
        first_date=min((part.first for part in parts.values() if part.first), default=None),
        last_date=max((part.last for part in parts.values() if part.last), default=None),
    )


def _count(engine: Engine, given: Input, frame: LazyFrame, prints: dict[str, str]) -> SeenParts:
    """One aggregation over the parts that are new or changed; an empty part counts no rows."""
    source = given.source
    counts = {"rows": nw.len()}
    if source.clock and source.clock.kind == "instant":
        counts |= {"first": nw.col("sale_date").min(), "last": nw.col("sale_date").max()}
    if source.weeks and given.weeks:
        frame = frame.group_by(source.weeks.column).agg(**counts)
    else:
        frame = frame.select(**counts)
    rows = engine.collect(source.name, frame).to_pylist()
    part_of = source.weeks.column if source.weeks and given.weeks else None
    found = {str(row[part_of]) if part_of else WHOLE: row for row in rows}
    return {part: _seen(value, found.get(part, {})) for part, value in prints.items()}


def _seen(fingerprint: str, row: Mapping[str, object]) -> Seen:
    first, last = row.get("first"), row.get("last")
    return Seen(
        fingerprint=fingerprint,
        rows=int(str(row.get("rows", 0))),
        first=str(first) if first else None,
        last=str(last) if last else None,
    )
