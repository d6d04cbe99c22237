"""Every kind of address keeps what a board needs: whole files, and of two writers one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

from processing.board.shelf import Shelf, Words
from processing.errors import BoardError, ConfigError

BOARD = Words("The board", "board")
RIGHT = {"user": "me", "password": "pass-c4nary"}
Opener = Callable[[dict[str, str]], Shelf]


@pytest.fixture
def sftp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server of SFTP whose key this user's ssh knows."""
    import asyncssh

    class Login(asyncssh.SSHServer):
        def begin_auth(self, username: str) -> bool:
            return True

        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            return password == RIGHT["password"]

    key = asyncssh.generate_private_key("ssh-ed25519")
    loop, ready, ports = asyncio.new_event_loop(), Event(), []

    def serve() -> None:
        async def begin() -> None:
            server = await asyncssh.listen(
                "127.0.0.1",
                0,
                server_factory=Login,
                server_host_keys=[key],
                sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=bytes(tmp_path)),
            )
            ports.append(server.get_port())
            ready.set()

        loop.run_until_complete(begin())
        loop.run_forever()

    thread = Thread(target=serve, daemon=True)
    thread.start()
    assert ready.wait(10)
    hosts = tmp_path / "home" / ".ssh" / "known_hosts"
    hosts.parent.mkdir(parents=True)
    hosts.write_text(f"[127.0.0.1]:{ports[0]} {key.export_public_key().decode()}")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    yield f"sftp://127.0.0.1:{ports[0]}/board"
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)


@pytest.fixture
def webdav(tmp_path: Path) -> Iterator[str]:
    """A WebDAV server that asks for a password."""
    from cheroot import wsgi
    from wsgidav.wsgidav_app import WsgiDAVApp

    users = {"*": {RIGHT["user"]: {"password": RIGHT["password"]}}}
    app = WsgiDAVApp(
        {
            "provider_mapping": {"/": str(tmp_path)},
            "simple_dc": {"user_mapping": users},
            "verbose": 0,
            "logging": {"enable": False},
        }
    )
    server = wsgi.Server(("127.0.0.1", 0), app)
    server.prepare()
    Thread(target=server.serve, daemon=True).start()
    yield f"webdav+http://127.0.0.1:{server.bind_addr[1]}/board"
    server.stop()


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


def test_what_is_removed_leaves_no_empty_folder(opener: Opener) -> None:
    """Plain pins would take one for a pin."""
    shelf = opener(RIGHT)
    shelf.write({"pins/a/1/a.parquet": b"x", "pins/b/1/b.parquet": b"y"})
    assert set(shelf.files()) == {"pins/a/1/a.parquet", "pins/b/1/b.parquet"}
    assert not shelf.is_old("pins/b/1/b.parquet")
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
