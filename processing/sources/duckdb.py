"""A table of a DuckDB file, read-only; the file is opened beside the engine, whichever that is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import duckdb
import pyarrow as pa

from processing.sources.asked import Asked
from processing.sources.embedded import file_of, mark, unreadable
from processing.sources.intake import take_in
from processing.sources.location import Location
from processing.sources.query import only, select

BATCH = 100_000
SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "enable_external_access": False,  # a view in the file reaches nothing else
    "memory_limit": "1GB",
}


def locate(asked: Asked) -> Location:
    """The rows of the table or query, as files. SourceError on failure."""
    path = file_of(asked)
    try:
        with closing(duckdb.connect(str(path), read_only=True, config=SETTINGS)) as connection:
            return take_in(
                asked, lambda: _mark(asked, connection), lambda: _rows(asked, connection)
            )
    except duckdb.Error as error:
        raise unreadable(asked, error) from error


def _mark(asked: Asked, connection: duckdb.DuckDBPyConnection) -> str | None:
    if question := only(asked, "changed"):
        return repr(connection.execute(question).fetchall())
    return mark(file_of(asked), ".wal")


def _rows(asked: Asked, connection: duckdb.DuckDBPyConnection) -> pa.RecordBatchReader:
    found = connection.sql(select(asked)).to_arrow_reader(BATCH)
    assert found is not None
    return pa.RecordBatchReader.from_batches(found.schema, _fetched(asked, found))


def _fetched(asked: Asked, rows: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    try:
        yield from rows
    except (duckdb.Error, pa.ArrowException) as error:
        raise unreadable(asked, error) from error
