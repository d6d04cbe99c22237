"""Count and check what is new or changed of a source: a few aggregations, nothing loaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec
import narwhals as nw
import pyarrow as pa

from processing.build.batches import batches
from processing.build.describe import WHOLE, Seen, SeenParts, part_weeks
from processing.build.failing import MAX_ROWS
from processing.build.inputs import Input
from processing.contracts.frames import LazyFrame
from processing.engines.engine import Engine
from processing.sources.rules import (
    LOCAL_DATE,
    PLACED,
    dated,
    key_rule,
    other_week,
    repeated,
    row_rules,
    week_says,
    with_references,
)
from processing.sources.source import Source, SourceWeeks

Weeks = list[int] | None  # None: the source is looked at as a whole
Rows = dict[str, dict[str, Any]]  # what an aggregation gave for each part


@dataclass(frozen=True)
class Examiner:
    """Looks at one source of a build; `inputs` are all of them, for references between them."""

    engine: Engine
    inputs: Mapping[str, Input]
    given: Input

    @property
    def source(self) -> Source:
        """The declaration, without references to sources that this build does not read."""
        return checkable(self.given.source, self.inputs)

    def examine(self, missing: Mapping[str, str]) -> SeenParts:
        """Rows, days and broken rules of the parts in `missing` (their fingerprints by name)."""
        weeks = part_weeks(self.given, missing)
        rows: Rows = {}
        limit = self.engine.batch_bytes
        for batch in [None] if weeks is None else batches(weeks, [self.given.location], limit):
            rows |= self._counted(batch)
        if lost := self._unplaced(weeks):
            last = str(weeks[-1]) if weeks else WHOLE
            rows.setdefault(last, {"rows": 0})[PLACED] = lost
        return {part: _seen(value, rows.get(part, {})) for part, value in missing.items()}

    def failing(self, parts: SeenParts, wanted: set[str]) -> dict[str, pa.Table]:
        """The rows of `parts` that break the rules in `wanted`, at most MAX_ROWS for each."""
        names = [column.name for column in self.source.columns]
        return {
            says: self.engine.collect(self.source.name, frame.select(names).head(MAX_ROWS))
            for says, frame in self._breaking(part_weeks(self.given, parts))
            if says in wanted
        }

    def _counted(self, weeks: Weeks) -> Rows:
        """For each part that has rows: rows, days, and how many rows break each rule."""
        counts = {"rows": nw.len()}
        if dated(self.source):
            counts |= {"first": nw.col(LOCAL_DATE).min(), "last": nw.col(LOCAL_DATE).max()}
        rules = row_rules(self.source)
        counts |= {rule.says: _number_of(rule.breaks) for rule in rules}
        found = self._by_part(self._referred(weeks), weeks, counts)
        if self.source.weeks and weeks and dated(self.source):
            other = other_week(self.source.weeks, self.given.as_of)
            wrong = {week_says(self.source.weeks): _number_of(other)}
            if odd := [int(p) for p in found if _strays(self.source.weeks, int(p), found[p])]:
                _merge(found, self._by_part(self._scan(odd), odd, wrong))
        if self.source.key:
            twice = {key_rule(self.source): nw.col("times").sum()}
            _merge(found, self._by_part(repeated(self.source, self._undated(weeks)), weeks, twice))
        return found

    def _unplaced(self, weeks: Weeks) -> int:
        """How many rows belong to no part, for want of a day or a week."""
        if self.source.clock is None:
            return 0
        frame = self.given.unplaced(self.engine, weeks).select(rows=nw.len())
        return int(self.engine.collect(self.source.name, frame)["rows"][0].as_py())

    def _breaking(self, weeks: Weeks) -> Iterator[tuple[str, LazyFrame]]:
        """Each rule with the rows that break it."""
        for rule in row_rules(self.source):
            yield rule.says, self._referred(weeks).filter(rule.breaks)
        if self.source.weeks and dated(self.source):
            other = other_week(self.source.weeks, self.given.as_of)
            yield week_says(self.source.weeks), self._scan(weeks).filter(other)
        if self.source.clock:
            yield PLACED, self.given.unplaced(self.engine, weeks)
        if self.source.key:
            twice = repeated(self.source, self._undated(weeks))
            same = self._undated(weeks).join(twice, on=list(self.source.key), how="semi")
            yield key_rule(self.source), same

    def _scan(self, weeks: Weeks) -> LazyFrame:
        return self.given.scan(self.engine, weeks)

    def _undated(self, weeks: Weeks) -> LazyFrame:
        return self.given.undated(self.engine, weeks)

    def _referred(self, weeks: Weeks) -> LazyFrame:
        others = {r.to_source: self.inputs[r.to_source] for r in self.source.references}
        frames = {name: other.scan(self.engine) for name, other in others.items()}
        return with_references(self.source, self._scan(weeks), frames)

    def _by_part(self, frame: LazyFrame, weeks: Weeks, counts: dict[str, nw.Expr]) -> Rows:
        """One aggregation, by week where weeks are asked for."""
        plain = {f"count_{place}": expr for place, expr in enumerate(counts.values())}
        column = self.source.weeks.column if self.source.weeks and weeks is not None else None
        grouped = frame.group_by(column).agg(**plain) if column else frame.select(**plain)
        return {
            str(row.pop(column)) if column else WHOLE: dict(zip(counts, row.values(), strict=True))
            for row in self.engine.collect(self.source.name, grouped).to_pylist()
        }


def checkable(source: Source, inputs: Mapping[str, Input]) -> Source:
    """The source without references to sources that are not there."""
    there = tuple(r for r in source.references if r.to_source in inputs)
    return msgspec.structs.replace(source, references=there)


def _number_of(breaks: nw.Expr) -> nw.Expr:
    return nw.when(breaks).then(1).otherwise(0).sum()


def _strays(weeks: SourceWeeks, week: int, row: Mapping[str, Any]) -> bool:
    """Whether the first or last day of a week's rows lies outside of it: cheaper than each row."""
    first: date = row["first"]
    return first < weeks.first_day(week) or row["last"] > weeks.last_day(week)


def _merge(rows: Rows, more: Rows) -> None:
    for part, counts in more.items():
        rows[part] |= counts


def _seen(fingerprint: str, row: Mapping[str, Any]) -> Seen:
    first, last = row.get("first"), row.get("last")
    return Seen(
        fingerprint=fingerprint,
        rows=row.get("rows", 0),
        first=str(first) if first else None,
        last=str(last) if last else None,
        failed={
            rule: int(count)
            for rule, count in row.items()
            if count and rule not in {"rows", "first", "last"}
        },
    )
