"""A new release beside the one before: what its manifest tells of both."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from processing.board.changes import (
    History,
    PinChange,
    ReleaseChange,
    with_change,
    with_taken_back,
)
from processing.board.manifest import Manifest, PinEntry
from processing.build.make import read_rows
from processing.build.revisions import Past, difference
from processing.contracts.difference import contract_changes
from processing.errors import BoardError

LastDay = Callable[[int], date]  # of a week


@dataclass(frozen=True)
class Teller:
    """What telling takes: the board, the release before, and where a week of the data ends.

    `taken` are the releases that were taken back since the one before.
    """

    board: Path
    before: Manifest | None
    last_day: LastDay | None
    taken: History = ()

    def history(self, new: Manifest) -> History:
        """The history of `new`: its own change, without an id yet, then what was told before."""
        if self.before is None:
            return with_change((), first_told(new))
        known = self.before.history or (first_told(self.before),)
        change = self.change(self.before, new)
        return with_change(with_taken_back(known, self.taken), change)

    def change(self, old: Manifest, new: Manifest) -> ReleaseChange:
        """`new` beside `old`. Never raises for a pin that cannot be read: it says so instead."""
        weeks = self._weeks(old), self._weeks(new)
        begun = weeks[1] - weeks[0] if weeks[0] else set()
        days = [date.fromisoformat(manifest.as_of) for manifest in (old, new)]
        before = {entry.name: entry for entry in old.pins}
        gone = sorted(before.keys() - {entry.name for entry in new.pins})
        told = [self._pin(before.get(entry.name), entry, old, new) for entry in new.pins]
        pins = tuple(change for change in told if change)
        return ReleaseChange(
            release="",
            created_at=new.created_at,
            as_of=new.as_of,
            previous=old.id,
            as_of_before=old.as_of,
            weeks_begun=tuple(sorted(begun)),
            weeks_ended=tuple(w for w in sorted(weeks[1]) if self._ended(w, *days)),
            revised=sum(change.revised for change in pins),
            pins=pins,
            gone=tuple(gone),
            gone_internal=tuple(n for n in gone if before[n].contract.audience == "internal"),
        )

    def _ended(self, week: int, old: date, new: date) -> bool:
        return self.last_day is not None and old < self.last_day(week) <= new

    def _weeks(self, manifest: Manifest) -> set[int]:
        """The weeks of the data that a release knows, by its sources."""
        parts = {part for source in manifest.sources for part in source.parts}
        return {int(part) for part in parts if part.isdecimal()}

    def _pin(
        self, old: PinEntry | None, new: PinEntry, before: Manifest, now: Manifest
    ) -> PinChange | None:
        """What became of a pin; None when it is as it was."""
        if old is None or old.contract.audience != new.contract.audience:
            return _first(new)  # for those who could not know it, it is new
        promised = contract_changes(old.contract, new.contract)
        if old.content_sha256 == new.content_sha256:
            return _changed(old, new, contract=promised) if promised else None
        try:
            found = self._rows(old, new, before, now)
        except (BoardError, pa.ArrowException) as error:
            says = error.what if isinstance(error, BoardError) else "its rows cannot be matched"
            found = {"note": f"Not compared: {says}"}
        return _changed(old, new, contract=promised, **found)

    def _rows(
        self, old: PinEntry, new: PinEntry, before: Manifest, now: Manifest
    ) -> dict[str, Any]:
        """What became of a pin's rows. BoardError when a version is not on the board any more."""
        if old.contract.key != new.contract.key:
            return {"note": "Not compared: its rows have another key"}
        hidden = {*_withheld(before, old.name), *_withheld(now, new.name)}
        olds, news = read_rows(self.board, old), read_rows(self.board, new)
        return vars(difference(new.contract, olds, news, self._past(before, now), hidden))

    def _past(self, old: Manifest, new: Manifest) -> Past:
        """What was over in both releases: after a clock that went back, the earlier day counts."""
        day = min(date.fromisoformat(old.as_of), date.fromisoformat(new.as_of))
        over = {w for w in self._weeks(new) if self.last_day and self.last_day(w) <= day}
        return Past(frozenset(over), day, old.as_of == new.as_of)


def first_told(manifest: Manifest) -> ReleaseChange:
    """A release before which nothing is known: every pin is new."""
    return ReleaseChange(
        release=manifest.id,
        created_at=manifest.created_at,
        as_of=manifest.as_of,
        previous=None,
        pins=tuple(_first(entry) for entry in manifest.pins),
    )


def _first(entry: PinEntry) -> PinChange:
    return PinChange(
        name=entry.name,
        title=entry.contract.title,
        version=entry.version,
        rows=entry.rows,
        bytes=entry.bytes,
        audience=entry.contract.audience,
        is_new=True,
        added=entry.rows,
    )


def _changed(old: PinEntry, new: PinEntry, **found: Any) -> PinChange:
    return PinChange(
        name=new.name,
        title=new.contract.title,
        version=new.version,
        rows=new.rows,
        bytes=new.bytes,
        audience=new.contract.audience,
        rows_before=old.rows,
        **found,
    )


def _withheld(manifest: Manifest, name: str) -> set[str]:
    """The columns of a pin whose cells may be withheld, by its own contract or one it reads."""
    pins: Mapping[str, PinEntry] = {entry.name: entry for entry in manifest.pins}
    found, todo, seen = set[str](), [name], set[str]()
    while todo:
        entry = pins.get(todo.pop())
        if entry is None or entry.name in seen:
            continue
        seen.add(entry.name)
        todo += entry.inputs
        if rule := entry.contract.suppress:
            found |= {rule.count, *rule.columns, *([rule.flag] if rule.flag else [])}
    return found
