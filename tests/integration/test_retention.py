"""Old releases go by themselves, as far as millpond.toml says, and nobody who reads is disturbed."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from processing.board.manifest import Manifest
from processing.board.publish import find_release, releases, verify
from processing.board.reader import open_release
from processing.build.elsewhere import board_here, run_build
from processing.build.run import Build, Report
from processing.config import load_config
from tests.conftest import run_millpond
from tests.integration import faulty
from tests.integration.places import Place
from tests.integration.projects import NOW, make_project
from tests.integration.stores import served

DAYS = [date(2017, 2, 8) + timedelta(day) for day in range(5)]
START = NOW - timedelta(days=60)
EVERYWHERE = pytest.mark.parametrize("place", ["file", "s3"], indirect=True)


def retaining(folder: Path, own: str, keep: int = 1) -> Path:
    """The project with these keys of its board, and so many releases with an address."""
    toml = folder / "millpond.toml"
    text = toml.read_text(encoding="utf-8").replace("[board]\n", f"[board]\n{own}\n")
    toml.write_text(f"{text}\n[keep]\nreleases = {keep}\n", encoding="utf-8")
    return folder


def built(folder: Path, every: timedelta, days: list[date] = DAYS) -> list[str]:
    """The ids of releases that were made one after the other, so far apart."""
    return [
        faulty.built(folder, day, START + at * every).manifest.id for at, day in enumerate(days)
    ]


def whole(folder: Path) -> list[str]:
    """The releases on the board; every one is as it was released, and nothing else is there."""
    board_here(load_config(folder), whole=True)
    board = load_config(folder).board_path
    assert [verify(find_release(board, one)) for one in releases(board)] == [[]] * len(
        releases(board)
    )
    return releases(board)


@pytest.mark.parametrize(
    ("own", "keep", "left"),
    [
        ("", 1, 5),
        ("keep_releases = 2", 1, 2),
        ("keep_releases = 2", 4, 4),  # so many have an address on the site
        ("keep_days = 2", 1, 4),  # two days before the last one, the second was served
        ("keep_releases = 4\nkeep_days = 1", 1, 4),
    ],
)
def test_what_stays_after_a_build(tmp_path: Path, own: str, keep: int, left: int) -> None:
    folder = retaining(make_project(tmp_path / "project"), own, keep)
    ids = built(folder, timedelta(days=1, minutes=-1))
    assert whole(folder) == ids[-left:]
    assert run_millpond(folder, "doctor").returncode == 0


def test_a_release_that_was_just_followed_stays(tmp_path: Path) -> None:
    """Somebody may be amid reading it; an hour later nobody is."""
    folder = retaining(make_project(tmp_path / "project"), "keep_releases = 1")
    ids = built(folder, timedelta(minutes=25))
    assert whole(folder) == ids[-4:]
    faulty.built(folder, DAYS[-1], START + timedelta(hours=4))
    assert whole(folder) == ids[-1:]


def test_what_is_served_stays_after_a_rollback(tmp_path: Path) -> None:
    """However old it is."""
    folder = make_project(tmp_path / "project")
    ids = built(folder, timedelta(days=1))
    assert run_millpond(folder, "release", "rollback", ids[0]).returncode == 0
    retaining(folder, "keep_releases = 1")
    faulty.build(folder, DAYS[-1], START + timedelta(days=30))
    assert whole(folder) == [ids[0], ids[-1]]
    assert open_release(folder / "board").manifest.id == ids[0]


@EVERYWHERE
def test_a_board_elsewhere(place: Place) -> None:
    """The store is rid of them as well, and another machine sees a whole board."""
    folder = retaining(place.machine(), "keep_releases = 2")
    ids = built(folder, timedelta(days=1), DAYS[:4])
    files = place.shelf(folder).files()
    assert len([name for name in files if name.endswith(f"{ids[0]}.json")]) == 0
    other = place.machine()
    assert served(other).manifest.id == ids[-1]
    assert whole(other) == ids[-2:]
    named = {one.file for i in ids[-2:] for one in _manifest(other, i).pins}
    assert {name for name in files if name.endswith(".parquet")} == {f"pins/{n}" for n in named}


def _manifest(folder: Path, identity: str) -> Manifest:
    return find_release(load_config(folder).board_path, identity).manifest


def test_nobody_who_reads_is_disturbed(tmp_path: Path) -> None:
    """A process reads whole releases again and again while builds let others go.

    Time goes fast here: no read may take as long as the hour that a release stays.
    """
    folder = retaining(make_project(tmp_path / "project"), "keep_releases = 1")
    faulty.built(folder, DAYS[0], START)
    reader = faulty.start("read", folder)
    for at, day in enumerate(DAYS * 2, 1):
        faulty.built(folder, day, START + at * timedelta(minutes=10))
        faulty.until_it_reads_again(folder, reader)
    (folder / "stop").touch()
    assert faulty.end(reader) == 0, faulty.said(folder, reader.pid).read_text()
    assert len(releases(folder / "board")) < 11


def test_what_cannot_be_let_go_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    """A release that cannot be read might name any version: the build is good all the same."""
    folder = retaining(make_project(tmp_path / "project"), "keep_releases = 3")
    ids = built(folder, timedelta(days=1), DAYS[:3])
    (folder / "board" / "releases" / f"{ids[1]}.json").write_text("torn")
    said: list[str] = []
    now = START + timedelta(days=3)
    config, tables = load_config(folder), faulty.few_tables()
    report = run_build(lambda: Build(config, DAYS[3], now, said.append, tables=tables))
    assert isinstance(report, Report)
    assert said[-1].startswith("nothing was let go of the board: ")
    assert releases(folder / "board") == [*ids, report.release.manifest.id]


def test_prune_by_what_the_configuration_says(tmp_path: Path) -> None:
    """Without a number of its own; and a usage error where nothing says one."""
    folder = make_project(tmp_path / "project")
    ids = built(folder, timedelta(days=1))
    done = run_millpond(folder, "release", "prune")
    assert (done.returncode, "Nothing says how many" in done.stderr) == (2, True)
    retaining(folder, "keep_releases = 3")
    assert "deleting" in run_millpond(folder, "release", "prune").stdout
    assert whole(folder) == ids[-3:]
