"""Invariant 1: after anything that can happen, a build serves what a build from nothing would."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import narwhals as nw
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from processing.board.manifest import Manifest
from processing.board.publish import current_release, find_release, releases, rollback, verify
from processing.board.reader import Release
from processing.build.run import Build, Report
from processing.config import load_config
from processing.contracts.frames import LazyFrame
from processing.errors import BoardError, ContractError
from processing.tables.metadata import departments
from processing.tables.registry import Table, load_tables
from tests.integration.projects import DEPARTMENTS, NOW, lines, make_project

NAMES = ("trading_days_by_week", "sales_by_week_store_department", "departments", "weeks")
DAYS = st.dates(date(2017, 1, 5), date(2017, 2, 20))
LINES = lines()


class Killed(BaseException):
    """Stands for the end of the process: no handler of ours may catch it."""


def shouting(
    sales_by_week_store_department: LazyFrame, products: LazyFrame, department_names: LazyFrame
) -> LazyFrame:
    """Another version of the code of `departments`."""
    table = departments(sales_by_week_store_department, products, department_names)
    return table.with_columns(nw.col("name").str.to_uppercase())


def tables(variant: bool) -> dict[str, Table]:
    """A few real tables that depend on each other; `variant` changes the code of one."""
    chosen = {name: load_tables()[name] for name in NAMES}
    if variant:
        old = chosen["departments"]
        chosen["departments"] = Table(old.name, shouting, old.contract, old.inputs)
    return chosen


class Board(RuleBasedStateMachine):
    """A project that lives through days, late rows, edits, bad data, kills and rollbacks."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp(prefix="millpond-machine-"))
        self.project = make_project(self.root / "project")
        self.rows = LINES
        self.day = date(2017, 2, 1)
        self.variant = False
        self.absurd = False
        self.now = NOW
        self.served: Manifest | None = None
        self.held_back: str | None = None
        self.from_nothing: dict[Any, dict[str, str]] = {}

    def teardown(self) -> None:
        """Leave nothing behind."""
        shutil.rmtree(self.root)

    @initialize(folders=st.booleans())
    def choose_layout(self, folders: bool) -> None:
        """The source is one file, or a folder per week."""
        self.folders = folders
        toml = self.project / "millpond.toml"
        if folders:
            (self.project / "transactions.parquet").unlink()
            toml.write_text(toml.read_text().replace("transactions.parquet", "lines"))
        self.write_rows()

    def write_rows(self) -> None:
        """Put the present rows where the source is."""
        rows = self.rows
        if self.absurd:
            at = rows.column_names.index("sales_value")
            bad = pc.if_else(pc.equal(rows["week"], 2), -9.0, rows["sales_value"])
            rows = rows.set_column(at, "sales_value", bad)
        if not self.folders:
            pq.write_table(rows, self.project / "transactions.parquet")
            return
        for week in range(1, 8):
            target = self.project / "lines" / f"week={week}" / "part.parquet"
            target.parent.mkdir(parents=True, exist_ok=True)
            part = rows.filter(pc.equal(rows["week"], week)).drop_columns(["week"])
            if not target.exists() or not pq.read_table(target.open("rb")).equals(part):
                pq.write_table(part, target)

    @rule(day=DAYS)
    def another_day(self, day: date) -> None:
        """Time passes, or somebody asks for an earlier day."""
        self.day = day

    @rule(at=st.integers(0, LINES.num_rows - 1), value=st.integers(1, 500))
    def late_row(self, at: int, value: int) -> None:
        """A line of some day arrives afterwards."""
        row = LINES.slice(at, 1).to_pylist()[0]
        row |= {"sales_value": value / 100, "basket_id": 10_000_000 + self.rows.num_rows}
        late = pa.Table.from_pylist([row], LINES.schema)
        self.rows = pa.concat_tables([self.rows, late]).combine_chunks()
        self.write_rows()

    @rule(name=st.sampled_from(["Grocery", "Food", "Groceries"]))
    def rename_department(self, name: str) -> None:
        """Somebody edits the reference file."""
        text = DEPARTMENTS.replace("Grocery", name)
        (self.project / "departments.csv").write_text(text, encoding="utf-8")

    @rule()
    def change_code(self) -> None:
        """A table is computed in another way, or in the old way again."""
        self.variant = not self.variant

    @rule()
    def toggle_absurd_rows(self) -> None:
        """Bad data arrive, or are mended."""
        self.absurd = not self.absurd
        self.write_rows()

    @precondition(lambda self: (self.project / "board" / "state.json").exists())
    @rule()
    def lose_the_state(self) -> None:
        """The state is gone."""
        (self.project / "board" / "state.json").unlink()

    @precondition(lambda self: self.served is not None)
    @rule(pick=st.integers(0, 3))
    def damage_a_pin(self, pick: int) -> None:
        """A file of the served release rots; a build must notice and mend it."""
        release = current_release(self.project / "board")
        assert release is not None
        release.path(NAMES[pick]).write_bytes(b"rotten")
        self.build()

    @precondition(lambda self: self.served is not None)
    @rule()
    def roll_back(self) -> None:
        """The release before is served again, if there is one and it is whole."""
        board = self.project / "board"
        if self.served and self.served.previous in releases(board):
            try:
                self.served = rollback(board, None).manifest
            except BoardError as error:  # a rotten pin of the old release was never mended
                assert "cannot be served again" in str(error)

    @rule()
    def build(self) -> None:
        """A build serves what a build from nothing would serve, or stops with the old release."""
        expected = self.expected()
        if expected is None:
            with pytest.raises(ContractError):
                self.run_build(self.project)
            return
        release = self.run_build(self.project)
        if self.held_back:  # a rollback holds until the tables are others (decision 10)
            taken_back = find_release(self.project / "board", self.held_back)
            assert contents(taken_back) == expected
            assert release.manifest == self.served
            return
        assert contents(release) == expected
        assert verify(release) == []
        self.served = release.manifest

    @rule(step=st.integers(1, 12))
    def killed_build(self, step: int) -> None:
        """The process ends at some rename; whatever is served then is old or new, and whole."""
        expected = self.expected()
        with pytest.MonkeyPatch.context() as patch:
            stop_at(patch, step)
            with contextlib.suppress(Killed, ContractError):
                self.run_build(self.project)
        release = current_release(self.project / "board")
        if release and self.served != release.manifest:
            assert contents(release) == expected
            assert verify(release) == []
            self.served = release.manifest

    @invariant()
    def what_is_served_is_what_was_released(self) -> None:
        """Nothing but a whole build or a rollback changes what readers get."""
        release = current_release(self.project / "board")
        assert (release.manifest if release else None) == self.served

    def run_build(self, project: Path) -> Release:
        """One build, some time after the one before."""
        self.now += timedelta(minutes=7)
        config = load_config(project)
        job = Build(config, self.day, self.now, lambda line: None, tables=tables(self.variant))
        report = job.run()
        assert isinstance(report, Report)
        self.held_back = report.held_back
        return report.release

    def expected(self) -> dict[str, str] | None:
        """The content of every pin of a build from nothing; None when a contract stops it."""
        key = (self.day, self.rows.num_rows, self.variant, self.absurd)
        names = (self.project / "departments.csv").read_text(encoding="utf-8")
        if (key, names) not in self.from_nothing:
            fresh = self.root / "fresh"
            shutil.rmtree(fresh, ignore_errors=True)
            ignored = shutil.ignore_patterns("board", ".cache")
            shutil.copytree(self.project, fresh, ignore=ignored)
            try:
                self.from_nothing[key, names] = contents(self.run_build(fresh))
            except ContractError:
                self.from_nothing[key, names] = {}
        return self.from_nothing[key, names] or None


def contents(release: Release) -> dict[str, str]:
    """The content hash of every pin."""
    return {entry.name: entry.content_sha256 for entry in release.manifest.pins}


def stop_at(patch: pytest.MonkeyPatch, step: int) -> None:
    """End the process at the `step`-th rename from now."""
    left = [step]
    for name in ("rename", "replace"):
        real = getattr(Path, name)

        def counted(self: Path, target: Path, real: Any = real) -> Path:
            left[0] -= 1
            if left[0] == 0:
                raise Killed
            return Path(real(self, target))

        patch.setattr(Path, name, counted)


TestBoard = Board.TestCase
TestBoard.settings = settings(
    max_examples=int(os.environ.get("MILLPOND_EXAMPLES", "12")),
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)
