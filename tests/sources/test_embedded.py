"""Database files of SQLite and DuckDB, and boards of other projects, as sources."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pins
import pytest

from processing.board.reader import open_release
from processing.config_sources import SourceConfig
from processing.credentials import Credentials
from processing.errors import SourceError
from processing.sources import embedded
from processing.sources.asked import Asked
from processing.sources.find import find
from processing.sources.source import RawColumn, Source
from tests.integration.projects import NOW, lines, make_project, run_build
from tests.sources.howto import snippet
from tests.sources.shops import DAY, build, contents, not_taken, shop, taken

LATER = NOW + timedelta(hours=1)
KINDS = {"sqlite": "sqlite3", "duckdb": "duckdb"}
TYPES = {int: "INTEGER", float: "REAL", datetime: "TEXT"}


def into_sqlite(path: Path) -> None:
    rows = lines().to_pylist()
    columns = ", ".join(f"{name} {TYPES[type(value)]}" for name, value in rows[0].items())
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"CREATE TABLE lines ({columns})")
        marks = ", ".join("?" * len(rows[0]))
        plain = [[str(v) if isinstance(v, datetime) else v for v in row.values()] for row in rows]
        connection.executemany(f"INSERT INTO lines VALUES ({marks})", plain)


def into_duckdb(path: Path) -> None:
    with closing(duckdb.connect(str(path))) as connection:
        connection.register("given", lines())
        connection.execute("CREATE TABLE lines AS SELECT * FROM given")


@pytest.mark.parametrize(
    ("title", "fill", "file"),
    [("SQLite", into_sqlite, "shop.db"), ("DuckDB", into_duckdb, "shop.duckdb")],
)
def test_the_how_to_works(
    tmp_path: Path, title: str, fill: Callable[[Path], None], file: str
) -> None:
    """The same pins as from a file; only the days asked for; unchanged, it is not opened again."""
    project = shop(tmp_path / "shop", snippet(title))
    (project / "data").mkdir()
    fill(project / "data" / file)
    build(project, {})
    run_build(make_project(tmp_path / "file"))
    assert contents(project) == contents(tmp_path / "file")
    assert not build(project, {}, now=LATER).is_new


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("ALTER TABLE lines RENAME COLUMN store_id TO shop_id", "no column store_id"),
        ("ALTER TABLE lines RENAME TO other", "no such table: lines"),
        ("UPDATE lines SET store_id = 'seven' WHERE basket_id = 171", "row 7: 'seven'"),
        ("UPDATE lines SET transaction_timestamp = 'noon' WHERE basket_id = 171", "'noon'"),
    ],
)
def test_sqlite_holds_no_other_type_than_was_declared(
    tmp_path: Path, statement: str, says: str
) -> None:
    """SQLite itself takes any value in any column; the message names the first that is strange."""
    project = shop(tmp_path / "shop", 'address = "sqlite:shop.db"\ntable = "lines"')
    into_sqlite(project / "shop.db")
    with closing(sqlite3.connect(project / "shop.db")) as connection, connection:
        connection.execute(statement)
    assert says in not_taken(project, {})


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
@pytest.mark.parametrize(
    ("content", "says"),
    [(None, "no such file"), (b"not a database" * 99, "the database cannot be read")],
)
def test_a_file_that_is_no_database(
    tmp_path: Path, kind: str, content: bytes | None, says: str
) -> None:
    """One message; and no file is made where there was none."""
    project = shop(tmp_path / "shop", f'address = "{kind}:shop.db"\ntable = "lines"')
    if content:
        (project / "shop.db").write_bytes(content)
    assert says in not_taken(project, {})
    assert (project / "shop.db").exists() is bool(content)


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_a_file_that_another_program_writes(tmp_path: Path, kind: str) -> None:
    """Nothing is wrong with millpond.toml: once it has ended, the rows are read."""
    project = shop(tmp_path / "shop", f'address = "{kind}:shop.db"\ntable = "lines"')
    file = project / "shop.db"
    {"sqlite": into_sqlite, "duckdb": into_duckdb}[kind](file)
    begin = ", isolation_level=None).execute('BEGIN EXCLUSIVE'" if kind == "sqlite" else ""
    opened = f"held = d.connect({str(file)!r}{begin})"
    code = f"import {KINDS[kind]} as d; {opened}; print(flush=True); input()"
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
        assert writer.stdout
        writer.stdout.readline()
        found = not_taken(project, {})
        writer.kill()
    assert "another program is writing to the database" in found
    assert "run again when it has closed the file" in found
    assert taken(project, {}).num_rows


def test_a_table_that_is_gone_from_a_file_of_duckdb(tmp_path: Path) -> None:
    project = shop(tmp_path / "shop", 'address = "duckdb:shop.db"\ntable = "gone"')
    into_duckdb(project / "shop.db")
    assert "Table with name gone does not exist" in not_taken(project, {})


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_a_database_file_is_never_written(tmp_path: Path, kind: str) -> None:
    """Not even by a query of the configuration."""
    query = 'query = "DELETE FROM lines RETURNING *"'
    project = shop(tmp_path / "shop", f'address = "{kind}:shop.db"\n{query}')
    {"sqlite": into_sqlite, "duckdb": into_duckdb}[kind](project / "shop.db")
    before = (project / "shop.db").read_bytes()
    not_taken(project, {})
    assert (project / "shop.db").read_bytes() == before


def test_a_file_that_was_just_written_is_read_again(tmp_path: Path) -> None:
    """It may change once more within the same tick of the clock."""
    (tmp_path / "shop.db").write_bytes(b"x")
    assert embedded.mark(tmp_path / "shop.db", "-wal") is None


def pin_source(folder: Path, address: str, table: str | None) -> Asked:
    """A source over the pin `sales_by_week` of another project."""
    columns = (RawColumn("week", "integer", "the week"),)
    source = Source(name="weeks", title="", origin="", licence="", updated="", columns=columns)
    config = SourceConfig(address=address, table=table)
    places = (folder, folder / ".cache", folder / "intake", DAY, "UTC")
    return Asked(source, config, *places, Credentials({}, folder / ".env"))


def test_a_pin_of_another_project_is_a_source(tmp_path: Path) -> None:
    """Of its served release, and only while the bytes are those that were released."""
    other = make_project(tmp_path / "other")
    run_build(other)
    config = snippet("Pins of another project", address="board:other/board", table="weeks")
    assert 'address = "board:other/board"' in config
    asked = pin_source(tmp_path, "board:other/board", "weeks")
    (file,) = find(asked).files
    release = open_release(other / "board")
    assert file == release.path("weeks")
    file.write_bytes(file.read_bytes() + b"x")
    with pytest.raises(SourceError, match="the board does not give it") as caught:
        find(asked)
    assert "is not what was released" in str(caught.value)
    with pytest.raises(SourceError, match="the board does not give it"):
        find(pin_source(tmp_path, "board:other/board", "no_such_pin"))


def test_a_pin_that_plain_pins_wrote_is_a_source(tmp_path: Path) -> None:
    """As anybody keeps them, in Python or in R; but nothing that could run when it is read."""
    board = pins.board_folder(str(tmp_path / "plain"), allow_pickle_read=True)
    frame = lines().to_pandas()[["week"]]
    board.pin_write(frame, "weeks", type="csv", versioned=True)
    board.pin_write({"a": 1}, "model", type="joblib", versioned=True)
    found = find(pin_source(tmp_path, "board:plain", "weeks"))
    assert found.format == "csv"
    with pytest.raises(SourceError, match="the board does not give it") as caught:
        find(pin_source(tmp_path, "board:plain", "model"))
    assert "type joblib" in str(caught.value)
    with pytest.raises(SourceError, match="the board does not give it"):
        find(pin_source(tmp_path, "board:plain", "gone"))
