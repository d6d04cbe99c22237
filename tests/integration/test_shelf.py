"""Every kind of address keeps what a board needs: whole files, and of two writers one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from processing.board.shelf import Shelf, Words
from processing.errors import BoardError, ConfigError
from tests.integration.stores import RIGHT, sftp_server, webdav_server
from tests.sources.served import cutting

BOARD = Words("The board", "board")
Opener = Callable[[dict[str, str]], Shelf]


@pytest.fixture
def sftp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server of SFTP whose key this user's ssh knows."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    with sftp_server(tmp_path, tmp_path / "home") as address:
        yield f"{address}/board"


@pytest.fixture
def webdav(tmp_path: Path) -> Iterator[str]:
    """A WebDAV server that asks for a password."""
    with webdav_server(tmp_path) as address:
        yield f"{address}/board"


@pytest.fixture(params=["file", "memory", "sftp", "webdav"])
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Opener:
    """Opens the same shelf, with the credentials given."""
    address = {
        "file": (tmp_path / "board").as_uri(),
        "memory": f"memory://{tmp_path.name}",
    }.get(request.param) or request.getfixturevalue(request.param)
    return lambda credentials: Shelf(address, BOARD, credentials.get)


def test_of_two_writers_one_creates_a_file(opener: Opener) -> None:
    """The other is told, and what lies there is whole; replacing is for what may be replaced."""
    one, other = opener(RIGHT), opener(RIGHT)
    assert one.files() == {}
    assert one.create("served/1.json", b"one")
    assert not other.create("served/1.json", b"two")
    assert other.read(["served/1.json"]) == {"served/1.json": b"one"}
    other.replace("served/1.json", b"three")
    assert one.read(["served/1.json"]) == {"served/1.json": b"three"}
    assert one.names("served") == {"1.json"}
    assert one.names("nothing") == set()


def test_a_list_that_is_cut_short_is_no_list(sftp: str, tmp_path: Path) -> None:
    """Wherever the connection ends: every file is named, or it is an error; never a part of them."""
    names = {f"pins/{name}/1/data.txt" for name in "abcdefgh"}
    Shelf(sftp, BOARD, RIGHT.get).write(dict.fromkeys(names, b"x"))
    port = int(sftp.split(":")[2].partition("/")[0])
    known = tmp_path / "home" / ".ssh" / "known_hosts"
    key = known.read_text().partition(" ")[2]
    cut = 0
    for after in range(1_500, 6_001, 500):
        with cutting(port, after) as through:
            known.write_text(f"[127.0.0.1]:{through} {key}")
            try:
                shelf = Shelf(sftp.replace(str(port), str(through)), BOARD, RIGHT.get)
                with shelf.errors("reading it"):
                    assert set(shelf.files()) == names
            except BoardError:
                cut += 1
    assert cut


def test_what_is_removed_leaves_no_empty_folder(opener: Opener) -> None:
    """Plain pins would take one for a pin."""
    shelf = opener(RIGHT)
    shelf.write({"pins/a/1/a.parquet": b"x", "pins/b/1/b.parquet": b"y"})
    assert set(shelf.files()) == {"pins/a/1/a.parquet", "pins/b/1/b.parquet"}
    assert not shelf.is_old("pins/b/1/b.parquet")
    assert not shelf.is_old("pins/b/1/gone.parquet")
    shelf.remove(["pins/a/1/a.parquet", "pins/gone"])
    assert shelf.names("pins") == {"b"}
    with pytest.raises(FileNotFoundError):
        shelf.read(["pins/a/1/a.parquet"])


@pytest.mark.parametrize("kind", ["sftp", "webdav"])
def test_a_wrong_password(kind: str, request: pytest.FixtureRequest) -> None:
    """One message, and the password is not in it."""
    address = request.getfixturevalue(kind)
    with pytest.raises(BoardError, match="The board fails while") as caught:
        shelf = Shelf(address, BOARD, (RIGHT | {"password": "wrong-c4nary"}).get)
        with shelf.errors("reading it"):
            shelf.files()
    assert "c4nary" not in str(caught.value)


def test_a_server_that_ssh_does_not_know(sftp: str, tmp_path: Path) -> None:
    """Nobody is asked for a password by whoever answers in its place."""
    (tmp_path / "home" / ".ssh" / "known_hosts").write_text("")
    with pytest.raises(BoardError, match="the server's key is not that of"):
        Shelf(sftp, BOARD, RIGHT.get)


def test_an_address_that_cannot_tell_writers_apart() -> None:
    with pytest.raises(ConfigError, match=r"\[board\] address cannot be used"):
        Shelf("ftp://example.org/board", BOARD)
