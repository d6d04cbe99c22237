"""A site put at an address: whole, in an order that no reader trips over, and for its audience."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

from processing.errors import ConfigError, SiteError
from processing.keeping.showing import put_site, take_site


@pytest.fixture
def memory() -> Iterator[fsspec.AbstractFileSystem]:
    """A store without folders, as a bucket is."""
    fs = fsspec.filesystem("memory")
    yield fs
    fs.store.clear()


def site(folder: Path, audience: str, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    said = f'{{"generator": "millpond", "audience": "{audience}"}}'
    (folder / "catalog.json").write_text(said)
    return folder


def test_a_site_takes_the_place_of_the_one_before(
    tmp_path: Path, memory: fsspec.AbstractFileSystem
) -> None:
    first = site(tmp_path / "1", "internal", "index.html", "data/old.csv")
    second = site(tmp_path / "2", "internal", "index.html", "data/new.csv", "b.html")
    assert put_site(first, "memory://place") == (3, 0)
    assert put_site(second, "memory://place/") == (4, 1)
    found = [path.removeprefix("/place/") for path in sorted(memory.find("/place"))]
    assert found == ["b.html", "catalog.json", "data/new.csv", "index.html"]


def test_what_is_published_comes_back(tmp_path: Path, memory: fsspec.AbstractFileSystem) -> None:
    """To a machine that has no site, whole; of another audience, or from nowhere, nothing does."""
    put_site(site(tmp_path / "1", "internal", "index.html", "releases/x/a.html"), "memory://place")
    here = tmp_path / "runner" / "_site-internal"
    assert take_site("memory://place", here, "public") == 0
    assert take_site("memory://elsewhere", here, "internal") == 0
    assert not here.exists()
    assert take_site("memory://place", here, "internal") == 3
    found = sorted(path for path in here.rglob("*") if path.is_file())
    assert [path.read_bytes() for path in found] == [
        (tmp_path / "1" / path.relative_to(here)).read_bytes() for path in found
    ]
    (here / "index.html").write_text("mine")
    assert take_site("memory://place", here, "internal") == 0
    assert (here / "index.html").read_text() == "mine"
    assert [path.name for path in here.parent.iterdir()] == [here.name]


def test_pages_come_after_what_they_load_and_the_catalogue_last(
    tmp_path: Path, memory: fsspec.AbstractFileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    put = type(memory).pipe_file

    def noted(self: fsspec.AbstractFileSystem, path: str, value: bytes, **more: object) -> None:
        written.append(path.rsplit("/", 1)[-1])
        put(self, path, value, **more)

    monkeypatch.setattr(type(memory), "pipe_file", noted)
    put_site(site(tmp_path, "internal", "a.html", "z.css", "index.html"), "memory://place")
    assert written == ["z.css", "a.html", "index.html", "catalog.json"]


@pytest.mark.parametrize(("audience", "says"), [("public", "audience public"), (None, "other")])
def test_nothing_else_is_written_over(tmp_path: Path, audience: str | None, says: str) -> None:
    place = tmp_path / "place"
    if audience:
        site(place, audience, "index.html")
    else:
        place.mkdir()
        (place / "notes.txt").write_text("mine")
    before = sorted(place.iterdir())
    with pytest.raises(SiteError, match=says):
        put_site(site(tmp_path / "new", "internal", "index.html"), place.as_uri())
    assert sorted(place.iterdir()) == before


def test_an_address_that_nobody_knows(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="An address to publish to cannot be used"):
        put_site(site(tmp_path, "internal", "a.css"), "nowhere://place")


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(SiteError, match="The site cannot be published to"):
        put_site(site(tmp_path / "new", "internal", "a.css"), (tmp_path / "file" / "x").as_uri())
