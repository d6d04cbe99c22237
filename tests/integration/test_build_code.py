"""What a build does when the code of tables changes, or raises."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from processing.contracts.frames import LazyFrame
from processing.errors import ContractError
from processing.tables.registry import load_tables
from tests.integration.projects import NOW, make_project, run_build

LATER = NOW + timedelta(hours=1)
TABLES = {name: load_tables()[name] for name in ("trading_days_by_week", "weeks")}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of two tables that were built once."""
    folder = make_project(tmp_path / "project")
    run_build(folder, tables=TABLES)
    return folder


def test_a_function_that_raises_is_one_message(project: Path) -> None:
    """It names the table, the error and what to do."""

    def weeks(trading_days_by_week: LazyFrame) -> LazyFrame:
        """Ask for a column that is not there."""
        return trading_days_by_week.select("week", "nosuch")

    broken = TABLES | {"weeks": replace(TABLES["weeks"], function=weeks)}
    with pytest.raises(ContractError, match="weeks: its function fails") as error:
        run_build(project, now=LATER, tables=broken)
    assert "ColumnNotFoundError: The following columns were not found: ['nosuch']" in str(
        error.value
    )
    assert "next step: mend the function" in str(error.value)


def test_code_that_every_table_goes_through_builds_them_again(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They come out the same here, so there is nothing new to release."""
    monkeypatch.setattr("processing.build.run.making_hash", lambda: "other")
    report = run_build(project, now=LATER, tables=TABLES)
    assert {done.name: done.reason for done in report.built} == {
        "trading_days_by_week": "code changed",
        "weeks": "code changed",
    }
    assert not report.is_new
