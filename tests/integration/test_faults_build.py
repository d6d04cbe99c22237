"""A build that is killed or runs out of disk at any step: the old release or the new one, whole."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from processing.board.lock import StoodDown
from processing.board.publish import releases
from processing.board.reader import open_release
from processing.board.serve import LISTED, listed
from processing.build.run import Build
from processing.config import load_config
from processing.errors import BoardError
from processing.faults import VARIABLE
from tests.integration import faulty
from tests.integration.faulty import LATER, NEW_DAY, OLD_DAY, armed, contents
from tests.integration.outcomes import Survived, full_at, killed_at
from tests.integration.projects import NOW, make_project

SEED = 20261121
KILLED = -9
RANDOM_KILLS = 12


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that serves the old day."""
    folder = make_project(tmp_path_factory.mktemp("faults") / "project")
    faulty.built(folder, OLD_DAY, NOW)
    return folder


@pytest.fixture(scope="module")
def old(template: Path) -> dict[str, str]:
    """What is served before."""
    return contents(open_release(template / "board"))


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a build of the new day from nothing serves."""
    return contents(faulty.built(make_project(tmp_path_factory.mktemp("new") / "project"), NEW_DAY))


@pytest.fixture(scope="module")
def visits(template: Path, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, int]]:
    """Every visit of a point in a build of the new day."""
    folder = tmp_path_factory.mktemp("visits")
    project = Path(shutil.copytree(template, folder / "project"))
    return faulty.visits("build", project, folder / "log", NEW_DAY)


@pytest.fixture
def project(template: Path, tmp_path: Path) -> Path:
    """A copy for one test to spoil."""
    return Path(shutil.copytree(template, tmp_path / "project"))


def heal(project: Path, expected: dict[str, str], now: datetime = LATER) -> float:
    """The next build, without help; the seconds it took until all was well."""
    begun = time.perf_counter()
    faulty.built(project, NEW_DAY, now + timedelta(minutes=10))
    seconds = time.perf_counter() - begun
    faulty.assert_healed(project, expected)
    return seconds


def test_a_build_killed_at_every_step(
    template: Path,
    tmp_path: Path,
    visits: list[tuple[str, int]],
    old: dict[str, str],
    new: dict[str, str],
    survived: Survived,
) -> None:
    """SIGKILL at every visit of every point; a reader finds one release, the next build heals."""
    assert len(visits) > 25
    for point, visit in visits:
        project = Path(shutil.copytree(template, tmp_path / f"{point}-{visit}"))
        assert faulty.run("build", project, f"kill:{point}:{visit}", NEW_DAY) == KILLED, point
        faulty.assert_whole(project / "board", old, new)
        survived(killed_at(point), heal(project, new))
        shutil.rmtree(project)


def test_the_first_build_killed_at_every_step(
    tmp_path: Path, visits: list[tuple[str, int]], new: dict[str, str], survived: Survived
) -> None:
    """On an empty board there is nothing to serve until there is all of it."""
    for point in dict.fromkeys(point for point, _ in visits if not point.startswith("file")):
        project = make_project(tmp_path / point)
        assert faulty.run("build", project, f"kill:{point}:1", NEW_DAY) == KILLED, point
        if (project / "board" / "releases" / "current.json").exists():
            faulty.assert_whole(project / "board", new)
        survived(killed_at(point), heal(project, new))
        shutil.rmtree(project)


def test_a_disk_that_is_full_at_every_step(
    template: Path,
    tmp_path: Path,
    visits: list[tuple[str, int]],
    old: dict[str, str],
    new: dict[str, str],
    survived: Survived,
) -> None:
    """One clear BoardError, nothing half-written or lost, the first time and the last."""
    last = dict(visits)
    for point, visit in visits:
        if 1 < visit < last[point]:
            continue
        project = Path(shutil.copytree(template, tmp_path / f"{point}-{visit}"))
        with armed(f"full:{point}:{visit}"), pytest.raises(BoardError) as caught:
            faulty.build(project, NEW_DAY)
        assert "No space left on device" in str(caught.value)
        assert "make room" in str(caught.value)
        faulty.assert_whole(project / "board", old, new)
        survived(full_at(point), heal(project, new))
        shutil.rmtree(project)


def test_a_full_memory_of_hashes_stops_no_build(project: Path, new: dict[str, str]) -> None:
    """It only saves reading; the release is put in place all the same."""
    (project / ".cache" / "hashes.json").unlink(missing_ok=True)
    (project / ".cache" / "hashes.json").mkdir(parents=True)
    told: list[str] = []
    job = Build(
        load_config(project), NEW_DAY, datetime.now(NOW.tzinfo) + timedelta(days=1),
        told.append, tables=faulty.few_tables(),
    )  # fmt: skip
    report = job.run()
    assert not isinstance(report, StoodDown)
    assert contents(report.release) == new
    assert any("hashes of sources are not remembered" in line for line in told)


def test_builds_killed_from_outside_at_random_times(
    project: Path, old: dict[str, str], new: dict[str, str], survived: Survived
) -> None:
    """Many on one board, with and without a whole build between: each goes on from what it finds."""
    random_ = random.Random(SEED)
    for at in range(RANDOM_KILLS):
        day = OLD_DAY if at % 2 else NEW_DAY
        child = faulty.start("build", project, "", day, LATER + timedelta(minutes=at))
        child.join(random_.uniform(0.01, 0.4))
        child.kill()
        faulty.end(child)
        faulty.assert_whole(project / "board", old, new)
        if at % 3:
            survived("killed from outside, build", heal(project, new, LATER + timedelta(hours=at)))


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 2 MB; skipped where this user may mount none."""
    with faulty.tmpfs(tmp_path / "disk", "2m") as folder:
        yield folder


def test_a_disk_that_is_really_full(
    template: Path, disk: Path, old: dict[str, str], new: dict[str, str], survived: Survived
) -> None:
    """With ever more room the build comes further, and never leaves half of anything."""
    refused = 0
    for pages in (0, 1, 2, 3, 4, 6, 8, 10, 12, 14, 16, 20, 24):
        project = Path(shutil.copytree(template, disk / "project"))
        filler = faulty.fill(disk, pages)
        try:
            faulty.build(project, NEW_DAY)
        except BoardError as error:
            assert "No space left on device" in str(error) or "written torn" in str(error)
            refused += 1
        faulty.assert_whole(project / "board", old, new)
        filler.unlink()
        survived("disk full, build", heal(project, new))
        shutil.rmtree(project)
    assert refused >= 8


def test_leftovers_of_the_dead_are_cleared_by_the_next_build(
    project: Path, new: dict[str, str]
) -> None:
    """Staging folders and temporary files; not those that a living process is writing."""
    board = project / "board"
    (board / ".staging-dead" / "weeks").mkdir(parents=True)
    (board / ".state.json.999999999.tmp").write_bytes(b"half")
    (board / "releases" / ".current.json.999999999.tmp").write_bytes(b"half")
    alive = board / ".freshness.json.1.tmp"  # process 1 is always there
    alive.write_bytes(b"being written")
    faulty.built(project, NEW_DAY)
    assert alive.exists()
    alive.unlink()
    faulty.assert_healed(project, new)


def test_what_stands_beside_the_release_is_mended_by_the_next_build(
    project: Path, old: dict[str, str], survived: Survived
) -> None:
    """Its kept copy and the list for plain pins, though nothing else is to do."""
    board = project / "board"
    release = open_release(board)
    (board / "pins" / LISTED).write_text("torn")
    (board / "releases" / f"{release.manifest.id}.json").unlink()
    assert faulty.built(project, OLD_DAY).manifest == release.manifest
    assert (board / "pins" / LISTED).read_bytes() == listed(release.manifest)
    assert releases(board) == [release.manifest.id]
    faulty.assert_healed(project, old)


def test_the_points_do_nothing_when_no_fault_is_armed(project: Path) -> None:
    """Another process's fault is no concern of this one."""
    with armed("kill:no such point:1"):
        faulty.built(project, NEW_DAY)
    with armed(""):
        faulty.built(project, OLD_DAY, LATER + timedelta(minutes=1))
    assert VARIABLE == "MILLPOND_FAULT"
