"""Going back, going forward, and forgetting: rollback, restore and prune on boards that were built."""

from __future__ import annotations

import shutil
import time
from datetime import date, timedelta
from pathlib import Path

import pytest

from processing.board.doctor import examine
from processing.board.publish import find_release, releases, rollback, verify
from processing.board.reader import open_release
from processing.board.serve import LISTED, listed
from processing.build.run import Report
from processing.build.state import named_by_state
from processing.cli import _built as told_of
from processing.errors import BoardError
from tests.conftest import run_millpond
from tests.integration import faulty
from tests.integration.faulty import LATER, NEW_DAY, OLD_DAY, armed
from tests.integration.outcomes import Survived, full_at, killed_at
from tests.integration.projects import NOW, make_project

KILLED = -9
DAYS = [date(2017, 2, day) for day in range(3, 8)]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with two releases; the newer one is served."""
    folder = make_project(tmp_path / "project")
    faulty.built(folder, OLD_DAY, NOW)
    faulty.built(folder, NEW_DAY)
    return folder


def build(folder: Path, day: date = NEW_DAY, minutes: int = 60) -> Report:
    report = faulty.build(folder, day, LATER + timedelta(minutes=minutes))
    assert isinstance(report, Report)
    return report


def test_a_rollback_is_not_undone_by_a_build_with_nothing_changed(
    project: Path, survived: Survived
) -> None:
    """Nor when the state was lost; the report says which release is held back."""
    board = project / "board"
    first, second = releases(board)
    begun = time.perf_counter()
    assert rollback(board, None).manifest.id == first
    survived("rollback", time.perf_counter() - begun)
    for _ in range(2):
        report = build(project)
        assert (report.is_new, report.held_back) == (False, second)
        assert report.release.manifest.id == first
        assert open_release(board).manifest.id == first
        assert releases(board) == [first, second]
        (board / "state.json").unlink()
    says = run_millpond(project, "release", "list").stdout
    assert says == f"{first}  served\n{second}\n"


def test_a_change_after_a_rollback_makes_a_new_release(project: Path) -> None:
    """Another day here; it holds what a build from nothing holds, and names its predecessor."""
    board = project / "board"
    first, second = releases(board)
    rollback(board, None)
    report = build(project, date(2017, 2, 13))
    fresh = build(make_project(project.parent / "fresh"), date(2017, 2, 13)).release
    assert (report.is_new, report.held_back) == (True, None)
    assert faulty.contents(report.release) == faulty.contents(fresh)
    assert report.release.manifest.previous == first
    assert report.release.manifest.id > second
    assert rollback(board, None).manifest.id == first


def test_a_build_of_what_is_served_after_a_rollback_has_nothing_to_do(project: Path) -> None:
    """The day of the release that was rolled back to: not held back, just up to date."""
    rollback(project / "board", None)
    report = build(project, OLD_DAY)
    assert (report.is_new, report.held_back) == (False, None)
    assert report.built
    assert f"built, all as served, release {releases(project / 'board')[0]}" in told_of(report)


def test_a_rollback_to_what_is_damaged_since_does_not_hold(project: Path) -> None:
    """What is served must be whole; the build releases what it has, and a reader can read again."""
    release = rollback(project / "board", None)
    release.path("weeks").write_bytes(b"rotten")
    report = build(project)
    assert (report.is_new, report.held_back) == (True, None)
    assert verify(open_release(project / "board")) == []


def test_a_rollback_can_be_taken_back(project: Path) -> None:
    """By the id of the later release; then nothing is held back any more."""
    board = project / "board"
    _, second = releases(board)
    rollback(board, None)
    assert rollback(board, second).manifest.id == second
    assert (build(project).held_back, open_release(board).manifest.id) == (None, second)


def test_the_command_line_says_what_is_held_back(project: Path) -> None:
    """With the command that brings it back."""
    board = project / "board"
    assert run_millpond(project, "release", "rollback").returncode == 0
    says = told_of(build(project))
    assert "nothing released" in says
    assert f"`millpond release rollback {releases(board)[1]}` brings it back" in says


def test_plain_pins_see_what_was_rolled_back_to(project: Path) -> None:
    """The list of versions goes back with the release."""
    release = rollback(project / "board", None)
    listing = (project / "board" / "pins" / LISTED).read_bytes()
    assert listing == listed(release.manifest)


def test_a_copy_of_the_board_is_a_backup(project: Path) -> None:
    """Restored, it serves the same, its older releases too, and a build has nothing to do."""
    board = project / "board"
    before = open_release(board).manifest
    shutil.copytree(board, project / "backup")
    shutil.rmtree(board)
    shutil.copytree(project / "backup", board)
    assert open_release(board).manifest == before
    assert [verify(find_release(board, one)) for one in releases(board)] == [[], []]
    assert not build(project).is_new


def test_a_torn_current_manifest_is_replaced(project: Path, survived: Survived) -> None:
    """By the next build, or by a rollback that names a release; neither needs the torn one."""
    board = project / "board"
    first, second = releases(board)[:2]
    current = board / "releases" / "current.json"
    whole = current.read_bytes()
    for torn in (b"", whole[: len(whole) // 2], b"[]", b"\xff"):
        current.write_bytes(torn)
        assert rollback(board, first).manifest.id == first
        current.write_bytes(torn)
        assert "served" not in run_millpond(project, "release", "list").stdout
        begun = time.perf_counter()
        report = build(project)
        survived("manifest torn", time.perf_counter() - begun)
        assert report.is_new
        assert report.release.manifest.id > second
        assert [one for one in examine(board, named_by_state(board)) if not one.harmless] == []


def test_a_board_of_a_newer_version_is_not_written_over(project: Path, survived: Survived) -> None:
    """One message, exit code 13, and not a byte is changed."""
    current = project / "board" / "releases" / "current.json"
    current.write_text(current.read_text().replace('"format": 1', '"format": 2'))
    before = {p: p.read_bytes() for p in (project / "board").rglob("*") if p.is_file()}
    with pytest.raises(BoardError, match="another format") as caught:
        build(project)
    assert "newer" in str(caught.value.next_step)
    assert {p: p.read_bytes() for p in (project / "board").rglob("*") if p.is_file()} == before
    survived("manifest of a newer version")


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with five releases, each with versions of its own."""
    folder = make_project(tmp_path_factory.mktemp("long") / "project")
    for at, day in enumerate(DAYS):
        faulty.built(folder, day, NOW + timedelta(hours=at))
    return folder


@pytest.fixture
def board(long: Path, tmp_path: Path) -> Path:
    """The board of a copy of it."""
    return Path(shutil.copytree(long, tmp_path / "project")) / "board"


def versions(board: Path) -> list[Path]:
    return list(board.glob("pins/*/*/*.parquet"))


def test_prune_keeps_what_the_last_releases_name(board: Path) -> None:
    """And says what it freed; a dry run says the same and frees nothing."""
    last = releases(board)[-2:]
    dry = run_millpond(board.parent, "release", "prune", "--keep", "2", "--dry-run")
    assert "would free 3 releases and 6 versions" in dry.stdout
    assert (len(releases(board)), len(versions(board))) == (5, 10)
    done = run_millpond(board.parent, "release", "prune", "--keep", "2")
    assert done.returncode == 0, done.stderr
    assert "freed 3 releases and 6 versions" in done.stdout
    assert releases(board) == last
    assert [verify(find_release(board, one)) for one in last] == [[], []]
    assert examine(board, named_by_state(board)) == []
    assert "freed 0 releases and 0 versions" in (
        run_millpond(board.parent, "release", "prune", "--keep", "2").stdout
    )


@pytest.mark.parametrize("command", ["show", "verify", "rollback"])
def test_a_release_that_is_not_there_is_a_bad_argument(board: Path, command: str) -> None:
    """A slip of the pen is no fault of the board: exit code 2, and the id that may be meant."""
    meant = releases(board)[-1]
    done = run_millpond(board.parent, "release", command, meant[:-1])
    assert done.returncode == 2
    assert f"The board has no release {meant[:-1]!r}" in done.stderr
    assert meant in done.stderr
    assert open_release(board).manifest.id == meant


def test_prune_keeps_what_is_served_and_what_the_state_names(board: Path) -> None:
    """After a rollback that is an old release; the next build still finds its own versions."""
    served = rollback(board, releases(board)[0]).manifest
    faulty.pruned(board.parent, 1)
    assert releases(board) == [served.id, releases(board)[-1]]
    assert verify(open_release(board)) == []
    report = build(board.parent, DAYS[-1])
    assert (report.built, report.held_back) == ([], releases(board)[-1])


def test_prune_keeps_what_a_stopped_build_has_done(board: Path) -> None:
    """Its versions are in no release yet, but the next build need not make them again."""
    day = date(2017, 2, 9)
    assert faulty.run("build", board.parent, "kill:release verified:1", day) == KILLED
    faulty.pruned(board.parent, 1)
    report = build(board.parent, day)
    assert (report.built, report.is_new) == ([], True)
    assert verify(report.release) == []


def test_prune_stopped_at_every_step(long: Path, tmp_path: Path, survived: Survived) -> None:
    """Killed or out of disk: what is served is whole, and the next prune finds the rest."""
    for kind in ("kill", "full"):
        for point in ("manifest pruned", "version pruned"):
            for visit in (1, 2, 3):
                project = Path(shutil.copytree(long, tmp_path / f"{kind}-{point}-{visit}"))
                if kind == "kill":
                    fault = f"kill:{point}:{visit}"
                    assert faulty.run("prune", project, fault, 1) == KILLED
                else:
                    with armed(f"full:{point}:{visit}"), pytest.raises(BoardError, match="pruning"):
                        faulty.pruned(project, 1)
                assert verify(open_release(project / "board")) == []
                for kept in releases(project / "board"):
                    if point == "manifest pruned":
                        assert verify(find_release(project / "board", kept)) == []
                begun = time.perf_counter()
                faulty.pruned(project, 1)
                seconds = time.perf_counter() - begun
                assert examine(project / "board", named_by_state(project / "board")) == []
                assert len(releases(project / "board")) == 1
                survived((killed_at if kind == "kill" else full_at)(point), seconds)


def test_prune_refuses_what_it_does_not_know(board: Path) -> None:
    """A kept release that cannot be read might name any version."""
    (board / "releases" / f"{releases(board)[-2]}.json").write_text("torn")
    done = run_millpond(board.parent, "release", "prune", "--keep", "2")
    assert (done.returncode, len(versions(board))) == (13, 10)
    assert run_millpond(board.parent, "release", "prune", "--keep", "0").returncode == 2


def test_versions_that_nothing_names_are_prunable_and_no_fault(board: Path) -> None:
    """The doctor lists them, and is content."""
    (board / "releases" / f"{releases(board)[0]}.json").unlink()
    done = run_millpond(board.parent, "doctor")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("`millpond release prune` frees it") == 2
    faulty.pruned(board.parent, 4)
    assert examine(board, named_by_state(board)) == []
