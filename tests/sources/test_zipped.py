"""A file in a ZIP archive as a source: the same rows, and one message a fault."""

from __future__ import annotations

import io
from pathlib import Path
from zipfile import ZipFile

import pyarrow.csv
import pytest

from processing.config import load_config
from processing.site.machine import machine_report
from tests.integration.projects import lines
from tests.sources.shops import not_taken, shop, taken

TEXT = 'address = "lines.csv.zip"\nempty = "NA"'


def archive(folder: Path, *names: str, content: bytes = b"") -> Path:
    with ZipFile(folder / "lines.csv.zip", "w") as found:
        for name in names:
            found.writestr(name, content or as_csv())
    return folder


def as_csv() -> bytes:
    file = io.BytesIO()
    pyarrow.csv.write_csv(lines(43), file)
    return file.getvalue()


def test_the_rows_are_those_of_the_file_inside(tmp_path: Path) -> None:
    """And what stands for no value is none."""
    header, first, rest = as_csv().split(b"\n", 2)
    cells = first.split(b",")
    cells[header.replace(b'"', b"").split(b",").index(b"retail_disc")] = b"NA"
    content = b"\n".join([header, b",".join(cells), rest])
    folder = archive(shop(tmp_path / "shop", TEXT), "lines.csv", content=content)
    found = taken(folder, {})
    assert found.num_rows == len(lines(43))
    assert found["retail_disc"].null_count == 1


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (("a.csv", "b.csv"), "not one file of data"),
        (("a.exe",), "not one file of data"),
        ((), "not one file of data"),
    ],
)
def test_an_archive_of_something_else(tmp_path: Path, names: tuple[str, ...], says: str) -> None:
    assert says in not_taken(archive(shop(tmp_path / "shop", TEXT), *names), {})


def test_what_is_no_archive(tmp_path: Path) -> None:
    folder = shop(tmp_path / "shop", TEXT)
    assert "there is no such file" in not_taken(folder, {})
    (folder / "lines.csv.zip").write_bytes(b"PK but no archive")
    assert "it is no ZIP archive" in not_taken(folder, {})


def test_the_doctor_says_how_large_the_archive_is(tmp_path: Path) -> None:
    """Or that there is none: it opens no archive."""
    folder = shop(tmp_path / "shop", TEXT)
    assert "source transactions: no such file (lines.csv.zip)" in _examined(folder)
    path = archive(folder, "lines.csv") / "lines.csv.zip"
    size = f"{path.stat().st_size:,} bytes"
    assert f"source transactions: {size} at lines.csv.zip" in _examined(folder)


def _examined(folder: Path) -> list[str]:
    return [*machine_report(load_config(folder))]
