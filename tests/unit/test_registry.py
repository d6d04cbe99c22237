"""What an author's slip in a module of tables is answered with."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import processing.tables
from processing.errors import ConfigError
from processing.tables.registry import load_tables

GOOD = '''
from processing.contracts.contract import Contract
from processing.tables import columns as c
from processing.tables.registry import table

@table(Contract(title="T", grain="One row per week", key=("week",), columns=(c.WEEK,)))
def totals(weeks):
    """Words."""
    return weeks
'''


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that is part of `processing.tables` for one test."""
    known = set(sys.modules)
    monkeypatch.setattr(processing.tables, "__path__", [*processing.tables.__path__, str(tmp_path)])
    yield tmp_path
    for name in set(sys.modules) - known:
        if name.startswith("processing.tables.zz"):
            del sys.modules[name]
            delattr(processing.tables, name.rpartition(".")[2])


def refused(modules: Path, **texts: str) -> str:
    """The message when modules of these texts are loaded; exit code 10."""
    for name, text in texts.items():
        (modules / f"{name}.py").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        load_tables.__wrapped__()
    return str(error.value)


def test_a_module_of_tables_is_found_by_itself(modules: Path) -> None:
    """Nothing lists the tables."""
    (modules / "zz_one.py").write_text(GOOD, encoding="utf-8")
    assert load_tables.__wrapped__()["totals"].inputs == ("weeks",)


def test_a_name_that_stands_twice_is_refused(modules: Path) -> None:
    """Which of the two would be built would hang on the names of their files."""
    message = refused(modules, zz_one=GOOD, zz_two=GOOD)
    assert "Two tables are called totals" in message
    assert "one in processing.tables.zz_one, one in processing.tables.zz_two" in message


def test_a_table_without_a_contract_is_refused(modules: Path) -> None:
    """It would be left out without a word."""
    bare = "from processing.tables.registry import table\n@table\ndef totals(weeks): ...\n"
    assert "Table totals has no contract" in refused(modules, zz_one=bare)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("def totals(:\n", "SyntaxError: invalid syntax (zz_one.py, line 1)"),
        ("from processing.tables import column\n", "ImportError: cannot import name 'column'"),
        ("\n\nnowhere\n", "NameError: name 'nowhere' is not defined"),
    ],
)
def test_a_module_that_cannot_be_imported_is_named(modules: Path, text: str, found: str) -> None:
    """One message without a traceback."""
    message = refused(modules, zz_one=text)
    assert "processing.tables.zz_one cannot be imported" in message
    assert found in message
