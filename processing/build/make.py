"""Make one table: compute, cast, check against its contract, and store it if its content is new."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from types import FunctionType

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from processing.board.content import content_sha256
from processing.board.manifest import PinEntry
from processing.board.parquet import parse
from processing.board.reader import pin_path, verified_bytes
from processing.build.batches import batches
from processing.build.failing import FailingRows
from processing.build.fingerprint import code_hash, short_hash
from processing.build.inputs import Input
from processing.contracts.check import check_table
from processing.contracts.contract import CheckResult
from processing.contracts.frames import LazyFrame
from processing.contracts.schema import arrow_schema, cast_declared
from processing.contracts.suppress import withhold
from processing.engines.engine import Engine
from processing.errors import BoardError, ContractError, MillpondError, raised
from processing.tables.registry import Table

STEPS = (cast_declared, check_table, withhold, content_sha256)


@cache
def making_hash() -> str:
    """A hash of the code that every table goes through after its own function.

    A rule that is mended, or a cell that is to be withheld, then reaches tables made before.
    """
    return short_hash(*(code_hash(step) for step in STEPS if isinstance(step, FunctionType)))


@dataclass
class Maker:
    """What making tables takes. `frames` holds every source and table that was read or made."""

    board: Path
    engine: Engine
    inputs: dict[str, Input]
    now: datetime
    data_to: str
    failing: FailingRows
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
        kept from the first of `known`. Raises ContractError with every rule that stops.
        """
        if not table.by_week:
            computed = self._compute(table, upstream)
        elif weeks is None:
            computed = self._compute_weeks(table, None)
        else:
            kept = _without(read_rows(self.board, known[0]), self._weeks(table), weeks)
            computed = pa.concat_tables([self._compute_weeks(table, weeks), kept])
        cast = cast_declared(table.name, table.contract, computed)
        rows, withheld = withhold(table.contract, cast)
        results = [*self._checked(table, rows), *withheld]
        if stops := [str(r) for r in withheld if r.failed and r.level == "stop"]:
            raise ContractError("\n    ".join(["", *stops]))
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

    def _checked(self, table: Table, rows: pa.Table) -> list[CheckResult]:
        """What each rule found. Rows that break one that warns or stops are kept apart."""
        results, failures = check_table(table.contract, rows)
        loud = [failure for failure in failures if failure.level != "note"]
        broken = {f.rule: f.breaking for f in loud if f.breaking is not None}
        kept = self.failing.keep(table.name, broken)
        stops = [str(failure) for failure in loud if failure.level == "stop"]
        if stops:
            where = [f"the failing rows lie in {kept}"] if kept else []
            raise ContractError("\n    ".join(["", *stops, *where]))
        return results

    def _compute(self, table: Table, upstream: dict[str, PinEntry]) -> pa.Table:
        """All rows of a table, from what it reads."""
        for name in table.inputs:
            if name not in self.frames:
                self.frames[name] = (
                    self.inputs[name].scan(self.engine)
                    if name in self.inputs
                    else self.engine.take(read_rows(self.board, upstream[name]))
                )
        frames = [self.frames[name] for name in table.inputs]
        return self._collected(table, frames)

    def _compute_weeks(self, table: Table, weeks: set[int] | None) -> pa.Table:
        """The rows of some weeks, or of all there are, one batch of weeks after the other."""
        there = self._weeks(table)
        wanted = sorted(there if weeks is None else there & weeks)
        locations = [self.inputs[name].location for name in table.inputs]
        parts = [arrow_schema(table.contract).empty_table()]
        for batch in batches(wanted, locations, self.engine.batch_bytes):
            frames = [self.inputs[name].scan(self.engine, batch) for name in table.inputs]
            part = self._collected(table, frames)
            parts.append(cast_declared(table.name, table.contract, part))
        return pa.concat_tables(parts)

    def _collected(self, table: Table, frames: list[LazyFrame]) -> pa.Table:
        """What the table's function makes of `frames`. ContractError where it raises."""
        try:
            return self.engine.collect(table.name, table.function(*frames))
        except (MillpondError, OSError, MemoryError):
            raise
        except Exception as error:
            raise ContractError(
                "its function fails",
                found=raised(error),
                next_step="mend the function; `millpond --debug …` shows the traceback",
            ) from error

    def _weeks(self, table: Table) -> set[int]:
        """The weeks that the sources of the table have."""
        return {week for name in table.inputs for week in self.inputs[name].weeks}

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


def read_rows(board: Path, pin: PinEntry) -> pa.Table:
    """The rows of a pin on the board, verified."""
    return parse(verified_bytes(pin_path(board, pin), pin), pin)


def intact(board: Path, pin: PinEntry) -> bool:
    """Whether the pin's file is still on the board, byte for byte."""
    try:
        verified_bytes(pin_path(board, pin), pin)
    except BoardError:
        return False
    return True
