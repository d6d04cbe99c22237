"""How a pin's rows lie in its Parquet file, so that a reader can fetch a few of them alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

# Below so many rows a table is one row group: its footer would weigh more than what is skipped.
WHOLE_ROWS = 20_000
GROUP_ROWS = 2_000
# The codec that every reader knows, browsers' included. Numbers are packed as differences, which
# for money takes a third of what a dictionary of all amounts takes.
CODEC = "snappy"
PACKED = "DELTA_BINARY_PACKED"
LONGEST = 18  # digits of a decimal that is still stored as an integer


class PinFrame(pd.DataFrame):
    """A frame that writes itself in our layout when pins asks it for Parquet."""

    def to_parquet(self, path: Any, **_: Any) -> None:  # type: ignore[override]
        """Write every row and column to `path`; the same rows give the same bytes."""
        write(pa.Table.from_pandas(self, preserve_index=False), Path(path))


def write(table: pa.Table, path: Path) -> None:
    """Write `table`, which is sorted by its first column, in row groups at that column's turns."""
    packed = {field.name: PACKED for field in table.schema if _is_packed(field.type)}
    with pq.ParquetWriter(
        path,
        table.schema,
        compression=CODEC,
        store_decimal_as_integer=True,
        use_dictionary=[name for name in table.column_names if name not in packed],
        column_encoding=packed,
    ) as writer:
        for start, rows in row_groups(table):
            writer.write_table(table.slice(start, rows))


def row_groups(table: pa.Table) -> Iterator[tuple[int, int]]:
    """First row and number of rows of each group: whole values of the first column, few together.

    A large table is cut where its first column changes, unless a value has fewer than `GROUP_ROWS`
    and so have those before it in the group.
    """
    if table.num_rows < WHOLE_ROWS:
        yield 0, table.num_rows
        return
    start = rows = 0
    for run in _runs(table.column(0).to_pylist()):
        if rows and max(rows, run) >= GROUP_ROWS:
            yield start, rows
            start, rows = start + rows, 0
        rows += run
    yield start, rows


def _runs(values: Iterable[object]) -> Iterator[int]:
    return (sum(1 for _ in same) for _, same in groupby(values))


def _is_packed(kind: pa.DataType) -> bool:
    if pa.types.is_decimal(kind):
        return bool(kind.precision <= LONGEST)
    return bool(pa.types.is_integer(kind) or pa.types.is_date(kind))
