"""Decide which tables to build: a pure function from fingerprints and state to decisions."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from processing.board.manifest import PinEntry
from processing.build.decision import Decision
from processing.build.graph import Graph


class Fingerprint(msgspec.Struct, frozen=True, kw_only=True):
    """What a table depends on; `upstream` holds the content hashes of the tables it reads.

    `weeks` holds a hash for each week of the sources that a table computed week by week reads.
    """

    code: str
    contract: str
    library: str
    sources: dict[str, str]
    upstream: dict[str, str]
    weeks: dict[str, str] = {}


class TableState(msgspec.Struct, frozen=True, kw_only=True):
    """How a table was last built, and the pin that came out."""

    fingerprint: Fingerprint
    pin: PinEntry


def plan(
    graph: Graph,
    fingerprints: Mapping[str, Fingerprint],
    states: Mapping[str, TableState],
    forced: frozenset[str] = frozenset(),
) -> list[Decision]:
    """One decision per table, in build order; `wait` when an upstream table is to be built first.

    Pure: the same values give the same decisions.
    """
    decisions: dict[str, Decision] = {}
    for name in graph.tables:
        pending = [i for i in graph.upstream(name) if decisions[i].action != "skip"]
        reason = why(fingerprints[name], states.get(name), name in forced)
        if pending:
            also = "" if reason == "up to date" else f", and {reason}"
            decision = Decision(name, "wait", f"upstream {', '.join(pending)} first{also}")
        elif reason == "up to date":
            decision = Decision(name, "skip", reason)
        else:
            decision = Decision(name, "build", reason)
        decisions[name] = decision
    return list(decisions.values())


def why(now: Fingerprint, state: TableState | None, forced: bool) -> str:
    """The first reason to build a table, or `up to date`."""
    if forced:
        return "forced"
    if state is None:
        return "missing"
    before = state.fingerprint
    for label, old, new in (
        ("code changed", before.code, now.code),
        ("contract changed", before.contract, now.contract),
        ("library changed", before.library, now.library),
    ):
        if old != new:
            return label
    for label, olds, news in (
        ("source changed", before.sources, now.sources),
        ("upstream changed", before.upstream, now.upstream),
    ):
        changed = sorted(n for n in {*olds, *news} if olds.get(n) != news.get(n))
        if changed:
            return f"{label}: {', '.join(changed)}"
    weeks = changed_weeks(now, before)
    return f"source changed: {_said(weeks)}" if weeks else "up to date"


def changed_weeks(now: Fingerprint, before: Fingerprint) -> list[int]:
    """The weeks that are new, gone, or of other content, in order."""
    names = {*now.weeks, *before.weeks}
    return sorted(int(n) for n in names if now.weeks.get(n) != before.weeks.get(n))


def weeks_to_make(now: Fingerprint, state: TableState | None, forced: bool) -> set[int] | None:
    """The weeks to compute when the rest of the pin can be kept; None when nothing can."""
    if forced or state is None or not now.weeks:
        return None
    before = msgspec.structs.replace(state.fingerprint, weeks=now.weeks)
    return set(changed_weeks(now, state.fingerprint)) if before == now else None


def _said(weeks: list[int]) -> str:
    """`week 5`, `weeks 1, 2, 3`, or `weeks 1 to 48 (48)` when they are many."""
    many = 4
    if len(weeks) > many:
        return f"weeks {weeks[0]} to {weeks[-1]} ({len(weeks)})"
    return ("week " if len(weeks) == 1 else "weeks ") + ", ".join(map(str, weeks))
