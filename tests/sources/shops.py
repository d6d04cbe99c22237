"""A small project whose lines come from elsewhere, and what its builds and errors are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pytest

from processing.board.reader import open_release
from processing.build.run import Build, Report
from processing.config import load_config
from processing.credentials import Credentials
from processing.errors import MillpondError
from processing.sources.asked import Asked
from processing.sources.find import find
from processing.sources.retail import SOURCES
from tests.integration.projects import NOW, TOML, make_project

DAY = date(2017, 2, 12)
LOCAL = '[sources.transactions]\naddress = "transactions.parquet"\n'


def shop(folder: Path, transactions: str) -> Path:
    """A project with this text as the table [sources.transactions]."""
    make_project(folder)
    text = TOML.replace(LOCAL, f"[sources.transactions]\n{transactions}\n")
    assert text != TOML
    (folder / "millpond.toml").write_text(text, encoding="utf-8")
    return folder


def build(
    folder: Path, environment: Mapping[str, str], day: date = DAY, now: datetime = NOW
) -> Report:
    """Build with these variables and no others."""
    job = Build(load_config(folder), day, now, lambda line: None, environment=environment)
    report = job.run()
    assert isinstance(report, Report)
    return report


def contents(folder: Path) -> dict[str, str]:
    """The content hash of every pin of the served release."""
    release = open_release(folder / "board")
    return {entry.name: entry.content_sha256 for entry in release.manifest.pins}


def refused(folder: Path, environment: Mapping[str, str], code: int = 11, day: date = DAY) -> str:
    """The one message of a build that fails; nothing is half written and nothing else changed."""
    before = _files(folder)
    with pytest.raises(MillpondError) as caught:
        build(folder, environment, day)
    assert caught.value.exit_code == code, str(caught.value)
    assert _files(folder) == before
    return str(caught.value)


def asked_for(folder: Path, environment: Mapping[str, str], day: date = DAY) -> Asked:
    """The lines as a build of the project would ask for them."""
    config = load_config(folder)
    places = (config.root, config.cache_path / "sources", config.intake_path)
    source, given = SOURCES["transactions"], config.sources["transactions"]
    credentials = Credentials(environment, folder / ".env")
    return Asked(source, given, *places, day, config.timezone, credentials, lambda line: None)


def taken(folder: Path, environment: Mapping[str, str], day: date = DAY) -> pa.Table:
    """The lines as they are taken in, in the order of their baskets."""
    found = find(asked_for(folder, environment, day))
    columns = [column.name for column in SOURCES["transactions"].columns]
    weeks = pa.schema([("week", pa.int64())])
    hive = ds.partitioning(weeks, flavor="hive") if found.weeks else None
    rows = ds.dataset([str(file) for file in found.files], format="parquet", partitioning=hive)
    return rows.to_table(columns).sort_by("basket_id")


def not_taken(folder: Path, environment: Mapping[str, str], code: int = 11) -> str:
    """The one message when the lines cannot be taken in; nothing is half-written."""
    before = _files(folder)
    with pytest.raises(MillpondError) as caught:
        taken(folder, environment)
    assert caught.value.exit_code == code, str(caught.value)
    assert _files(folder) == before
    return str(caught.value)


def _files(folder: Path) -> set[str]:
    """Everything but locks and empty folders."""
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in {".lock", "hashes.json"}
    }


def bytes_of(folder: Path) -> bytes:
    """Every byte below a folder, names included."""
    return b"\n".join(
        str(path).encode() + path.read_bytes() for path in folder.rglob("*") if path.is_file()
    )
