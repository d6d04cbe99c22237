"""What a release says about its sources: where they are, and how much of them the clock showed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import FunctionType

import msgspec

from processing.board.manifest import SourceEntry
from processing.build.fingerprint import code_hash, short_hash
from processing.build.inputs import Input
from processing.contracts.contract import CheckResult
from processing.sources.rules import other_week, row_rules

WHOLE = "all"  # the one part of a source that has no weeks


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """How much was seen of a source, or of one week of it, when it had this fingerprint.

    `failed` counts the rows that break a rule, for each rule that some break.
    """

    fingerprint: str
    rows: int
    first: str | None = None
    last: str | None = None
    failed: dict[str, int] = {}


SeenParts = dict[str, Seen]


def kept_parts(prints: Mapping[str, str], before: Mapping[str, Seen]) -> SeenParts:
    """The weeks of a source (or all of it) that are as they were when they were examined."""
    return {part: seen for part, seen in before.items() if prints.get(part) == seen.fingerprint}


def part_prints(given: Input, inputs: Mapping[str, Input]) -> dict[str, str]:
    """For each part of a source: its content, the rules it is held against, and their code."""
    source = given.source
    others = [r.to_source for r in source.references if r.to_source in inputs]
    assert isinstance(row_rules, FunctionType)
    assert isinstance(other_week, FunctionType)
    rules = short_hash(
        msgspec.json.encode(source, order="sorted").decode(),
        code_hash(row_rules),
        code_hash(other_week),
        *(inputs[name].fingerprint for name in others),
    )
    weeks = {str(week): value for week, value in given.weeks.items()}
    parts = weeks or {WHOLE: given.fingerprint}
    return {part: short_hash(value, rules) for part, value in parts.items()}


def part_weeks(given: Input, parts: Iterable[str]) -> list[int] | None:
    """The parts as weeks, in order; None for a source that has none."""
    return sorted(int(part) for part in parts) if given.weeks else None


def describe(given: Input, parts: SeenParts, results: tuple[CheckResult, ...]) -> SourceEntry:
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
        parts={part: seen.rows for part, seen in parts.items()},
        results=results,
    )
