"""Files that lie here: read by the format that millpond.toml names, or else by their ending."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from processing.config import load_config
from processing.errors import ContractError
from processing.site.machine import machine_report
from processing.tables.registry import load_tables
from tests.integration.projects import FLIGHTS, TOML, make_project, run_build
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


def test_a_column_without_any_value_has_its_declared_type(tmp_path: Path) -> None:
    """Nothing in a text file tells it: the pin is that of Parquet, which does; so with no row."""
    folder = make_project(tmp_path / "shop")
    none = pa.nulls(len(FLIGHTS), pa.float64())
    flights = FLIGHTS.set_column(1, "dep_delay", none)
    table = {"departures_by_rain": load_tables()["departures_by_rain"]}
    pq.write_table(flights, folder / "flights.parquet")
    before = run_build(folder, tables=table).release.manifest.pins
    toml = (folder / "millpond.toml").read_text(encoding="utf-8")
    pyarrow.csv.write_csv(flights, folder / "flights.csv")
    rows = [row | {"time_hour": row["time_hour"].isoformat()} for row in flights.to_pylist()]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "flights.json").write_text(text, encoding="utf-8")
    for name in ("flights.csv", "flights.json"):
        other = toml.replace('"flights.parquet"', f'"{name}"')
        (folder / "millpond.toml").write_text(other, encoding="utf-8")
        assert run_build(folder, tables=table).release.manifest.pins == before
    header = (folder / "flights.csv").read_text(encoding="utf-8").splitlines()[0]
    (folder / "flights.csv").write_text(header + "\n", encoding="utf-8")
    csv = toml.replace('"flights.parquet"', '"flights.csv"')
    (folder / "millpond.toml").write_text(csv, encoding="utf-8")
    with pytest.raises(ContractError, match="at least one row"):
        run_build(folder, tables=table)


def test_what_is_said_of_an_ending_that_nobody_knows(tmp_path: Path) -> None:
    """The key that would help is named."""
    folder = make_project(tmp_path / "shop")
    (folder / "departments.csv").rename(folder / "departments.txt")
    toml = folder / "millpond.toml"
    toml.write_text(TOML.replace(LOCAL, 'address = "departments.txt"\n'), encoding="utf-8")
    assert 'add format = "csv"' in refused(folder, {})
