"""A table of an SQLite file, read-only, by Python's own driver; types are those declared."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import quote

import pyarrow as pa

from processing.sources.asked import Asked
from processing.sources.embedded import file_of, mark, unreadable
from processing.sources.intake import take_in
from processing.sources.location import Location
from processing.sources.query import only, quote_name, select
from processing.sources.typed import Row, typed


def locate(asked: Asked) -> Location:
    """The rows of the table or query, as files. SourceError for a value of another type."""
    file = f"file:{quote(str(file_of(asked)))}?mode=ro"
    try:  # Arrow fetches in a thread of its own, and nobody else does meanwhile
        with closing(sqlite3.connect(file, uri=True, check_same_thread=False)) as connection:
            connection.execute("PRAGMA query_only = ON")
            return take_in(
                asked, lambda: _mark(asked, connection), lambda: _rows(asked, connection)
            )
    except sqlite3.Error as error:
        raise unreadable(asked, error) from error


def _mark(asked: Asked, connection: sqlite3.Connection) -> str | None:
    if question := only(asked, "changed"):
        return repr(connection.execute(question).fetchall())
    return mark(file_of(asked), "-wal")


def _rows(asked: Asked, connection: sqlite3.Connection) -> pa.RecordBatchReader:
    # SQLite takes a quoted name that is no column for a text, so the names are compared here.
    probe = connection.execute(select(asked, columns="*", bounded=False) + " LIMIT 0")
    asked.need_columns(column[0] for column in probe.description)
    cursor = connection.execute(select(asked, whole_days=True) + _no_day(asked))
    return typed(asked, asked.schema, _fetched(asked, cursor))


def _no_day(asked: Asked) -> str:
    """What is no day at all comes too, so that it is an error and not a row that is missing."""
    bound = asked.bound
    if bound is None or isinstance(bound.limit, int):
        return ""
    return f" OR {quote_name(bound.column)} NOT GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*'"


def _fetched(asked: Asked, cursor: sqlite3.Cursor) -> Iterator[Row]:
    try:
        yield from cursor
    except sqlite3.Error as error:
        raise unreadable(asked, error) from error
