"""PostgreSQL by ADBC: the columns and rows asked for as one query, streamed as Arrow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import quote

import pyarrow as pa

from processing.errors import AGAIN, SourceError, needs
from processing.sources.asked import Asked
from processing.sources.intake import take_in
from processing.sources.location import Location
from processing.sources.query import only, select

SECONDS = 15  # to connect; a query may take as long as it takes, on a line that is there
# Else a server that is gone without a word is waited for for two hours, as the system has it.
SILENT = {
    "connect_timeout": SECONDS,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,  # milliseconds
}
# The same text means that no transaction has ended since: the rows that can be seen are the same.
UNCHANGED = (
    "select pg_current_snapshot()::text, system_identifier::text, current_database()"
    " from pg_control_system()"
)
SETTINGS = (
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
    "SET LOCAL TIME ZONE 'UTC'",
)
# The first that is found: a certificate that is told not to exist is no table that does not.
SAYS = {
    "root certificate file": "the file with the issuers to trust is not there",
    "server certificate": "the server's certificate cannot be trusted",
    "certificate verify failed": "the server's certificate cannot be trusted",
    "password authentication failed": "the server refuses user or password",
    "no password supplied": "the server asks for a password",
    "does not exist": "there is no such database, role or table",
    "SSL": "no secure connection can be made",
    "permission denied": "the user may not read it",
    "could not translate host name": "the server is not known",
    "Connection refused": "the server does not answer",
    "timeout": "the server does not answer in time",
}
REFUSED = ("the server refuses user or password", "the user may not read it")


def locate(asked: Asked) -> Location:
    """The rows of the table or query, as files. SourceError, without any credential, on failure."""
    with _connected(asked) as connection:
        return take_in(asked, lambda: _mark(asked, connection), lambda: _rows(asked, connection))


@contextmanager
def _connected(asked: Asked) -> Iterator[Any]:
    with needs("postgresql", "adbc-driver-postgresql"):
        from adbc_driver_manager import Error
        from adbc_driver_postgresql import dbapi
    try:
        with closing(dbapi.connect(_address(asked), autocommit=False)) as connection:
            with connection.cursor() as cursor:  # one moment, in UTC, and nothing can be changed
                for setting in SETTINGS:
                    cursor.execute(setting)
            yield connection
    except Error as error:
        raise said(asked, error) from error


def said(asked: Asked, error: Exception) -> SourceError:
    """What the driver says, in one message."""
    text = str(error)
    what = next((says for part, says in SAYS.items() if part in text), "cannot be read")
    refused = asked.shows if what in REFUSED else ""
    return asked.fault(what, text, next_step=AGAIN if "closed the connection" in text else refused)


def _address(asked: Asked) -> str:
    """The address with user and password filled in; libpq reads its options after the `?`."""
    parts = asked.parts
    user = asked.credential("user")
    password = asked.credential("password")
    netloc = parts.netloc.rpartition("@")[2]
    name = quote(user, safe="") if user else parts.netloc.rpartition("@")[0]
    if password is not None:
        name += ":" + quote(password, safe="")
    options = [parts.query] if parts.query else []
    options += [f"{name}={value}" for name, value in SILENT.items() if name not in parts.query]
    return f"postgresql://{name}@{netloc}{parts.path}?{'&'.join(options)}"


def _mark(asked: Asked, connection: Any) -> str:
    """What stands for the rows: the answer to `changed`, or the server's own snapshot."""
    with connection.cursor() as cursor:
        cursor.execute(only(asked, "changed") or UNCHANGED)
        return repr(cursor.fetchall())


def _rows(asked: Asked, connection: Any) -> pa.RecordBatchReader:
    cursor = connection.cursor()
    cursor.execute(select(asked))
    found = cursor.fetch_record_batch()
    return pa.RecordBatchReader.from_batches(found.schema, _held(cursor, found))


def _held(cursor: Any, found: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    """The batches; a cursor that nobody holds any more would close them."""
    with closing(cursor):
        yield from found
