"""A database by ODBC, here PostgreSQL through unixODBC: types stay true, one message a fault."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pyodbc
import pytest
import trustme

from processing.config_sources import SourceConfig
from processing.credentials import Credentials
from processing.errors import SourceError
from processing.sources.asked import Asked
from processing.sources.find import find
from processing.sources.source import RawColumn, Source
from tests.integration.projects import NOW, lines, make_project, run_build
from tests.sources.conftest import lacking
from tests.sources.howto import snippet
from tests.sources.postgres import OWNER, PASSWORD, Server
from tests.sources.served import cutting
from tests.sources.shops import DAY, build, bytes_of, contents, not_taken, shop, taken

pytestmark = pytest.mark.server

DRIVER = "PostgreSQL Unicode"
RIGHT = {"SHOP_USER": OWNER, "SHOP_PASSWORD": PASSWORD}
LATER = NOW + timedelta(hours=1)


@pytest.fixture(scope="module")
def server(postgresql: Server) -> Server:
    """The server, where a driver for it is installed."""
    if DRIVER not in pyodbc.drivers():
        lacking("needs an ODBC driver: apt-get install odbc-postgresql")
    postgresql.put("odbc_lines", lines())
    return postgresql


def address(server: Server) -> str:
    place = f"SERVER=127.0.0.1;PORT={server.port};DATABASE=postgres"
    return f"odbc:DRIVER={{{DRIVER}}};{place}"


def test_the_how_to_works(tmp_path: Path, server: Server) -> None:
    """The same pins as from a file, and the password in no byte that is left."""
    text = snippet("Any database by ODBC", address=address(server), table="odbc_lines")
    project = shop(tmp_path / "shop", text)
    build(project, RIGHT)
    run_build(make_project(tmp_path / "file"))
    assert contents(project) == contents(tmp_path / "file")
    assert not build(project, RIGHT, now=LATER).is_new
    assert b"c4nary" not in bytes_of(project)


def test_types_stay_true(tmp_path: Path, server: Server) -> None:
    """No float32, no true that is '1', no decimal that is a float, no lost microsecond."""
    server.run(
        "DROP TABLE IF EXISTS kinds",
        "CREATE TABLE kinds (b boolean, f float8, n numeric(20,3), t timestamp, d date, i bigint,"
        " s text)",
        "INSERT INTO kinds VALUES (true, 0.1::float8/3, 12345678901234567.891,"
        " '2017-01-01 10:00:00.000001', '2017-01-02', 9007199254740993, 'é€'),"
        " (false, NULL, NULL, NULL, NULL, NULL, NULL), (NULL, NULL, NULL, NULL, NULL, NULL, NULL)",
    )
    kinds = {"b": "boolean", "f": "number", "n": "number", "t": "timestamp", "d": "date"}
    kinds |= {"i": "integer", "s": "text"}
    columns = tuple(RawColumn(name, kind, "") for name, kind in kinds.items())  # type: ignore[arg-type]
    source = Source(name="kinds", title="", origin="", licence="", updated="", columns=columns)
    config = SourceConfig(
        address=f"{address(server)};UID={OWNER}",
        table="kinds",
        credentials={"password": "SHOP_PASSWORD"},
    )
    places = (tmp_path, tmp_path / ".cache", tmp_path / "intake", DAY, "UTC")
    asked = Asked(source, config, *places, Credentials(RIGHT, tmp_path / ".env"))
    (file,) = find(asked).files
    rows = pq.read_table(file)
    assert [str(kind) for kind in rows.schema.types] == [
        "bool", "double", "decimal128(20, 3)", "timestamp[us]", "date32[day]", "int64", "string",
    ]  # fmt: skip
    assert rows["b"].to_pylist() == [True, False, None]
    first = rows.slice(0, 1).to_pylist()[0]
    assert first["f"] == 0.1 / 3
    assert str(first["n"]) == "12345678901234567.891"
    assert first["t"].microsecond == 1
    assert first["i"] == 9007199254740993
    assert first["s"] == "é€"
    assert pa.types.is_boolean(rows.schema.field("b").type)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("SHOP_PASSWORD", "OTHER_PASSWORD", "the server refuses user or password"),
        ("odbc_lines", "gone", "there is no such table or column"),
        ("PORT={port}", "PORT=1", "the server does not answer"),
        ("DATABASE=postgres", "DATABASE=postgres;SSLmode=require", "no secure connection"),
        (
            '"odbc_lines"',
            '"odbc_lines"\nchanged = "SELECT password FROM odbc_lines"',
            "no such table",
        ),
        (f"DRIVER={{{DRIVER}}}", "DSN=nowhere", "no such data source is set up"),
        (f"{{{DRIVER}}}", "{Nope}", "its driver cannot be loaded"),
        ("table", "query = 'DELETE FROM odbc_lines RETURNING *' #", "cannot be read"),
    ],
)
def test_what_is_said_of_a_fault(
    tmp_path: Path, server: Server, old: str, new: str, says: str
) -> None:
    """One message without the password, exit code 11, nothing half-written."""
    text = (
        f'address = "{address(server)}"\ntable = "odbc_lines"\n'
        'credentials.user = "SHOP_USER"\ncredentials.password = "SHOP_PASSWORD"'
    )
    old = old.replace("{port}", str(server.port))
    assert old in text
    project = shop(tmp_path / "shop", text.replace(old, new))
    found = not_taken(project, RIGHT | {"OTHER_PASSWORD": "wrong-c4nary"})
    assert says in found or new.startswith("query")
    assert ("OTHER_PASSWORD (found in the environment)" in found) == (new == "OTHER_PASSWORD")
    assert "c4nary" not in found


def test_a_user_who_may_not_read_it(tmp_path: Path, server: Server) -> None:
    server.run("DROP ROLE IF EXISTS reader", f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'")
    text = snippet("Any database by ODBC", address=address(server), table="odbc_lines")
    found = not_taken(shop(tmp_path / "shop", text), RIGHT | {"SHOP_USER": "reader"})
    assert "may not be read" in found


def test_a_certificate_that_does_not_match(tmp_path: Path, server: Server) -> None:
    """Of another name, and of an issuer nobody trusts; the right one is taken."""
    stranger = tmp_path / "stranger.pem"
    trustme.CA().cert_pem.write_to_path(str(stranger))
    with server.over_tls("localhost") as issuer:

        def asked(name: str, host: str, trusted: Path) -> Path:
            place = address(server).replace("127.0.0.1", host)
            safe = f"{place};SSLmode=verify-full;pqopt={{sslrootcert={trusted}}}"
            text = snippet("Any database by ODBC", address=safe, table="odbc_lines")
            return shop(tmp_path / name, text)

        assert taken(asked("right", "localhost", issuer), RIGHT).num_rows == 258
        for name, host, trusted in (
            ("other name", "127.0.0.1", issuer),
            ("other issuer", "localhost", stranger),
        ):
            found = not_taken(asked(name, host, trusted), RIGHT)
            assert "the server's certificate cannot be trusted" in found
            assert "c4nary" not in found


def test_a_connection_that_is_cut_half_way(tmp_path: Path, server: Server) -> None:
    """Rows that came before the cut are not kept."""
    server.put("many_lines", lines())
    server.run("INSERT INTO many_lines SELECT m.* FROM many_lines m, generate_series(1, 400)")
    with cutting(server.port, after=200_000) as port:
        place = address(server).replace(f"PORT={server.port}", f"PORT={port}")
        text = snippet("Any database by ODBC", address=place, table="many_lines")
        found = not_taken(shop(tmp_path / "shop", text), RIGHT)
    assert "run again; the last release is served unchanged" in found
    assert "c4nary" not in found


def test_a_secure_connection_that_is_cut_half_way(tmp_path: Path, server: Server) -> None:
    """It was made, so that none can be made is not what is wrong."""
    server.put("many_lines", lines())
    server.run("INSERT INTO many_lines SELECT m.* FROM many_lines m, generate_series(1, 400)")
    with server.over_tls("localhost"), cutting(server.port, after=200_000) as port:
        place = address(server).replace(f"PORT={server.port}", f"PORT={port}") + ";SSLmode=require"
        text = snippet("Any database by ODBC", address=place, table="many_lines")
        found = not_taken(shop(tmp_path / "shop", text), RIGHT)
    assert "the connection was cut while it was read" in found
    assert "run again; the last release is served unchanged" in found


def test_a_value_of_another_type(tmp_path: Path, server: Server) -> None:
    """A text where a number was declared stops the build before anything is made of it."""
    server.put("odd_lines", lines())
    server.run("ALTER TABLE odd_lines ALTER store_id TYPE text USING 'seven'")
    text = snippet("Any database by ODBC", address=address(server), table="odd_lines")
    with pytest.raises(SourceError, match="store_id is String, not integer"):
        build(shop(tmp_path / "shop", text), RIGHT)
