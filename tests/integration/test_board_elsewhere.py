"""Boards that lie elsewhere: one release for everybody, of two writers one, nothing half-written."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pins
import pytest
from click.testing import CliRunner, Result

from processing.board.elsewhere import CURRENT_FILE, HEADS
from processing.board.manifest import sha256_file
from processing.board.publish import find_release, releases, verify
from processing.build.elsewhere import board_here
from processing.cli import cli
from processing.config import load_config
from processing.config_sources import SourceConfig
from processing.credentials import Credentials
from processing.errors import BoardError, SourceError
from processing.sources.asked import Asked
from processing.sources.find import find
from processing.sources.source import RawColumn, Source
from tests.integration import faulty
from tests.integration.faulty import LATER, NEW_DAY, OLD_DAY, built, contents
from tests.integration.places import Place
from tests.integration.projects import NOW
from tests.integration.stores import KEYS, make_bucket, project_on, refusing, served
from tests.integration.writers import second_builds_on_the_first

# What a run visits while it sends a release, and which visit of it is meant.
SENDING = [
    ("file", "version sent:2"),
    ("file", "head due:1"),
    ("file", "head made:1"),
    ("file", "lists sent:1"),
    ("s3", "head due:1"),
    ("s3", "head made:1"),
    ("sftp", "version sent:2"),
    ("sftp", "head made:1"),
    ("webdav", "head due:1"),
    ("webdav", "lists sent:1"),
]
on_a_folder = pytest.mark.parametrize("place", ["file"], indirect=True)
on_s3 = pytest.mark.parametrize("place", ["s3"], indirect=True)


@pytest.fixture
def unused_port() -> Iterator[int]:
    """A port of this machine at which nobody listens, and nobody can while it is held."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield int(held.getsockname()[1])


def millpond(folder: Path, *arguments: str) -> Result:
    """The command line on a project, in this process."""
    return CliRunner().invoke(cli, ["--project", str(folder), *arguments])


def assert_whole(folder: Path, *allowed: dict[str, str]) -> None:
    """What the board serves to a machine is one of these, and every hash is right."""
    release = served(folder)
    assert contents(release) in allowed
    assert verify(release) == []


def test_what_one_machine_releases_another_reads(place: Place) -> None:
    """With its hashes, its history and its state: a build there has nothing to do."""
    one, other = place.machine(), place.machine()
    first = built(one, OLD_DAY, NOW)
    second = built(one, NEW_DAY, LATER)
    found = served(other)
    assert found.manifest == second.manifest
    assert (verify(found), len(found.read("weeks").frame)) == ([], 7)
    assert built(other, NEW_DAY, LATER + timedelta(1)).manifest.id == second.manifest.id
    board_here(load_config(other), whole=True)
    board = load_config(other).board_path
    assert releases(board) == [first.manifest.id, second.manifest.id]
    assert verify(find_release(board, first.manifest.id)) == []


@on_s3
def test_plain_pins_reads_it(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """By `board_s3`: the layout is that of pins."""
    one = place.machine()
    rows = built(one, OLD_DAY, NOW).manifest.pin("weeks").rows
    path = place.address.removeprefix("s3://") + "/pins"
    for key, value in {
        "AWS_ENDPOINT_URL": place.endpoint,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
    }.items():
        monkeypatch.setenv(key, value)
    board: Any = pins.board_s3(path)
    assert len(board.pin_read("weeks")) == rows


def test_of_two_writers_the_second_builds_on_what_the_first_released(place: Place) -> None:
    """Nothing of either is lost or mixed."""
    machine, made = second_builds_on_the_first(place)
    board_here(load_config(machine), whole=True)
    assert releases(load_config(machine).board_path) == [one.id for one in made]


@pytest.mark.parametrize("place", ["s3", "sftp", "webdav"], indirect=True)
def test_many_writers_race(place: Place) -> None:
    """All at once on an empty board, for three days: each release is whole and follows another."""
    machines = [place.machine() for _ in range(3)]
    children = [
        faulty.start("build", folder, "", NEW_DAY + timedelta(at), LATER)
        for at, folder in enumerate(machines)
    ]
    failed = [
        faulty.said(folder, child.pid).read_text()
        for folder, child in zip(machines, children, strict=True)
        if faulty.end(child) not in (0, faulty.STOOD_DOWN)
    ]
    assert not failed, "\n".join(failed)
    reader = place.machine()
    board_here(load_config(reader), whole=True)
    board = load_config(reader).board_path
    found = [find_release(board, identity) for identity in releases(board)]
    assert [verify(release) for release in found] == [[]] * len(found)
    ids = [release.manifest.id for release in found]
    assert [release.manifest.previous for release in found] == [None, *ids[:-1]]
    assert served(reader).manifest.id == ids[-1]


@pytest.mark.parametrize(("place", "point"), SENDING, indirect=["place"])
def test_a_writer_that_is_killed(place: Place, point: str) -> None:
    """Others see the old release or the new one, whole, and the next build ends what it began."""
    one, other = place.machine(), place.machine()
    old = contents(built(one, OLD_DAY, NOW))
    assert faulty.run("build", one, f"kill:{point}", NEW_DAY, LATER) == -9
    probe = place.machine()
    assert_whole(probe, old, contents(built(other, NEW_DAY, LATER)))
    healed = served(probe)
    assert healed.manifest.as_of == NEW_DAY.isoformat()
    shelf = place.shelf(probe)
    newest = sorted(shelf.names(HEADS))[-1]
    (head, current) = shelf.read([f"{HEADS}/{newest}", CURRENT_FILE]).values()
    assert head == current


@on_a_folder
def test_a_copy_that_was_damaged_is_mended(place: Place) -> None:
    """Bytes of the replica that are not what was released are fetched again."""
    one = place.machine()
    release = built(one, OLD_DAY, NOW)
    release.path("weeks").write_bytes(b"rotten")
    assert verify(served(one)) == []


@on_a_folder
def test_a_board_that_was_damaged_is_told(place: Place) -> None:
    """A replica cannot hide it: `release verify` asks for every byte."""
    one = place.machine()
    release = built(one, OLD_DAY, NOW)
    file = f"pins/{release.manifest.pin('weeks').file}"
    place.shelf(one).replace(file, b"rotten")
    done = millpond(one, "release", "verify")
    assert done.exit_code == 13
    assert "Pin weeks version" in done.stderr


def test_releases_are_rolled_back_pruned_and_looked_after(place: Place) -> None:
    """By the commands that know folders; another machine sees what they did."""
    one, other = place.machine(), place.machine()
    ids = [
        built(one, OLD_DAY + timedelta(day), NOW + timedelta(hours=day)).manifest.id
        for day in range(3)
    ]
    assert millpond(other, "release", "rollback").stdout == f"serving {ids[1]} again\n"
    assert served(one).manifest.id == ids[1]
    shelf = place.shelf(one)
    before = [name for name in shelf.files() if name.startswith("pins/weeks/")]
    assert millpond(other, "release", "prune", "--keep", "1").exit_code == 0
    after = [name for name in shelf.files() if name.startswith("pins/weeks/")]
    assert len(after) < len(before)
    shelf.write({"pins/stray/x.txt": b"stray"})
    assert "named by no release" not in millpond(one, "doctor", "--fix").stdout
    left = [name for name in shelf.files() if "stray" in name]
    assert len(left) == 1
    assert left[0].startswith("set-aside/")
    listed = millpond(other, "release", "list").stdout
    assert listed == f"{ids[1]}  served\n{ids[2]}\n"
    assert verify(served(place.machine())) == []


@pytest.mark.parametrize("place", ["s3", "sftp"], indirect=True)
def test_a_pin_of_it_is_a_source_of_another_project(place: Place, tmp_path: Path) -> None:
    """The pin alone is fetched, and anew only when another one is released."""
    one = place.machine()
    entry = built(one, OLD_DAY, NOW).manifest.pin("weeks")
    asked = pin_asked(tmp_path / "reader", place, "weeks")
    (file,) = find(asked).files
    before = file.stat()
    assert sha256_file(file) == entry.sha256
    assert len(list((tmp_path / "reader").rglob("*.parquet"))) == 1
    (same,) = find(asked).files
    assert (same, same.stat()) == (file, before)
    newer = built(one, NEW_DAY, LATER).manifest.pin("weeks")
    (file,) = find(asked).files
    assert sha256_file(file) == newer.sha256 != entry.sha256
    with pytest.raises(SourceError, match="the board does not give it") as caught:
        find(pin_asked(tmp_path / "reader", place, "gone"))
    assert "c4nary" not in str(caught.value)


def pin_asked(folder: Path, place: Place, table: str) -> Asked:
    """A pin of the board at that place as a source, as docs/sources.md has it."""
    folder.mkdir(exist_ok=True)
    names = {role: f"BOARD_{role.upper()}" for role in place.credentials}
    config = SourceConfig(
        address=f"board:{place.address}", table=table, endpoint=place.endpoint, credentials=names
    )
    given = {names[role]: value for role, value in place.credentials.items()}
    columns = (RawColumn("week", "integer", "the week"),)
    source = Source(name="weeks", title="", origin="", licence="", updated="", columns=columns)
    paths = (folder, folder / ".cache", folder / "intake", NEW_DAY, "UTC")
    return Asked(source, config, *paths, Credentials(given, folder / ".env"))


def test_no_bucket(s3: str, tmp_path: Path) -> None:
    """One message before anything is built."""
    folder = project_on(tmp_path / "project", "s3://nothing-here/board", s3, KEYS)
    with pytest.raises(BoardError, match="The board fails while reading it: s3://nothing-here"):
        built(folder, OLD_DAY)


@pytest.mark.parametrize(("method", "doing"), [("GET", "reading it"), ("PUT", "putting a release")])
def test_no_right(s3: str, tmp_path: Path, method: str, doing: str) -> None:
    """To read or to write: one message, and others see what they saw."""
    make_bucket(s3, f"no-{method.lower()}")
    address = f"s3://no-{method.lower()}/board"
    other = project_on(tmp_path / "other", address, s3, KEYS)
    before = built(other, OLD_DAY, NOW).manifest
    with refusing(s3, method, 403) as endpoint:
        folder = project_on(tmp_path / "project", address, endpoint, KEYS)
        with pytest.raises(BoardError, match=f"The board fails while {doing}") as caught:
            built(folder, NEW_DAY)
        assert "testing" not in str(caught.value)
    assert served(other).manifest == before
    assert verify(served(other)) == []


def test_no_server(tmp_path: Path, unused_port: int) -> None:
    endpoint = f"http://127.0.0.1:{unused_port}"
    folder = project_on(tmp_path / "project", "s3://x/y", endpoint, KEYS)
    with pytest.raises(BoardError, match=r"The board fails while reading it: s3://x/y"):
        built(folder, OLD_DAY)
