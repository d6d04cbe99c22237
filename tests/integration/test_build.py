"""What a build does, skips and refuses, on small files of the sources' real shape."""

from __future__ import annotations

import os
import re
import shutil
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from processing.board.reader import open_release
from processing.build.run import Build, Report
from processing.config import load_config
from processing.errors import BoardError, ConfigError, ContractError, SourceError, UsageError
from processing.sources.retail import SOURCES, TRANSACTIONS
from processing.sources.source import RawColumn
from processing.tables.registry import Table, load_tables
from tests.integration.projects import (
    DEPARTMENTS,
    NOW,
    accept_fewer,
    build_every_table,
    first_build,
    lines,
    make_project,
    run_build,
)

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that was never built."""
    return make_project(tmp_path / "project")


def reasons(report: Report) -> dict[str, str]:
    """Why each table was built."""
    return {decision.name: decision.reason for decision in report.built}


def contents(folder: Path) -> dict[str, str]:
    """The content hash of every pin of the served release."""
    release = open_release(folder / "board")
    return {entry.name: entry.content_sha256 for entry in release.manifest.pins}


def test_the_first_build_makes_every_table(project: Path) -> None:
    """And one release names them all."""
    report = run_build(build_every_table(project))
    assert set(reasons(report)) == set(load_tables())
    assert report.is_new
    assert set(contents(project)) == set(load_tables())


def test_a_second_build_has_nothing_to_do(project: Path) -> None:
    """No table, no version, no release."""
    first = run_build(project)
    before = sorted((project / "board").rglob("*.parquet"))
    second = run_build(project, now=LATER)
    assert (second.built, second.is_new) == ([], False)
    assert second.release.manifest == first.release.manifest
    assert sorted((project / "board").rglob("*.parquet")) == before


def test_a_new_day_rebuilds_what_depends_on_the_clock(project: Path) -> None:
    """The content decides about the rest: departments of the same sales make no new version."""
    run_build(project, date(2017, 2, 11))
    report = run_build(project, date(2017, 2, 12), LATER)
    assert reasons(report)["trading_days_by_week"] == "source changed: week 7"
    assert reasons(report)["weeks"] == "upstream changed: trading_days_by_week"
    assert report.release.manifest.as_of == "2017-02-12"
    assert report.is_new


def test_a_day_without_data_makes_no_new_version(project: Path) -> None:
    """Days after the last sale give the same tables; only the release says a later day."""
    run_build(project, date(2017, 3, 1))
    before = contents(project)
    report = run_build(project, date(2017, 3, 2), LATER)
    assert set(report.unchanged) == set(reasons(report))
    assert contents(project) == before
    assert report.release.manifest.as_of == "2017-03-02"
    # Nothing that only reads tables was rebuilt, since their content came out the same.
    assert "sales_by_week_department" not in reasons(report)


def test_nothing_after_the_day_is_visible(project: Path) -> None:
    """A build as of a day equals a build from files that end on that day."""
    day = date(2017, 2, 3)
    run_build(project, day)
    full = pq.read_table(project / "transactions.parquet")
    seen = full.filter(
        pc.less(
            full["transaction_timestamp"],
            pa.scalar(day + timedelta(days=1), pa.date32()).cast(pa.timestamp("us")),
        )
    )
    cut = make_project(project.parent / "cut", seen)
    run_build(cut, day)
    assert contents(project) == contents(cut)
    run_build(cut, date(2017, 12, 31), LATER)
    # Whether a campaign has begun and still runs depends on the day, not on what was bought.
    of_the_day = {"redemption_by_campaign", "redemption_by_campaign_type"}
    known, expected = contents(project), contents(cut)
    assert {n for n in known if known[n] != expected[n]} <= of_the_day


def by_week(table: pa.Table, folder: Path, weeks: set[int] | None = None, at: int = 1) -> None:
    """Write lines as one file per week, in folders named as such, `at` seconds after 1970."""
    for week in sorted(weeks or set(table["week"].to_pylist())):
        target = folder / f"week={week}" / "part.parquet"
        target.parent.mkdir(parents=True, exist_ok=True)
        rows = table.filter(pc.equal(table["week"], week)).drop_columns(["week"])
        pq.write_table(rows, target)
        os.utime(target, (at, at))


@pytest.fixture
def weekly(project: Path) -> Path:
    """The same project with its lines in one folder per week."""
    (project / "transactions.parquet").unlink()
    by_week(lines(), project / "lines")
    toml = project / "millpond.toml"
    toml.write_text(toml.read_text().replace("transactions.parquet", "lines"))
    return build_every_table(project)


def from_nothing(project: Path, as_of: date = date(2017, 2, 12)) -> dict[str, bytes]:
    """The files that a build on an empty board makes of the same sources."""
    fresh = project.parent / f"fresh-{len(list(project.parent.iterdir()))}"
    shutil.copytree(project, fresh, ignore=shutil.ignore_patterns("board", ".cache"))
    first_build(fresh, as_of)
    return files_of(fresh)


def files_of(folder: Path) -> dict[str, bytes]:
    """The bytes of every pin of the served release."""
    release = open_release(folder / "board")
    return {e.name: release.path(e.name).read_bytes() for e in release.manifest.pins}


def test_weeks_in_folders_give_the_same_bytes_as_one_file(project: Path, weekly: Path) -> None:
    """How the source is cut is no concern of a reader."""
    first_build(weekly)
    whole = build_every_table(make_project(project.parent / "whole"))
    first_build(whole)
    assert files_of(weekly) == files_of(whole)


def test_a_late_row_costs_the_work_of_its_week(weekly: Path) -> None:
    """Week 3 gets a row; the other weeks' files may as well not be there: nobody reads them."""
    tables = without_whole_years()
    run_build(weekly, tables=tables)
    table = lines()
    late = table.slice(table["week"].to_pylist().index(3), 1)
    at = table.column_names.index("basket_id")
    late = late.set_column(at, "basket_id", pa.array([9_999_999]))
    revised = pa.concat_tables([table, late]).filter(
        pc.equal(pa.concat_tables([table, late])["week"], 3)
    )
    by_week(revised, weekly / "lines", {3}, at=2)
    expected = {name: data for name, data in from_nothing(weekly).items() if name in tables}
    for file in weekly.glob("lines/week=[!3]*/part.parquet"):
        times = file.stat()
        file.write_bytes(b"x" * times.st_size)
        os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    report = run_build(weekly, now=LATER, tables=tables)
    assert reasons(report)["visits_by_week"] == "source changed: week 3"
    assert files_of(weekly) == expected


def without_whole_years() -> dict[str, Table]:
    """The tables that need single lines of no more than the weeks that changed.

    How much a household spent in the year must be counted from all of its lines.
    """
    tables = load_tables()
    return {n: t for n, t in tables.items() if t.by_week or "transactions" not in t.inputs}


def test_a_week_that_is_gone_leaves_the_table(weekly: Path) -> None:
    """As a build from nothing would have it."""
    first_build(weekly)
    shutil.rmtree(weekly / "lines" / "week=7")
    report = accept_fewer(weekly, "transactions", now=LATER)
    assert reasons(report)["visits_by_week"] == "source changed: week 7"
    assert files_of(weekly) == from_nothing(weekly)


def test_weeks_are_computed_in_batches_of_bounded_size(
    weekly: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one week a batch, the bytes are those of one batch of all weeks."""
    expected = from_nothing(weekly)
    monkeypatch.setattr("processing.engines.duckdb.DuckDB.batch_bytes", 1)
    run_build(weekly)
    assert files_of(weekly) == expected


def test_a_changed_source_rebuilds_only_what_reads_it(project: Path) -> None:
    """A renamed department reaches the tables that show names, and no other."""
    first_build(build_every_table(project))
    (project / "departments.csv").write_text(DEPARTMENTS.replace("Grocery", "Food"))
    report = run_build(project, now=LATER)
    assert reasons(report) == {
        "departments": "source changed: department_names",
        "sales_by_week_department": "upstream changed: departments",
        "contributions_by_week_department": "upstream changed: departments",
    }


def test_forced_tables_are_built_again(project: Path) -> None:
    """Their content is the same, so there is nothing new to release."""
    first_build(project)
    report = run_build(project, date(2017, 2, 12), LATER, "weeks")
    assert reasons(report) == {"weeks": "forced"}
    assert report.unchanged == ["weeks"]
    assert not report.is_new


def test_the_configuration_chooses_tables(project: Path) -> None:
    """Those it names and those they read, and no source that only others read must be there."""
    settings = project / "millpond.toml"
    text = settings.read_text().replace("promotions.parquet", "nowhere.parquet")
    lines = ['tables = ["weeks"]' if t.startswith("tables =") else t for t in text.splitlines()]
    settings.write_text("\n".join(lines))
    assert set(reasons(run_build(project))) == {"trading_days_by_week", "weeks"}
    settings.write_text("\n".join(lines).replace('"weeks"', '"week"'))
    with pytest.raises(ConfigError, match="nobody declared: week"):
        run_build(project)


def test_forcing_a_table_that_does_not_exist(project: Path) -> None:
    """A slip of the pen must not pass silently; exit code 2."""
    with pytest.raises(UsageError, match="names no table: weks"):
        run_build(project, date(2017, 2, 12), NOW, "weks")


def test_losing_the_state_costs_time_only(project: Path) -> None:
    """All is computed again, comes out the same, and no version is written."""
    first = first_build(project)
    (project / "board" / "state.json").write_text("{")
    report = run_build(project, now=LATER)
    assert {decision.name for decision in report.built} == set(contents(project))
    assert not report.is_new
    assert report.release.manifest == first.release.manifest


def test_a_damaged_pin_is_built_again(project: Path) -> None:
    """The next build heals what the hash says is wrong."""
    release = first_build(project).release
    release.path("weeks").write_bytes(b"torn")
    report = run_build(project, now=LATER)
    assert reasons(report) == {"weeks": "missing"}
    assert report.is_new
    assert list(report.release.read("weeks").frame["week"])[:2] == [1, 2]


def test_the_plan_is_what_the_build_does(project: Path) -> None:
    """A dry run shows the very decisions that a build then obeys."""
    first_build(project)
    (project / "departments.csv").write_text(DEPARTMENTS.replace("Grocery", "Food"))
    job = Build(load_config(project), date(2017, 2, 12), LATER, lambda line: None)
    planned = {d.name: d.action for d in job.decisions(job.known_states())}
    report = job.run()
    assert isinstance(report, Report)
    built = reasons(report)
    assert {name for name, action in planned.items() if action == "build"} <= set(built)
    assert {name for name, action in planned.items() if action == "skip"}.isdisjoint(built)


def test_order_of_rows_in_the_source_does_not_matter(project: Path) -> None:
    """The same rows shuffled give the same bytes: every table has a total order."""
    first_build(project)
    shuffled = make_project(
        project.parent / "shuffled", lines().take(list(range(lines().num_rows))[::-1])
    )
    run_build(shuffled)
    assert files_of(project) == files_of(shuffled)


def broken(project: Path, table: pa.Table) -> None:
    """Put another transactions file in place."""
    pq.write_table(table, project / "transactions.parquet")


def test_a_missing_source_file(project: Path) -> None:
    """Exit code 11; the release that was served still is."""
    served = first_build(project).release.manifest
    (project / "transactions.parquet").unlink()
    with pytest.raises(SourceError, match="Source transactions: no such file"):
        run_build(project, now=LATER)
    assert open_release(project / "board").manifest == served


def test_a_column_that_is_gone_and_one_of_another_type(project: Path) -> None:
    """Both in one message, with what there is."""
    served = first_build(project).release.manifest
    table = lines().drop_columns(["basket_id"])
    at = table.column_names.index("store_id")
    broken(project, table.set_column(at, "store_id", pc.cast(table["store_id"], pa.string())))
    with pytest.raises(SourceError, match="another shape") as caught:
        run_build(project, now=LATER)
    assert "no column basket_id; store_id is String, not integer" in str(caught.value)
    assert open_release(project / "board").manifest == served


def test_extra_columns_are_no_error(project: Path) -> None:
    """Sources grow; tables ask only for what they use."""
    first_build(project)
    before = contents(project)
    broken(project, lines().append_column("new", pa.array(["x"] * lines().num_rows)))
    run_build(project, now=LATER)
    assert contents(project) == before


def test_a_file_that_is_no_parquet(project: Path) -> None:
    """One message instead of the driver's."""
    (project / "transactions.parquet").write_bytes(b"not parquet at all")
    with pytest.raises(SourceError, match="Source transactions cannot be read"):
        run_build(project)


def test_a_source_without_rows_is_stopped_by_contracts(project: Path) -> None:
    """Exit code 12; nothing is computed from it; nothing is released."""
    served = first_build(project).release.manifest
    broken(project, lines().slice(0, 0))
    with pytest.raises(ContractError) as caught:
        run_build(project, now=LATER)
    assert caught.value.exit_code == 12
    assert caught.value.what == "Contracts stop this release: transactions"
    assert "at least one row: 1 of 0 rows fail" in str(caught.value)
    assert open_release(project / "board").manifest == served


def test_absurd_rows_are_stopped_with_counts_and_samples(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A negative amount that a source lets through breaks tables; each says which rule, and rows."""
    lenient = tuple(
        RawColumn(column.name, column.type, column.meaning) for column in TRANSACTIONS.columns
    )
    let_through = msgspec.structs.replace(TRANSACTIONS, columns=lenient)
    monkeypatch.setitem(SOURCES, "transactions", let_through)
    served = run_build(project).release.manifest
    table = lines()
    at = table.column_names.index("sales_value")
    absurd = pc.if_else(pc.equal(table["basket_id"], 171), -50.0, table["sales_value"])
    broken(project, table.set_column(at, "sales_value", absurd))
    with pytest.raises(ContractError) as caught:
        run_build(project, now=LATER)
    message = str(caught.value)
    assert "sales_usd is at least 0: 1 of" in message
    assert re.search(r"e\.g\. department=.+, store_id=7, week=2", message)
    kept = project / ".cache" / "failing-rows" / "sales_by_week_store_department.parquet"
    assert f"the failing rows lie in {kept}" in message
    assert pq.read_table(kept)["rule"].to_pylist() == ["sales_usd is at least 0"]
    assert open_release(project / "board").manifest == served


def test_a_board_that_cannot_be_written(project: Path) -> None:
    """A file where the folder should be; exit code 13, one message."""
    (project / "board").write_text("in the way")
    with pytest.raises(BoardError, match="cannot be written") as caught:
        run_build(project)
    assert caught.value.exit_code == 13


def test_a_build_after_a_failed_one_goes_on_where_it_was(project: Path) -> None:
    """Tables that were built before the failure are not built again."""
    broken_lines = lines()
    at = broken_lines.column_names.index("sales_value")
    absurd = pc.if_else(
        pc.equal(broken_lines["basket_id"], 171), -50.0, broken_lines["sales_value"]
    )
    broken(project, broken_lines.set_column(at, "sales_value", absurd))
    with pytest.raises(ContractError):
        run_build(project)
    assert not (project / "board" / "releases").exists()
    broken(project, lines())
    assert run_build(project, now=LATER).is_new


def test_the_board_can_be_moved(project: Path) -> None:
    """Nothing on it depends on where it lies."""
    first_build(project)
    moved = project.parent / "moved"
    shutil.copytree(project, moved)
    assert not run_build(moved, now=LATER).is_new
