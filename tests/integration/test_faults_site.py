"""A site that is killed or runs out of disk at any step: the old site or the new one, whole."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from processing.board.reader import open_release
from processing.errors import MillpondError, SiteError
from processing.site.check.site import check_site
from tests.integration import faulty
from tests.integration.faulty import NEW_DAY, OLD_DAY, armed, site_digest
from tests.integration.outcomes import Survived, full_at, killed_at
from tests.integration.sites import small_site

SEED = 20261121
KILLED = -9
RANDOM_KILLS = 12


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose board serves the new day and whose site still shows the old one.

    The pages of the new day are in the cache, so that a render takes a second.
    """
    folder = small_site(tmp_path_factory.mktemp("sites") / "project")
    faulty.built(folder, OLD_DAY)
    faulty.render(folder)
    (folder / "_site").rename(folder / "old")
    faulty.built(folder, NEW_DAY)
    faulty.render(folder)
    (folder / "_site").rename(folder.parent / "new")
    (folder / "old").rename(folder / "_site")
    return folder


@pytest.fixture(scope="module")
def old(template: Path) -> str:
    """The digest of the published site."""
    return site_digest(template)


@pytest.fixture(scope="module")
def new(template: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The digest of a site made of the new release without a cache, after the old one."""
    folder = tmp_path_factory.mktemp("fresh") / "project"
    shutil.copytree(template, folder, ignore=shutil.ignore_patterns(".cache"))
    faulty.render(folder)
    assert check_site(folder / "_site", open_release(folder / "board"), 9000) == []
    return site_digest(folder)


@pytest.fixture(scope="module")
def visits(template: Path, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, int]]:
    """Every visit of a point in a render whose pages are in the cache."""
    folder = tmp_path_factory.mktemp("visits")
    project = Path(shutil.copytree(template, folder / "project"))
    return faulty.visits("render", project, folder / "log")


@pytest.fixture
def project(template: Path, tmp_path: Path) -> Path:
    """A copy for one test to spoil."""
    return Path(shutil.copytree(template, tmp_path / "project"))


def heal(project: Path, expected: str) -> float:
    """The next render, without help; the seconds it took until all was well."""
    begun = time.perf_counter()
    faulty.render(project)
    seconds = time.perf_counter() - begun
    assert site_digest(project) == expected
    assert sorted(path.name for path in project.glob("_site*")) == ["_site"]
    assert list((project / ".cache").rglob("*.tmp")) == []
    return seconds


def test_a_site_killed_at_every_step(
    template: Path,
    tmp_path: Path,
    visits: list[tuple[str, int]],
    old: str,
    new: str,
    survived: Survived,
) -> None:
    """SIGKILL at every visit of every point: the published folder is one of the two, whole."""
    assert {"pages staged", "site rendered", "site finished", "site swapped"} <= dict(visits).keys()
    for point, visit in visits:
        project = Path(shutil.copytree(template, tmp_path / f"{point}-{visit}"))
        assert faulty.run("render", project, f"kill:{point}:{visit}") == KILLED, point
        assert site_digest(project) in (old, new), point
        survived(killed_at(point), heal(project, new))
        shutil.rmtree(project)


def test_a_site_killed_while_it_keeps_pages(
    project: Path, old: str, new: str, survived: Survived
) -> None:
    """The first page is kept and the second is not; no kernel outlives the run."""
    shutil.rmtree(project / ".cache" / "pages")
    child = faulty.start("render", project, "kill:page kept:1")
    assert faulty.end(child) == KILLED
    assert faulty.processes_of(project / "board") == []
    assert site_digest(project) == old
    survived(killed_at("page kept"), heal(project, new))


def test_a_disk_that_is_full_at_every_step(
    template: Path,
    tmp_path: Path,
    visits: list[tuple[str, int]],
    old: str,
    new: str,
    survived: Survived,
) -> None:
    """One clear SiteError, and the published folder is one of the two, whole."""
    for point, visit in visits:
        project = Path(shutil.copytree(template, tmp_path / f"{point}-{visit}"))
        with armed(f"full:{point}:{visit}"), pytest.raises(SiteError) as caught:
            faulty.render(project)
        assert "No space left on device" in str(caught.value)
        assert "make room" in str(caught.value)
        assert site_digest(project) in (old, new), point
        survived(full_at(point), heal(project, new))
        shutil.rmtree(project)


def test_a_disk_that_is_full_while_pages_are_kept(
    project: Path, old: str, new: str, survived: Survived
) -> None:
    """A page that was executed but could not be kept is executed again."""
    shutil.rmtree(project / ".cache" / "pages")
    with armed("full:page kept:1"), pytest.raises(SiteError, match="make room"):
        faulty.render(project)
    assert site_digest(project) == old
    survived(full_at("page kept"), heal(project, new))


def test_sites_killed_from_outside_at_random_times(
    template: Path, tmp_path: Path, old: str, new: str, survived: Survived
) -> None:
    """A render takes about 0.2 s here, and is killed at any moment of it."""
    random_ = random.Random(SEED)
    project = tmp_path / "project"
    for _ in range(RANDOM_KILLS):
        shutil.copytree(template, project)
        child = faulty.start("render", project)
        child.join(random_.uniform(0.01, 0.25))
        child.kill()
        faulty.end(child)
        assert site_digest(project) in (old, new)
        survived("killed from outside, site", heal(project, new))
        shutil.rmtree(project)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 24 MB; skipped where this user may mount none."""
    with faulty.tmpfs(tmp_path / "disk", "24m") as folder:
        yield folder


def test_a_disk_that_is_really_full(
    template: Path, disk: Path, old: str, new: str, survived: Survived
) -> None:
    """With ever more room the render comes further, and never publishes half of anything."""
    refused = 0
    for pages in (0, 2, 8, 24, 60, 150):
        project = Path(shutil.copytree(template, disk / "project"))
        filler = faulty.fill(disk, pages)
        try:
            faulty.render(project)
        except MillpondError as error:
            assert isinstance(error, SiteError), error
            assert "No space left on device" in str(error)
            refused += 1
        assert site_digest(project) in (old, new)
        filler.unlink()
        survived("disk full, site", heal(project, new))
        shutil.rmtree(project)
    assert refused >= 4
