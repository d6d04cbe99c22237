"""What a release tells of the one before: over builds, rollbacks, losses and hidden cells."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from processing.board.audience import public
from processing.board.changes import KEPT_RELEASES, PinChange, ReleaseChange
from processing.board.manifest import Manifest
from processing.board.publish import releases, rollback
from processing.board.reader import open_release
from processing.build.changes import Teller
from tests.integration.bad_data import changed, put
from tests.integration.projects import NOW, first_build, lines, make_project, run_build

DAY = date(2017, 2, 12)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = make_project(tmp_path / "project")
    first_build(folder, DAY)
    return folder


def build(project: Path, day: date = DAY, hours: int = 1) -> Manifest:
    return run_build(project, day, NOW + timedelta(hours=hours)).release.manifest


def told(manifest: Manifest) -> dict[str, PinChange]:
    return {pin.name: pin for pin in manifest.history[0].pins}


def test_the_first_release_tells_that_all_is_new(project: Path) -> None:
    manifest = open_release(project / "board").manifest
    (change,) = manifest.history
    assert (change.release, change.previous) == (manifest.id, None)
    assert {pin.name for pin in change.pins} == {entry.name for entry in manifest.pins}
    assert all(pin.is_new and pin.added == pin.rows for pin in change.pins)


def test_a_later_day_adds_rows_and_revises_none(project: Path) -> None:
    before = open_release(project / "board").manifest
    manifest = build(project, date(2017, 2, 14))
    change = manifest.history[0]
    assert (change.release, change.previous) == (manifest.id, before.id)
    assert (change.as_of_before, change.as_of) == ("2017-02-12", "2017-02-14")
    assert (change.weeks_begun, change.weeks_ended) == ((8,), ())
    assert told(manifest)["weeks"].added == 1
    assert told(manifest)["stores"].updated == 2  # the year so far goes on
    assert change.revised == 0
    assert [one.release for one in manifest.history] == [manifest.id, before.id]


def test_a_week_that_was_running_is_told_to_be_complete(project: Path) -> None:
    build(project, date(2017, 2, 14))
    manifest = build(project, date(2017, 2, 19), 2)
    assert (manifest.history[0].weeks_begun, manifest.history[0].weeks_ended) == ((), (8,))
    assert manifest.history[0].revised == 0


def test_a_late_row_is_told_wherever_it_changed_a_number(project: Path) -> None:
    """One line of the second week is worth a dollar more; its sums are known by plain addition."""
    put(project, changed("sales_value", 2.9))
    old, new = (_sales(table) for table in (lines(), changed("sales_value", 2.9)))
    assert old != new
    manifest = build(project)
    revised = told(manifest)["sales_by_week_store"].revisions
    (cell,) = (r for r in revised if r.column == "sales_usd")
    assert (cell.key, cell.old, cell.new) == ({"week": "2", "store_id": "7"}, old, new)


def _sales(table: pa.Table) -> str:
    found = table.filter(pc.and_(pc.equal(table["week"], 2), pc.equal(table["store_id"], 7)))
    return f"{sum(found['sales_value'].to_pylist()):.2f}"


def test_history_is_no_content(project: Path) -> None:
    """A build with nothing new makes no release, however the history reads."""
    board = project / "board"
    assert build(project).id == releases(board)[0]
    assert len(releases(board)) == 1


def test_the_history_is_bounded(project: Path) -> None:
    manifest = open_release(project / "board").manifest
    for place in range(KEPT_RELEASES + 3):
        later = msgspec.structs.replace(manifest, id=f"20261122T0000{place:02d}Z-aaaaaaaa")
        newest, *others = Teller(project / "board", manifest, None).history(later)
        newest = msgspec.structs.replace(newest, release=later.id)
        manifest = msgspec.structs.replace(later, history=(newest, *others))
    assert len(manifest.history) == KEPT_RELEASES


def test_after_a_rollback_the_next_release_is_told_against_what_was_served(project: Path) -> None:
    first = open_release(project / "board").manifest
    second = build(project, date(2017, 2, 13))
    rollback(project / "board", None)
    served = open_release(project / "board").manifest
    assert served.history == first.history
    third = build(project, date(2017, 2, 14), 3)
    assert [one.release for one in third.history] == [third.id, second.id, first.id]
    assert third.history[0].as_of_before == "2017-02-12"
    assert third.history[1].taken_back_at


def test_a_version_that_is_lost_is_told_as_not_compared(project: Path) -> None:
    board = project / "board"
    shutil.rmtree(board / "pins" / "weeks")
    (board / "state.json").unlink()
    manifest = build(project, date(2017, 2, 14))
    assert told(manifest)["weeks"].note.startswith("Not compared: Pin weeks version")
    assert told(manifest)["stores"].note == ""


def test_a_lost_current_release_is_told_against_the_newest_that_is_kept(project: Path) -> None:
    board = project / "board"
    first = open_release(board).manifest
    (board / "releases" / "current.json").write_text("torn")
    manifest = build(project, date(2017, 2, 14))
    assert manifest.history[0].previous == first.id


def test_a_manifest_without_history_begins_one(project: Path) -> None:
    old = msgspec.structs.replace(open_release(project / "board").manifest, history=())
    new = msgspec.structs.replace(old, id="20261122T000000Z-aaaaaaaa")
    history = Teller(project / "board", old, None).history(new)
    assert [(one.release, one.previous) for one in history] == [("", old.id), (old.id, None)]


def test_what_is_internal_or_withheld_is_not_told(project: Path) -> None:
    """Neither values nor counts of households by store, nor anything of an internal table."""
    put(project, _households(99, 98, 97))
    board, before = project / "board", build(project)
    put(project, _households(99, 98))
    manifest = build(project, hours=2)
    assert told(manifest)["visits_by_week"].revised
    cells = [r for pin in manifest.history[0].pins for r in pin.revisions]
    stores = [r for r in cells if "store_id" in r.key]
    assert "households" not in {r.column for r in stores}
    few = told(manifest)["visits_by_week_store"]
    assert (few.rows, few.revised) == (few.rows_before, 0)
    hidden = _internal(manifest, "visits_by_week")
    change: ReleaseChange = Teller(board, before, None).change(before, hidden)
    seen = public(msgspec.structs.replace(hidden, history=(change, *manifest.history)))
    assert "visits_by_week" in {pin.name for pin in change.pins}
    assert "visits_by_week" not in {pin.name for one in seen.history for pin in one.pins}
    assert {one.gone for one in seen.history} == {()}
    assert seen.history[0].revised < manifest.history[0].revised


def _households(*guests: int) -> pa.Table:
    """The lines where so many other households came to store 7 in the second week."""
    table = lines()
    at = table.column_names.index("household_id")
    ids = table["household_id"].to_pylist()
    for day, guest in enumerate(guests, start=1):
        ids[table["basket_id"].to_pylist().index(day * 100 + 71)] = guest
    return table.set_column(at, "household_id", pa.array(ids))


def _internal(manifest: Manifest, name: str) -> Manifest:
    pins = tuple(
        msgspec.structs.replace(
            entry, contract=msgspec.structs.replace(entry.contract, audience="internal")
        )
        if entry.name == name
        else entry
        for entry in manifest.pins
    )
    return msgspec.structs.replace(manifest, pins=pins)
