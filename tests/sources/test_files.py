"""Files that lie here: read by the format that millpond.toml names, or else by their ending."""

from __future__ import annotations

from pathlib import Path

from processing.config import load_config
from processing.site.machine import machine_report
from tests.integration.projects import TOML, make_project, run_build
from tests.sources.shops import build, contents, refused

LOCAL = 'address = "departments.csv"\n'


def given(folder: Path, address: str, kind: str) -> Path:
    """The small project, its department names at `address` in the format `kind`."""
    text = TOML.replace(LOCAL, f'address = "{address}"\nformat = "{kind}"\n')
    (folder / "millpond.toml").write_text(text, encoding="utf-8")
    return folder


def test_the_format_that_is_named_goes_before_the_ending(tmp_path: Path) -> None:
    """The same pins from a file of any name, and from a folder; a wrong format is noticed."""
    folder = make_project(tmp_path / "shop")
    run_build(folder)
    before = contents(folder)
    (folder / "names").mkdir()
    (folder / "names" / ".hidden").write_bytes(b"no rows")
    (folder / "departments.csv").rename(folder / "names" / "departments.txt")
    build(given(folder, "names/departments.txt", "csv"), {})
    assert contents(folder) == before
    build(given(folder, "names", "csv"), {})
    assert contents(folder) == before
    size = (folder / "names" / "departments.txt").stat().st_size
    assert f"source department_names: {size} bytes at names" in [
        *machine_report(load_config(folder))
    ]
    (folder / "departments.csv").write_bytes((folder / "names" / "departments.txt").read_bytes())
    assert "cannot be read" in refused(given(folder, "departments.csv", "json"), {})


def test_marks_of_who_wrote_a_folder_are_no_data(tmp_path: Path) -> None:
    """A folder as Spark or Delta leaves it, in a folder named as a file would be."""
    folder = make_project(tmp_path / "shop")
    run_build(folder)
    before = contents(folder)
    written = folder / "lines" / "lines.parquet"
    written.mkdir(parents=True)
    (folder / "transactions.parquet").rename(written / "part-0.parquet")
    (written / "_SUCCESS").touch()
    (written / "_delta_log").mkdir()
    (written / "_delta_log" / "0.json").write_text("{}")
    (written / ".part-0.csv").write_text("no rows")
    toml = folder / "millpond.toml"
    toml.write_text(TOML.replace('"transactions.parquet"', '"lines"'), encoding="utf-8")
    build(folder, {})
    assert contents(folder) == before


def test_what_is_said_of_an_ending_that_nobody_knows(tmp_path: Path) -> None:
    """The key that would help is named."""
    folder = make_project(tmp_path / "shop")
    (folder / "departments.csv").rename(folder / "departments.txt")
    toml = folder / "millpond.toml"
    toml.write_text(TOML.replace(LOCAL, 'address = "departments.txt"\n'), encoding="utf-8")
    assert 'add format = "csv"' in refused(folder, {})
