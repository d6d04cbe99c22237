"""Make one table: compute, cast, check against its contract, and store it if its content is new."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from processing.board.content import content_sha256
from processing.board.manifest import PinEntry
from processing.board.reader import verified_bytes
from processing.build.inputs import Input
from processing.contracts.check import check_table
from processing.contracts.frames import LazyFrame
from processing.contracts.schema import arrow_schema, cast_declared
from processing.engines.engine import Engine
from processing.errors import BoardError, ContractError
from processing.tables.registry import Table

# Weeks that lie in folders of their own are computed together up to this size, which bounds what
# an engine must hold at once; what this costs in time was measured (docs/performance.md).
BATCH_BYTES = 256 * 1024 * 1024


@dataclass
class Maker:
    """What making tables takes. `frames` holds every source and table that was read or made."""

    board: Path
    engine: Engine
    inputs: dict[str, Input]
    now: datetime
    data_to: str
    frames: dict[str, LazyFrame] = field(default_factory=dict)

    def make(
        self,
        table: Table,
        upstream: dict[str, PinEntry],
        known: list[PinEntry],
        weeks: set[int] | None = None,
    ) -> tuple[PinEntry, bool]:
        """The pin of the table, and whether it is a new version.

        `upstream` are the pins of the tables it reads; `known` are pins whose version is kept if
        the content came out the same. With `weeks`, only these are computed and the others are
        kept from the first of `known`. Raises ContractError with every failing rule.
        """
        if not table.by_week:
            computed = self._compute(table, upstream)
        elif weeks is None:
            computed = self._compute_weeks(table, None)
        else:
            kept = _without(self._read(known[0]), self._weeks(table), weeks)
            computed = pa.concat_tables([self._compute_weeks(table, weeks), kept])
        rows = cast_declared(table.name, table.contract, computed)
        results, failures = check_table(table.contract, rows)
        if failures:
            raise ContractError("\n    ".join(["", *map(str, failures)]))
        self.frames[table.name] = self.engine.take(rows)
        content = content_sha256(rows)
        same = next((pin for pin in known if pin.content_sha256 == content), None)
        draft = same or self._store(table, rows, content)
        entry = msgspec.structs.replace(
            draft,
            inputs=table.inputs,
            contract=table.contract,
            results=tuple(results),
        )
        return entry, same is None

    def _compute(self, table: Table, upstream: dict[str, PinEntry]) -> pa.Table:
        """All rows of a table, from what it reads."""
        for name in table.inputs:
            if name not in self.frames:
                self.frames[name] = (
                    self.inputs[name].scan(self.engine)
                    if name in self.inputs
                    else self.engine.take(self._read(upstream[name]))
                )
        frames = [self.frames[name] for name in table.inputs]
        return self.engine.collect(table.name, table.function(*frames))

    def _compute_weeks(self, table: Table, weeks: set[int] | None) -> pa.Table:
        """The rows of some weeks, or of all there are, one batch of weeks after the other."""
        there = self._weeks(table)
        batches = self._batches(table, sorted(there if weeks is None else there & weeks))
        parts = [arrow_schema(table.contract).empty_table()]
        for batch in batches:
            frames = [self.inputs[name].scan(self.engine, batch) for name in table.inputs]
            part = self.engine.collect(table.name, table.function(*frames))
            parts.append(cast_declared(table.name, table.contract, part))
        return pa.concat_tables(parts)

    def _weeks(self, table: Table) -> set[int]:
        """The weeks that the sources of the table have."""
        return {week for name in table.inputs for week in self.inputs[name].weeks}

    def _batches(self, table: Table, weeks: Iterable[int]) -> Iterator[list[int]]:
        """Weeks grouped by the size of their files; one group when they share one file."""
        files = [self.inputs[name].location.weeks for name in table.inputs]
        sizes = [f for f in files if f]
        batch: list[int] = []
        total = 0
        for week in weeks:
            size = sum(p.stat().st_size for by_week in sizes for p in by_week.get(week, ()))
            if batch and total + size > BATCH_BYTES:
                yield batch
                batch, total = [], 0
            batch.append(week)
            total += size
        if batch:
            yield batch

    def _read(self, pin: PinEntry) -> pa.Table:
        """The rows of a pin on the board, verified."""
        content = verified_bytes(self.board / "pins" / pin.file, pin)
        return pq.read_table(io.BytesIO(content)).replace_schema_metadata(None)

    def _store(self, table: Table, rows: pa.Table, content: str) -> PinEntry:
        # Imported late, because a build with nothing to do needs neither pandas nor pins.
        from processing.board.store import store_pin

        about = {"grain": table.contract.grain, "content_sha256": content}
        stored = store_pin(self.board, table.name, rows, self.now, table.contract.title, about)
        return PinEntry(
            name=table.name,
            version=stored.version,
            file=stored.file,
            sha256=stored.sha256,
            content_sha256=content,
            bytes=stored.bytes,
            rows=rows.num_rows,
            data_to=self.data_to,
            inputs=table.inputs,
            contract=table.contract,
            results=(),
        )


def _without(rows: pa.Table, there: set[int], changed: set[int]) -> pa.Table:
    """The rows of weeks that are still there and were not changed."""
    keep = pa.array(sorted(there - changed), rows["week"].type)
    return rows.filter(pc.is_in(rows["week"], keep))


def intact(board: Path, pin: PinEntry) -> bool:
    """Whether the pin's file is still on the board, byte for byte."""
    try:
        verified_bytes(board / "pins" / pin.file, pin)
    except BoardError:
        return False
    return True
