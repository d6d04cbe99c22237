"""A table's code fingerprint follows what the code does, not how it is written down."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import FunctionType, ModuleType

import pytest

from processing.build.fingerprint import code_hash, contract_hash, short_hash
from processing.build.make import making_hash
from processing.contracts.contract import Column, Contract

CODE = '''
import datetime
from decimal import Decimal

from processing.tables import columns as shared

LIMIT = 5
CODES = frozenset({"a", "b"})
FIRST = datetime.date(2017, 1, 1)
STEP = Decimal("0.1")
DEEP = {"x": {1, 2}}

class Kind:
    def size(self):
        return STEP

NAMES = {"a": ("x", 1)}

def helper(x):
    return x + LIMIT

def main(x):
    """Say something."""
    # a comment
    shared.column
    return [helper(y) for y in NAMES], CODES, FIRST, DEEP, Kind
'''


def hashed(folder: Path, text: str) -> str:
    """The hash of `main` in a module of our package that holds `text`."""
    code_hash.cache_clear()
    path = folder / f"module_{len(list(folder.iterdir()))}.py"
    path.write_text(text, encoding="utf-8")
    name = "processing.throwaway"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module: ModuleType = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
        assert isinstance(module.main, FunctionType)
        return code_hash(module.main)
    finally:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# a comment", "# another"),
        ("Say something.", "Say it better."),
        ("def helper", "\n\n\ndef helper"),
    ],
)
def test_comments_docstrings_and_places_do_not_count(tmp_path: Path, old: str, new: str) -> None:
    """They cannot change a number."""
    assert hashed(tmp_path, CODE) == hashed(tmp_path, CODE.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("x + LIMIT", "x - LIMIT"),
        ("LIMIT = 5", "LIMIT = 6"),
        ('("x", 1)', '("x", 2)'),
        ("helper(y) for", "helper(y + 1) for"),
        ('{"a", "b"}', '{"a", "c"}'),
        ("date(2017, 1, 1)", "date(2017, 1, 2)"),
        ('Decimal("0.1")', 'Decimal("0.2")'),
        ("{1, 2}", "{1, 3}"),
        ("return STEP", "return -STEP"),
    ],
)
def test_everything_that_can_be_reached_counts(tmp_path: Path, old: str, new: str) -> None:
    """Helpers, constants, and what stands in comprehensions."""
    assert old in CODE
    assert hashed(tmp_path, CODE) != hashed(tmp_path, CODE.replace(old, new))


def test_helpers_reached_through_a_module_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`shared.column` is as much part of the code as `column` would be."""
    before = hashed(tmp_path, CODE)
    monkeypatch.setattr("processing.tables.columns.column", lambda: None)
    assert hashed(tmp_path, CODE) != before


@pytest.mark.parametrize(
    "step",
    [
        "processing.contracts.suppress._protect",
        "processing.contracts.check._column_rules",
        "processing.contracts.schema.arrow_schema",
        "processing.board.content.CELL",
    ],
)
def test_what_every_table_goes_through_counts(monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """A mended rule, or a cell that is withheld from now on, reaches tables made before."""
    before = making_hash()
    code_hash.cache_clear()
    monkeypatch.setattr(step, Path)
    assert making_hash.__wrapped__() != before
    code_hash.cache_clear()


def test_a_hash_is_the_same_in_another_process() -> None:
    """Sets have another order in each; a hash that followed it would rebuild on every run."""
    code = (
        "from processing.build.fingerprint import code_hash; "
        "from processing.build.make import making_hash; "
        "from processing.tables.registry import load_tables; "
        "print(making_hash()); "
        "print({name: code_hash(table.function) for name, table in load_tables().items()})"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1


def test_parts_of_a_hash_are_told_apart() -> None:
    """What is moved from one part to the next is another thing."""
    assert short_hash("ab", "c") != short_hash("a", "bc")


def test_a_contract_has_a_hash_of_its_own() -> None:
    """Any word of it counts, since readers see them."""
    column = Column(name="a", type="int16", unit="u", meaning="m")
    contract = Contract(title="T", grain="g", key=("a",), columns=(column,))
    other = Contract(title="T", grain="g", key=("a",), columns=(column,), cadence="daily")
    assert contract_hash(contract) != contract_hash(other)
