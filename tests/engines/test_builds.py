"""Whole builds on Spark: the same pins, the same words about bad data, the same samples."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from processing.build.inputs import Input, find_inputs
from processing.build.run import Build, Report
from processing.config import Config, load_config
from processing.engines.engine import Engine
from processing.errors import ContractError, SourceError
from processing.sources.hashes import Hashes
from processing.tables.registry import load_tables
from tests.engines.conftest import SPARK
from tests.integration.projects import NOW, lines, make_project, run_build
from tests.integration.test_build import by_week
from tests.sources.shops import DAY, shop

pytestmark = [pytest.mark.spark, pytest.mark.usefixtures("spark")]

# A build of all tables takes a minute; every night it is tried.
SOME = ["trading_days_by_week", "visits_by_week_store", "weeks", "redemption_by_campaign"]


def on_spark(folder: Path) -> Config:
    return msgspec.structs.replace(load_config(folder), engine=SPARK)


def build(folder: Path, *tables: str) -> Report:
    """Build these tables, or all, on Spark."""
    chosen = {name: load_tables()[name] for name in tables} or load_tables()
    report = Build(on_spark(folder), DAY, NOW, lambda line: None, tables=chosen).run()
    assert isinstance(report, Report)
    return report


def test_spark_finds_nothing_to_change_in_what_duckdb_has_pinned(tmp_path: Path) -> None:
    """What is computed anew gives the bytes that are there: no new version of any pin."""
    wanted = list(load_tables()) if os.environ.get("MILLPOND_EXAMPLES") else SOME
    project = make_project(tmp_path / "shop")
    first = run_build(project, DAY, tables={name: load_tables()[name] for name in wanted})
    second = build(project, *wanted)
    assert sorted(second.unchanged) == sorted(wanted)
    assert second.release.manifest.engine == "spark"
    assert second.release.manifest.pins == first.release.manifest.pins


def test_weeks_in_folders_are_read_as_duckdb_reads_them(tmp_path: Path) -> None:
    """In a folder whose name Spark would take for a pattern; one revised week alone is computed."""
    project = make_project(tmp_path / "shop [1] {2}")
    (project / "transactions.parquet").unlink()
    by_week(lines(), project / "transactions.parquet")
    table = "visits_by_week"
    run_build(project, DAY, tables={table: load_tables()[table]})
    assert build(project, table).unchanged == [table]
    late = lines().slice(0, 1).to_pylist()[0] | {"basket_id": -1, "household_id": 4}
    more = pa.concat_tables([lines(), pa.Table.from_pylist([late], lines().schema)])
    by_week(more, project / "transactions.parquet", {1}, at=2)
    revised = build(project, table).release.manifest.pins
    fresh = make_project(tmp_path / "fresh", more)
    expected = run_build(fresh, DAY, tables={table: load_tables()[table]}).release.manifest.pins
    assert [p.content_sha256 for p in revised] == [p.content_sha256 for p in expected]


def test_files_are_read_by_the_format_that_is_named(tmp_path: Path) -> None:
    """Parquet, CSV and JSON by other names, beside what no data is: the pins of DuckDB."""
    project = make_project(tmp_path / "shop")
    wanted = ["departments", "sales_by_week_store_department"]
    first = run_build(project, DAY, tables={name: load_tables()[name] for name in wanted})
    (project / "lines").mkdir()
    (project / "lines" / "_SUCCESS").touch()
    (project / "transactions.parquet").rename(project / "lines" / "part-0")
    (project / "departments.csv").rename(project / "departments.txt")
    rows = pq.read_table(project / "products.parquet").to_pylist()
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (project / "products.log").write_text(text, encoding="utf-8")
    toml = project / "millpond.toml"
    said = toml.read_text(encoding="utf-8")
    for old, new, kind in (
        ("transactions.parquet", "lines", "parquet"),
        ("departments.csv", "departments.txt", "csv"),
        ("products.parquet", "products.log", "json"),
    ):
        assert f'"{old}"' in said
        said = said.replace(f'"{old}"', f'"{new}"\nformat = "{kind}"')
    toml.write_text(said, encoding="utf-8")
    assert build(project, *wanted).release.manifest.pins == first.release.manifest.pins


def test_rows_that_break_a_rule_are_found_and_named_alike(tmp_path: Path) -> None:
    """The sources are examined on Spark as well: the same message, the same count."""
    rows = lines().to_pylist()
    rows[3]["sales_value"], rows[4]["household_id"], rows[5]["week"] = -1.0, None, 40
    table = {"visits_by_week": load_tables()["visits_by_week"]}
    said = []
    for name in ("one", "two"):
        project = make_project(tmp_path / name, pa.Table.from_pylist(rows))
        with pytest.raises(ContractError) as caught:
            _ = run_build(project, DAY, tables=table) if name == "one" else build(project, *table)
        said.append(str(caught.value).replace(f"/{name}/", "/"))
    assert said[0] == said[1]
    assert "sales_value is at least 0" in said[0]


def test_a_file_that_is_torn(tmp_path: Path) -> None:
    """Exit code 11, the source's name, and no traceback of Java."""
    project = make_project(tmp_path / "shop")
    (project / "transactions.parquet").write_bytes(b"PAR1 torn")
    with pytest.raises(SourceError, match="Source transactions cannot be read") as caught:
        build(project, "visits_by_week")
    assert caught.value.exit_code == 11
    assert len(str(caught.value).splitlines()) == 4
    assert not list((project / "board" / "releases").glob("*"))


def test_a_column_that_is_not_there(tmp_path: Path) -> None:
    """The shape is compared before anything is computed, on either engine."""
    project = make_project(tmp_path / "shop", lines().drop_columns(["sales_value"]))
    with pytest.raises(SourceError, match="no column sales_value"):
        build(project, "visits_by_week")


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/Los_Angeles"])
def test_the_zone_of_the_machine_changes_nothing(
    tmp_path: Path, zone: str, monkeypatch: pytest.MonkeyPatch, duck: Engine, spark: Engine
) -> None:
    """PySpark reads a moment without zone as one of the machine's; ours are UTC."""
    import time

    from tests.engines.worlds import World, computed

    world = World(3, 80, 60, 2, 2, 9, 0, 0, 40)
    wanted = frozenset({"trading_days_by_week"})
    expected = computed(duck, world, wanted)
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert computed(spark, world, wanted) == expected
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_sample_is_the_same_rows_on_either_engine(
    tmp_path: Path, duck: Engine, spark: Engine
) -> None:
    """By share, by number and in strata: what each engine reads of the source, row by row."""
    for place, option in enumerate(
        (
            'sample = { by = ["basket_id"], share = 0.2, seed = 5 }',
            'sample = { by = ["household_id"], keys = 2, seed = 1 }',
            'sample = { by = ["basket_id"], keys = 5, within = ["store_id"] }',
        )
    ):
        project = shop(tmp_path / str(place), f'address = "transactions.parquet"\n{option}')
        job = Build(load_config(project), DAY, NOW, lambda line: None)
        hashes = Hashes(tmp_path / "hashes.json", 0)
        given = find_inputs(job.config, ["transactions"], DAY, hashes, {}, lambda line: None)
        found = [_rows(engine, given["transactions"]) for engine in (duck, spark)]
        assert found[0] == found[1]
        assert 0 < len(found[0]) < len(lines())


def _rows(engine: Engine, given: Input) -> list[Any]:
    rows = engine.collect("transactions", given.scan(engine))
    order = [("basket_id", "ascending"), ("product_id", "ascending")]
    return list(rows.sort_by(order).to_pylist())
