"""Make one table: compute, cast, check against its contract, and store it if its content is new."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from processing.board.manifest import PinEntry
from processing.board.reader import verified_bytes
from processing.contracts.frames import LazyFrame
from processing.contracts.schema import cast_declared
from processing.engines.engine import Engine
from processing.errors import BoardError, ContractError
from processing.tables.registry import Table


@dataclass
class Maker:
    """What making tables takes. `frames` holds the sources, and every table made or read so far."""

    board: Path
    engine: Engine
    now: datetime
    data_to: str
    frames: dict[str, LazyFrame] = field(default_factory=dict)

    def make(
        self, table: Table, upstream: dict[str, PinEntry], known: list[PinEntry]
    ) -> tuple[PinEntry, bool]:
        """The pin of the table, and whether it is a new version.

        `upstream` are the pins of the tables it reads; `known` are pins whose version is kept if
        the content came out the same. Raises ContractError with every failing rule.
        """
        # Imported late, because a build with nothing to do needs neither pandas nor pins.
        from processing.board.store import content_sha256
        from processing.contracts.check import check_table

        frame = table.function(*(self._frame(name, upstream) for name in table.inputs))
        rows = cast_declared(table.name, table.contract, self.engine.collect(table.name, frame))
        results, failures = check_table(table.contract, rows)
        if failures:
            raise ContractError("\n    ".join(["", *map(str, failures)]))
        content = content_sha256(rows)
        same = next((pin for pin in known if pin.content_sha256 == content), None)
        version, file, sha256, size = (
            (same.version, same.file, same.sha256, same.bytes)
            if same
            else self._store(table, rows, content)
        )
        self.frames[table.name] = self.engine.take(rows)
        entry = PinEntry(
            name=table.name,
            version=version,
            file=file,
            sha256=sha256,
            content_sha256=content,
            bytes=size,
            rows=rows.num_rows,
            data_to=same.data_to if same else self.data_to,
            inputs=table.inputs,
            contract=table.contract,
            results=tuple(results),
        )
        return entry, same is None

    def _store(self, table: Table, rows: object, content: str) -> tuple[str, str, str, int]:
        import pyarrow as pa

        from processing.board.store import store_pin

        assert isinstance(rows, pa.Table)
        about = {"grain": table.contract.grain, "content_sha256": content}
        stored = store_pin(self.board, table.name, rows, self.now, table.contract.title, about)
        return stored.version, stored.file, stored.sha256, stored.bytes

    def _frame(self, name: str, upstream: dict[str, PinEntry]) -> LazyFrame:
        """A source, a table made in this run, or the pin of one that was up to date."""
        if name not in self.frames:
            import pyarrow.parquet as pq

            content = verified_bytes(self.board / "pins" / upstream[name].file, upstream[name])
            self.frames[name] = self.engine.take(pq.read_table(io.BytesIO(content)))
        return self.frames[name]


def intact(board: Path, pin: PinEntry) -> bool:
    """Whether the pin's file is still on the board, byte for byte."""
    try:
        verified_bytes(board / "pins" / pin.file, pin)
    except BoardError:
        return False
    return True
