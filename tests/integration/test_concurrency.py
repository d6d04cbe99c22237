"""Runs that meet: one wins, the others wait or stand down, and readers see one release."""

from __future__ import annotations

import shutil
import signal
import time
from datetime import timedelta
from pathlib import Path

import pytest

from processing.board.publish import releases, rollback
from processing.board.reader import open_release
from processing.errors import BoardError
from processing.site.finishing.publish import release_shown
from tests.conftest import run_millpond
from tests.integration import faulty
from tests.integration.faulty import LATER, NEW_DAY, OLD_DAY, STOOD_DOWN, armed, contents, said
from tests.integration.outcomes import Survived
from tests.integration.projects import NOW, make_project
from tests.integration.sites import small_site

KILLED = -9


def waiting(folder: Path, seconds: float) -> Path:
    """Let runs of the project wait that long for another one."""
    path = folder / "millpond.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("[board]\n", f"[board]\nwait_seconds = {seconds}\n"))
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that serves the old day; its runs wait for nobody."""
    folder = waiting(make_project(tmp_path / "project"), 0)
    faulty.built(folder, OLD_DAY, NOW)
    return folder


def test_the_second_build_stands_down(project: Path, survived: Survived) -> None:
    """With exit code 0 and a line that says so; the first one is not disturbed."""
    first = faulty.start("build", project, "stop:version written:1", NEW_DAY)
    faulty.until_stopped(first)
    second = faulty.start("build", project, "", OLD_DAY)
    assert faulty.end(second) == STOOD_DOWN
    assert "stood down, another run holds" in said(project, second.pid).read_text()
    done = run_millpond(project, "build", "--as-of", "2017-02-12")
    assert done.returncode == 0
    assert "build: stood down, another run holds" in done.stdout
    assert run_millpond(project, "site", "--as-of", "2017-02-12").stdout == done.stdout
    begun = time.perf_counter()
    faulty.go_on(first)
    assert faulty.end(first) == 0
    assert open_release(project / "board").manifest.as_of == "2017-02-12"
    survived("two builds at once", time.perf_counter() - begun)


def test_the_second_build_waits_for_the_first(project: Path) -> None:
    """And then goes on from what that one left."""
    waiting(project, 0)
    text = (project / "millpond.toml").read_text().replace("wait_seconds = 0\n", "")
    (project / "millpond.toml").write_text(text)
    first = faulty.start("build", project, "stop:release verified:1", NEW_DAY)
    faulty.until_stopped(first)
    second = faulty.start("build", project, "", OLD_DAY, LATER)
    second.join(0.3)
    assert second.is_alive()
    faulty.go_on(first)
    assert (faulty.end(first), faulty.end(second)) == (0, 0)
    assert len(releases(project / "board")) == 3
    assert open_release(project / "board").manifest.as_of == "2017-02-11"


def test_many_builds_race(tmp_path: Path, survived: Survived) -> None:
    """On an empty board, all at once: all end well, one release, every version is named by it."""
    folder = make_project(tmp_path / "project")
    children = [faulty.start("build", folder, "", NEW_DAY) for _ in range(4)]
    assert [faulty.end(child) for child in children] == [0] * 4
    assert len(releases(folder / "board")) == 1
    faulty.assert_healed(folder, contents(open_release(folder / "board")))
    assert len(list((folder / "board" / "pins").glob("*/*/data.txt"))) == 2
    survived("two builds at once, a free race")


def test_a_dead_holder_holds_nothing(project: Path, survived: Survived) -> None:
    """A build that is killed amid its work lets the next one begin at once; nobody waits here."""
    first = faulty.start("build", project, "stop:version moved:1", NEW_DAY)
    faulty.until_stopped(first)
    assert faulty.run("build", project, "", NEW_DAY) == STOOD_DOWN
    first.kill()
    assert faulty.end(first) == KILLED
    begun = time.perf_counter()
    faulty.built(project, NEW_DAY)
    survived("killed while it holds the board", time.perf_counter() - begun)
    faulty.assert_healed(project, contents(open_release(project / "board")))


def test_a_rollback_does_not_meddle_with_a_build(project: Path) -> None:
    """A command that must do its work says that it could not, with exit code 13."""
    faulty.built(project, NEW_DAY)
    first = faulty.start("build", project, "stop:lock held:1", OLD_DAY)
    faulty.until_stopped(first)
    with pytest.raises(BoardError, match="Another run holds the board"):
        rollback(project / "board", None, 0)
    for command in (("release", "rollback"), ("release", "prune", "--keep", "1")):
        assert run_millpond(project, *command).returncode == 13
    first.kill()
    assert faulty.end(first) == KILLED
    rollback(project / "board", None, 0)


def test_readers_see_one_release_while_builds_go_on(project: Path, survived: Survived) -> None:
    """Two readers read everything in a loop; never a mixed, torn or unreadable release."""
    readers = [faulty.start("read", project) for _ in range(2)]
    for at in range(200):  # a dozen, or more where readers get little of the processors
        day = OLD_DAY if at % 2 else NEW_DAY
        faulty.built(project, day, LATER + timedelta(minutes=at))
        if at % 4 == 3:
            rollback(project / "board", None)
        seen = [faulty.has_seen(project, reader) for reader in readers if reader.is_alive()]
        if at > 10 and all(reads > 10 and of > 3 for reads, of in seen):
            break
    (project / "stop").touch()
    assert [faulty.end(reader) for reader in readers] == [0, 0]
    texts = [said(project, reader.pid).read_text() for reader in readers]
    assert all(int(text.split()[0]) > 10 and int(text.split()[3]) > 3 for text in texts), texts
    survived("readers during builds")


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with pages whose site shows the old day and whose board serves the new one."""
    folder = waiting(small_site(tmp_path_factory.mktemp("two") / "project"), 0)
    faulty.built(folder, OLD_DAY)
    faulty.render(folder)
    faulty.built(folder, NEW_DAY)
    return folder


@pytest.fixture
def pages(rendered: Path, tmp_path: Path) -> Path:
    """A copy for one test to spoil."""
    return Path(shutil.copytree(rendered, tmp_path / "project"))


@pytest.fixture(scope="module")
def fresh(rendered: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The digest of the new site when no page is cached. The old one gave it its site of then."""
    folder = tmp_path_factory.mktemp("fresh") / "project"
    shutil.copytree(rendered, folder, ignore=shutil.ignore_patterns(".cache"))
    faulty.render(folder)
    return faulty.site_digest(folder)


def test_the_second_site_stands_down(pages: Path, fresh: str, survived: Survived) -> None:
    """It touches neither the staging folder nor the pages that the first one keeps."""
    first = faulty.start("render", pages, "stop:site rendered:1")
    faulty.until_stopped(first)
    assert faulty.run("render", pages) == STOOD_DOWN
    done = run_millpond(pages, "render", "--renderer", "pandoc")
    assert (done.returncode, "render: stood down" in done.stdout) == (0, True)
    done = run_millpond(pages, "check")
    assert (done.returncode, "check: stood down" in done.stdout) == (0, True)
    begun = time.perf_counter()
    faulty.go_on(first)
    assert faulty.end(first) == 0
    assert faulty.site_digest(pages) == fresh
    survived("two sites at once", time.perf_counter() - begun)


def test_two_sites_race(pages: Path, fresh: str, survived: Survived) -> None:
    """The whole main job twice, from an empty cache: both end well, the site is whole."""
    text = (pages / "millpond.toml").read_text().replace("wait_seconds = 0\n", "")
    (pages / "millpond.toml").write_text(text)
    shutil.rmtree(pages / ".cache")
    children = [faulty.start("render", pages) for _ in range(2)]
    assert [faulty.end(child) for child in children] == [0, 0]
    assert faulty.site_digest(pages) == fresh
    assert sorted("nothing to do" in said(pages, c.pid).read_text() for c in children) == [
        False,
        True,
    ]
    survived("two sites at once, a free race")


def test_a_release_that_comes_while_pages_are_executed(
    pages: Path, monkeypatch: pytest.MonkeyPatch, survived: Survived
) -> None:
    """The render begins again with the new release: one site, one release, no failure."""
    from processing.site import making

    decided = making.decide
    seen: list[str] = []

    def interrupted(*arguments: object) -> object:
        if not seen:
            faulty.built(pages, OLD_DAY, LATER + timedelta(hours=1))
        seen.append("page")
        return decided(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(making, "decide", interrupted)
    begun = time.perf_counter()
    faulty.render(pages)
    served = open_release(pages / "board").manifest
    assert release_shown(pages / "_site") == served.id
    assert served.as_of == "2017-02-11"
    survived("a build while pages are executed", time.perf_counter() - begun)


def test_a_site_is_held_against_the_release_it_shows(pages: Path) -> None:
    """A build between render and check makes no finding of it."""
    faulty.render(pages)
    faulty.built(pages, OLD_DAY, LATER + timedelta(hours=1))
    done = run_millpond(pages, "check")
    assert done.returncode == 0, done.stderr


def test_a_stopped_run_is_not_dead(project: Path) -> None:
    """Its staging folder stays until it ends, as who cleans must hold the lock."""
    first = faulty.start("build", project, "stop:version staged:1", NEW_DAY)
    faulty.until_stopped(first)
    assert faulty.run("build", project, "", NEW_DAY) == STOOD_DOWN
    assert len(list((project / "board").glob(".staging-*"))) == 1
    first.kill()
    assert faulty.end(first) == -signal.SIGKILL
    with armed(""):
        faulty.built(project, NEW_DAY)
    assert list((project / "board").glob(".staging-*")) == []
