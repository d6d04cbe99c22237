"""What tests of contracts share: sources that break a rule, and what came of the build."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from processing.board.manifest import Manifest
from processing.board.reader import open_release
from processing.contracts.contract import CheckResult
from processing.errors import ContractError
from tests.integration.projects import NOW, lines, run_build

LATER = NOW + timedelta(hours=1)


def put(project: Path, table: pa.Table) -> None:
    pq.write_table(table, project / "transactions.parquet")


def changed(column: str, value: Any, basket: int = 171) -> pa.Table:
    """The lines with another value of one column in one row."""
    table = lines()
    at, kind = table.column_names.index(column), table[column].type
    values = pc.if_else(pc.equal(table["basket_id"], basket), pa.scalar(value, kind), table[column])
    return table.set_column(at, column, values)


def stopped(project: Path, **more: Any) -> str:
    """The message of the build that stops; what was served is served still."""
    board = project / "board"
    served = open_release(board).manifest if (board / "releases").exists() else None
    with pytest.raises(ContractError) as caught:
        run_build(project, now=LATER, **more)
    assert caught.value.exit_code == 12
    assert (open_release(board).manifest if served else None) == served
    return str(caught.value)


def failing(project: Path, name: str) -> pa.Table:
    return pq.read_table(project / ".cache" / "failing-rows" / f"{name}.parquet")


def of(manifest: Manifest, source: str) -> dict[str, CheckResult]:
    (entry,) = (entry for entry in manifest.sources if entry.name == source)
    return {result.rule: result for result in entry.results}


def without(week: int, keep: int) -> pa.Table:
    """The lines with only so many of one week."""
    table = lines()
    places = [n for n, found in enumerate(table["week"].to_pylist()) if found == week][keep:]
    return table.take([n for n in range(table.num_rows) if n not in places])
