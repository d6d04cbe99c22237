"""What is held against each other before a release: totals between tables, and small counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import msgspec
import pytest

from processing.board.reader import open_release
from processing.build.run import Build
from processing.config import load_config
from processing.contracts.agreement import Agreement, Total
from processing.contracts.contract import Suppression
from processing.errors import ContractError
from processing.tables.agreements import AGREEMENTS
from processing.tables.registry import load_tables
from tests.integration.bad_data import LATER, stopped
from tests.integration.projects import build_every_table, first_build, make_project, run_build


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that was built once."""
    folder = make_project(tmp_path / "project")
    first_build(folder)
    return folder


def test_totals_that_differ_stop_the_release(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here because two different things are compared; with both totals and the weeks."""
    other = Agreement(
        says="visits",
        by=("week",),
        totals=(Total("visits_by_week", "baskets"), Total("headline_by_week", "households")),
    )
    monkeypatch.setattr("processing.build.agree.AGREEMENTS", (other,))
    message = stopped(project)
    assert "stop this release: totals that must agree" in message
    assert "visits: visits_by_week = headline_by_week: 7 of 7 rows fail" in message
    assert "in all visits_by_week 258, headline_by_week 21; week 1: 6, 3; week 2: 42, 3" in message


def test_totals_that_agree_are_recorded_and_not_read_twice(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pins that were compared and released together need no second look."""
    first_build(build_every_table(project))
    manifest = open_release(project / "board").manifest
    assert {(r.failed, r.rows) for r in manifest.agreements if "each week" in r.rule} == {(0, 7)}
    assert len(manifest.agreements) == len(AGREEMENTS)
    reading: list[str] = []
    monkeypatch.setattr(
        "processing.build.agree.read_rows", lambda board, pin: reading.append(pin.name)
    )
    assert not run_build(project, now=LATER).is_new
    assert reading == []


def test_small_counts_are_withheld_before_they_are_pinned(project: Path) -> None:
    """Three households shop in each store: how many is not said; baskets and sales still add up."""
    release = open_release(project / "board")
    for name in ("visits_by_week_store", "sales_by_week_store"):
        frame = release.read(name).frame
        assert frame["households"].isna().all()
        assert frame["baskets"].sum() == 258
    rule = "rows that rest on fewer than 5 households are withheld"
    found = {r.rule: r for r in release.manifest.pin("visits_by_week_store").results}
    assert (found[rule].failed, found[rule].rows, found[rule].level) == (14, 14, "note")
    assert release.read("visits_by_week").frame["households"].tolist() == [3] * 7


def test_a_count_that_cannot_be_hidden_stops(project: Path) -> None:
    """A week's only row is the week's total; nothing else could be withheld with it."""
    visits = load_tables()["visits_by_week"]
    contract = msgspec.structs.replace(
        visits.contract,
        columns=load_tables()["visits_by_week_store"].contract.columns[:1]
        + load_tables()["visits_by_week_store"].contract.columns[2:],
        suppress=Suppression(count="households", minimum=5, totals=(("week",),)),
    )
    table = replace(visits, contract=contract)
    job = Build(load_config(project), date(2017, 2, 12), LATER, lambda line: None)
    job.tables = {"visits_by_week": table}
    with pytest.raises(ContractError, match="no withheld cell follows from a total: 7 of 7"):
        job.run()


def test_weeks_kept_from_the_last_build_stay_withheld(project: Path) -> None:
    """A build of one more week and a build from nothing give the same bytes."""
    run_build(project, date(2017, 2, 14), LATER)
    fresh = make_project(project.parent / "fresh")
    run_build(fresh, date(2017, 2, 14))
    for name in ("visits_by_week_store", "sales_by_week_store"):
        one, other = (open_release(folder / "board").path(name) for folder in (project, fresh))
        assert one.read_bytes() == other.read_bytes()
