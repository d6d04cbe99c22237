"""Contracts that stop bad data: rules of sources, history, totals, and what is kept to look at."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from processing.board.findings import summary
from processing.board.reader import open_release
from processing.build.examine import Examiner
from processing.cli import cli
from processing.sources.retail import SOURCES, TRANSACTIONS
from tests.integration.bad_data import LATER, changed, failing, of, put, stopped, without
from tests.integration.projects import (
    DEPARTMENTS,
    PRODUCTS,
    accept_fewer,
    first_build,
    lines,
    make_project,
    run_build,
)

NOTES = r"\d+ notes"  # of unknown products, and of rows that are withheld
FEWER = "at most 5% fewer rows than in the release before"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that was built once."""
    folder = make_project(tmp_path / "project")
    first_build(folder)
    return folder


RULES: list[tuple[pa.Table, str]] = [
    (changed("household_id", None), "household_id is never empty: 1 of 258 rows fail (week 2)"),
    (changed("sales_value", -0.01), "sales_value is at least 0: 1 of 258 rows fail (week 2)"),
    (changed("sales_value", 10_000.01), "sales_value is at most 10,000: 1 of 258"),
    (changed("sales_value", float("nan")), "sales_value is a number: 1 of 258"),
    (changed("retail_disc", float("inf")), "retail_disc is a number: 1 of 258"),
    (changed("week", 3), "week agrees with the local date: 1 of 258 rows fail (week 3)"),
    (changed("week", 50), "every row has a day, and a week that can be seen: 1 of"),
    (changed("week", None), "every row has a day, and a week that can be seen: 1 of"),
    (changed("transaction_timestamp", None), "every row has a day, and a week that can be seen: 1"),
    (changed("basket_id", 172), "basket_id, product_id is unique: 0"),
]


def twice() -> pa.Table:
    table = lines()
    return pa.concat_tables([table, table.slice(40, 3)])


RULES[-1] = (twice(), "basket_id, product_id is unique: 6 of 261 rows fail (week 2)")


@pytest.mark.parametrize(("table", "says"), RULES, ids=[says[:40] for _, says in RULES])
def test_a_row_that_breaks_a_rule_stops_the_release(
    project: Path, table: pa.Table, says: str
) -> None:
    """With its count and its week; and the row lies apart, in no message and on no board."""
    put(project, table)
    message = stopped(project)
    assert says in message
    kept = project / ".cache" / "failing-rows" / "transactions.parquet"
    assert f"the failing rows lie in {kept}" in message
    rows = failing(project, "transactions")
    assert {rule for rule in rows["rule"].to_pylist() if says.startswith(rule)}
    assert "quantity" not in rows.column_names  # only declared columns
    assert "basket_id=" not in message  # a log can be public
    assert not list((project / "board").rglob("*transactions*"))


def test_failing_rows_go_when_the_source_is_mended(project: Path) -> None:
    """They are those of the last check; only their owner may look at them."""
    put(project, changed("sales_value", -1.0))
    stopped(project)
    folder = project / ".cache" / "failing-rows"
    assert folder.stat().st_mode & 0o077 == 0
    assert failing(project, "transactions")["basket_id"].to_pylist() == [171]
    put(project, lines())
    run_build(project, now=LATER)
    assert list(folder.iterdir()) == []


def test_failing_rows_are_bounded(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A source that is wrong throughout does not fill the disk."""
    monkeypatch.setattr("processing.build.failing.MAX_ROWS", 4)
    monkeypatch.setattr("processing.build.examine.MAX_ROWS", 4)
    table = lines()
    for name in ("sales_value", "retail_disc"):
        at = table.column_names.index(name)
        table = table.set_column(at, name, pc.subtract(table[name], 100.0))
    put(project, table)
    stopped(project)
    assert failing(project, "transactions").num_rows == 4


def test_all_sources_are_named_in_one_message(project: Path) -> None:
    """Nobody should have to mend sources one by one; no table is computed from any of them."""
    put(project, changed("sales_value", -1.0))
    pq.write_table(pa.concat_tables([PRODUCTS, PRODUCTS]), project / "products.parquet")
    (project / "departments.csv").write_text(DEPARTMENTS.replace("merchandise", "goods"))
    message = stopped(project)
    assert "stop this release: department_names, products, transactions" in message
    assert "product_id is unique: 4 of 4 rows fail" in message
    assert "kind is one of merchandise, fuel, coupon, unrecorded: 1 of 3" in message


def test_rows_that_nobody_sees_yet_are_not_checked(project: Path) -> None:
    """A bad row of tomorrow stops tomorrow's build."""
    put(project, changed("sales_value", -1.0, basket=4371))  # 13 February
    run_build(project, now=LATER)
    assert "sales_value is at least 0" in stopped(project, as_of=date(2017, 2, 13))


def test_unknown_products_are_noted_and_a_department_without_a_name_warns(project: Path) -> None:
    """Both are released, recorded, and said in the closing line."""
    assert re.fullmatch(NOTES, summary(open_release(project / "board").manifest))
    (project / "departments.csv").write_text(DEPARTMENTS.replace("FUEL,", "FUELS,"))
    manifest = run_build(project, now=LATER).release.manifest
    noted = of(manifest, "transactions")["product_id is one of products"]
    assert (noted.level, noted.failed, noted.rows) == ("note", 86, 258)
    warned = of(manifest, "products")["department is one of department_names"]
    assert (warned.level, warned.failed, warned.rows) == ("warn", 1, 2)
    warning = "1 warning: products, department is one of department_names: 1 of 2 rows fail; "
    assert re.fullmatch(re.escape(warning) + NOTES, summary(manifest))
    assert failing(project, "products")["department"].to_pylist() == ["FUEL"]
    assert not (project / ".cache" / "failing-rows" / "transactions.parquet").exists()


def test_a_reference_is_looked_at_again_when_the_other_source_changes(project: Path) -> None:
    """The lines are the same; the list of products has grown, and no code or line changed."""
    product = pa.table({"product_id": [3], "department": ["FUEL"], "product_category": ["FUEL"]})
    pq.write_table(pa.concat_tables([PRODUCTS, product]), project / "products.parquet")
    manifest = run_build(project, now=LATER).release.manifest
    assert of(manifest, "transactions")["product_id is one of products"].failed == 0


def test_a_source_cut_short_stops(project: Path) -> None:
    """Also when the state is lost: the served release knows what there was."""
    put(project, without(3, 20))
    assert f"{FEWER}: 22 of 236 rows fail (week 3: 42 before, 20 now)" in stopped(project)
    (project / "board" / "state.json").unlink()
    assert FEWER in stopped(project)
    put(project, without(3, 40))  # two rows of 42 are within the tolerance
    assert run_build(project, now=LATER).is_new


def test_lost_rows_can_be_meant(project: Path) -> None:
    """Then they are released with a warning, and the next build counts from there."""
    put(project, without(3, 20))
    manifest = accept_fewer(project, "transactions", now=LATER).release.manifest
    assert of(manifest, "transactions")[FEWER].level == "warn"
    assert summary(manifest).startswith(f"1 warning: transactions, {FEWER}: 22 of 236")
    again = run_build(project, now=LATER)
    assert not again.is_new
    assert again.release.manifest == manifest


def test_a_jump_is_said_once_and_makes_one_release(project: Path) -> None:
    """A week delivered twice under other numbers: a warning that stays until the rows change."""
    table = lines()
    third = table.filter(pc.equal(table["week"], 3))
    at = table.column_names.index("basket_id")
    more = third.set_column(at, "basket_id", pc.add(third["basket_id"], 1_000_000))
    put(project, pa.concat_tables([table, more]))
    report = run_build(project, now=LATER)
    said = "at most 20% more rows than in the release before"
    warned = of(report.release.manifest, "transactions")[said]
    assert (warned.level, warned.where) == ("warn", "week 3: 42 before, 84 now")
    (project / "board" / "state.json").unlink()
    again = run_build(project, now=LATER)
    assert not again.is_new
    assert of(again.release.manifest, "transactions")[said] == warned


def test_a_new_day_examines_its_week_alone(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """History is remembered with what was found in it."""
    examined: list[set[str]] = []
    real = Examiner.examine

    def noted(self: Examiner, missing: dict[str, str]) -> Any:
        if self.source.name == "transactions":
            examined.append(set(missing))
        return real(self, missing)

    monkeypatch.setattr(Examiner, "examine", noted)
    report = run_build(project, date(2017, 2, 13), LATER)
    assert examined == [{"8"}]
    noted_rule = of(report.release.manifest, "transactions")["product_id is one of products"]
    assert (noted_rule.failed, noted_rule.rows) == (88, 264)
    run_build(project, date(2017, 2, 13), LATER)
    assert len(examined) == 1


def test_a_rule_that_changes_is_looked_at_anew(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In all weeks, and without a table being built: the data are the same."""
    narrow = tuple(
        msgspec.structs.replace(column, minimum=8) if column.name == "store_id" else column
        for column in TRANSACTIONS.columns
    )
    strict = msgspec.structs.replace(TRANSACTIONS, columns=narrow)
    monkeypatch.setitem(SOURCES, "transactions", strict)
    assert "store_id is at least 8: 129 of 258 rows fail" in stopped(project)
    monkeypatch.undo()
    assert run_build(project, now=LATER).built == []


def test_the_level_is_that_of_the_declaration_now(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was noted stops once it is declared to."""
    strict = tuple(msgspec.structs.replace(r, level="stop") for r in TRANSACTIONS.references)
    changed_level = msgspec.structs.replace(TRANSACTIONS, references=strict)
    monkeypatch.setitem(SOURCES, "transactions", changed_level)
    assert "product_id is one of products: 86 of 258 rows fail" in stopped(project)


@pytest.fixture
def millpond(project: Path) -> Callable[..., tuple[int, str]]:
    """The command line on that project: exit code, and both outputs."""

    def run(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(cli, ["--project", str(project), *arguments])
        return result.exit_code, result.output

    return run


def test_the_command_line_says_what_was_found(
    project: Path, millpond: Callable[..., tuple[int, str]]
) -> None:
    """In the closing line; lost rows stop with 12 unless they are accepted by name."""
    put(project, without(3, 20))
    code, output = millpond("build", "--as-of", "2017-02-12")
    assert (code, "week 3: 42 before, 20 now" in output) == (12, True)
    code, output = millpond("build", "--as-of", "2017-02-12", "--accept-fewer-rows", "sales")
    assert code == 2
    assert "--accept-fewer-rows names no source: sales" in output
    options = ("--as-of", "2017-02-12", "--accept-fewer-rows", "transactions")
    code, output = millpond("build", *options)
    assert code == 0
    closing = output.strip().splitlines()[-1]
    assert "has data to 2017-02-12; 1 warning: transactions, at most 5% fewer rows" in closing
    assert re.search(f"; {NOTES}$", closing)


def test_failing_rows_are_in_no_site_and_no_copy_of_the_board(project: Path) -> None:
    """The board can be given away: nothing of the rows that were stopped is on it."""
    put(project, changed("sales_value", -77.25))
    stopped(project)
    copy = shutil.copytree(project / "board", project.parent / "copy")
    files = [path for path in copy.rglob("*") if path.is_file()]
    assert files
    assert not any("failing" in str(path.relative_to(copy)) for path in files)
    assert not any(b"-77.25" in path.read_bytes() for path in files)
    assert isinstance(
        failing(project, "transactions")["transaction_timestamp"][0].as_py(), datetime
    )
