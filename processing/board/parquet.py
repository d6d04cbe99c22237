"""Parse a pin's file, which was verified before, within bounds that are checked before decoding."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq

from processing.board.manifest import PinEntry
from processing.errors import BoardError

MAX_ROWS = 10_000_000
MAX_COLUMNS = 1_000
MAX_ROW_GROUPS = 10_000
MAX_CELLS = 200_000_000
MAX_DECODED_BYTES = 2 * 1024 * 1024 * 1024  # as the file's own footer states it
MAX_FOOTER_BYTES = 32 * 1024 * 1024


def parse(content: bytes, entry: PinEntry) -> pa.Table:
    """The rows in `content`. BoardError when it is no Parquet, too large, or of other length."""
    try:
        with pq.ParquetFile(
            io.BytesIO(content),
            thrift_string_size_limit=MAX_FOOTER_BYTES,
            thrift_container_size_limit=MAX_CELLS,
        ) as file:
            _check_bounds(file.metadata, entry)
            table = file.read()
    except (pa.ArrowException, OSError) as error:
        raise _refused(entry, str(error).splitlines()[0], "a Parquet file") from error
    return table.replace_schema_metadata(None)


def _check_bounds(found: pq.FileMetaData, entry: PinEntry) -> None:
    """Hold what the footer states against the bounds and the release; BoardError beyond them."""
    if found.num_rows != entry.rows:
        raise _refused(entry, f"{found.num_rows:,} rows", f"{entry.rows:,} rows, as released")
    decoded = sum(found.row_group(at).total_byte_size for at in _groups(found, entry))
    for value, most, unit in (
        (found.num_rows, MAX_ROWS, "rows"),
        (found.num_columns, MAX_COLUMNS, "columns"),
        (found.num_rows * found.num_columns, MAX_CELLS, "cells"),
        (decoded, MAX_DECODED_BYTES, "bytes once decoded"),
    ):
        if value > most:
            raise _refused(entry, f"{value:,} {unit}", f"at most {most:,}")


def _groups(found: pq.FileMetaData, entry: PinEntry) -> range:
    if found.num_row_groups > MAX_ROW_GROUPS:
        says = f"at most {MAX_ROW_GROUPS:,}"
        raise _refused(entry, f"{found.num_row_groups:,} row groups", says)
    return range(found.num_row_groups)


def _refused(entry: PinEntry, found: str, expected: str) -> BoardError:
    return BoardError(
        f"Pin {entry.name} version {entry.version} is not read",
        found=found,
        expected=expected,
        next_step=f"run `millpond build --force {entry.name}`, or `millpond release rollback`",
    )
