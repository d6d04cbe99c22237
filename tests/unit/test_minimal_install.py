"""What must work without the extras, and what must not be loaded before it is needed."""

from __future__ import annotations

import subprocess
import sys

from tests.conftest import ROOT

# Extras and developers' tools: a person who installed `millpond` alone has none of these.
EXTRAS = (
    *("adbc_driver_manager", "adbc_driver_postgresql", "pyodbc", "s3fs", "keyring", "dotenv"),
    *("hypothesis", "kaleido", "mypy", "nbval", "playwright", "pyspark", "pytest", "quarto_cli"),
)
SLOW = ("duckdb", "great_tables", "lxml", "nbclient", "pandas", "plotly", "pyarrow")

IMPORT_ALL = f"""
import importlib, importlib.abc, pkgutil, sys

class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] in {EXTRAS!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
import processing
for module in pkgutil.walk_packages(processing.__path__, "processing."):
    if module.name not in ("processing.__main__", "processing.engines.spark"):
        importlib.import_module(module.name)
"""
IMPORT_CLI = f"""
import sys
import processing.cli
print(*sorted(set({SLOW!r}) & set(sys.modules)))
"""

# What decides whether there is anything to do: most runs of a schedule find that there is not.
DECIDE = f"""
import sys
import processing.build.elsewhere, processing.build.run, processing.site.run
import processing.site.check.gate
print(*sorted({set(SLOW) - {"lxml", "pyarrow"}!r} & set(sys.modules)))
"""


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_every_module_can_be_imported_without_the_extras() -> None:
    done = run(IMPORT_ALL)
    assert done.returncode == 0, done.stderr


def test_the_command_line_starts_without_the_slow_libraries() -> None:
    done = run(IMPORT_CLI)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


def test_a_run_with_nothing_to_do_loads_neither_pandas_nor_an_engine() -> None:
    done = run(DECIDE)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
