"""Any database by ODBC, by the name of a data source or a connection string; types stay true."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from processing.errors import AGAIN, SourceError, needs
from processing.sources.arrow import MAX_DIGITS
from processing.sources.asked import Asked
from processing.sources.intake import take_in
from processing.sources.location import Location
from processing.sources.query import only, select, values
from processing.sources.typed import BATCH, Row, typed

SECONDS = 15  # to connect
QUOTE = 29  # SQL_IDENTIFIER_QUOTE_CHAR of the ODBC standard
NOT_THERE = "42"
CUT = "08S01"
# By the driver's own words, since most states stand for any fault of a connection.
WORDS = {
    "certificate": "the server's certificate cannot be trusted",
    "SSL": "no secure connection can be made",
    "password": "the server refuses user or password",
}
STATES = {
    "IM002": "no such data source is set up on this machine",
    "01000": "its driver cannot be loaded",
    "28": "the server refuses user or password",
    NOT_THERE: "there is no such table or column, or it may not be read",
    CUT: "the connection was cut while it was read",
    "08": "the server does not answer",
    "HYT": "the server does not answer in time",
}
KINDS = {
    bool: pa.bool_(),
    int: pa.int64(),
    float: pa.float64(),
    str: pa.string(),
    datetime: pa.timestamp("us"),
    date: pa.date32(),
}


def locate(asked: Asked) -> Location:
    """The rows of the table or query, as files. SourceError, without any credential, on failure.

    Without a query `changed` nobody can say whether the rows are others: they are read each time.
    """
    with needs("odbc", "pyodbc"):
        import pyodbc
    try:
        with closing(pyodbc.connect(_string(asked), readonly=True, timeout=SECONDS)) as found:
            return take_in(asked, lambda: _mark(asked, found), lambda: _rows(asked, found))
    except pyodbc.Error as error:
        raise _said(asked, error) from error


def _said(asked: Asked, error: Exception) -> SourceError:
    state, text = str(error.args[0]), str(error.args[-1])
    known = [says for start, says in STATES.items() if state.startswith(start)]
    # A column may well be named `password`, and a connection that was cut may have been one by SSL.
    if not state.startswith((NOT_THERE, CUT)):
        known = [says for word, says in WORDS.items() if word in text] + known
    what = known[0] if known else "cannot be read"
    passes = "answer" in what or "cut" in what
    refused = asked.shows if "refuses" in what else ""
    return asked.fault(what, text, next_step=AGAIN if passes else refused)


def _string(asked: Asked) -> str:
    """The connection string, with what is secret filled in as ODBC escapes it."""
    parts = [asked.config.address.removeprefix("odbc:").rstrip(";")]
    for key, role in (("UID", "user"), ("PWD", "password")):
        if (value := asked.credential(role)) is not None:
            parts.append(f"{key}={_escaped(value)}")
    return ";".join(parts)


def _escaped(value: str) -> str:
    """In braces only where it must be: some drivers take braces for a part of the user's name."""
    if not set(value) & set(";{}[]()?*=!@,") and value == value.strip():
        return value
    return "{" + value.replace("}", "}}") + "}"


def _mark(asked: Asked, connection: Any) -> str | None:
    question = only(asked, "changed")
    return repr(connection.execute(question).fetchall()) if question else None


def _rows(asked: Asked, connection: Any) -> pa.RecordBatchReader:
    quoted = str(connection.getinfo(QUOTE)).strip() or '"'
    cursor = connection.cursor()
    cursor.execute(select(asked, quoted, mark="?"), *values(asked))
    return typed(asked, _schema(asked, cursor.description), _fetched(asked, cursor))


def _fetched(asked: Asked, cursor: Any) -> Iterator[Row]:
    import pyodbc

    try:
        while rows := cursor.fetchmany(BATCH):
            yield from rows
    except pyodbc.Error as error:
        raise _said(asked, error) from error


def _schema(asked: Asked, described: Any) -> pa.Schema:
    """Types as the driver tells them; what was declared to be true or false is, however it comes.

    Each of `described` is name, Python's type, then display size, size, precision and scale.
    """
    fields = []
    for column, (name, kind, _, _, precision, scale, _) in zip(
        asked.source.columns, described, strict=True
    ):
        if column.type == "boolean":
            found = pa.bool_()
        elif kind is Decimal and precision <= MAX_DIGITS:
            found = pa.decimal128(precision, scale)
        elif kind in KINDS:
            found = KINDS[kind]
        else:
            raise asked.fault(f"{name} has a type that cannot be read", kind.__name__, column.type)
        fields.append(pa.field(column.name, found))
    return pa.schema(fields)
