"""Servers that take a connection and never say a word: no source and no board waits for ever."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from processing import web
from processing.board import kinds
from processing.board.shelf import Shelf, Words
from processing.errors import BoardError
from processing.sources import postgresql, s3
from tests.sources.shops import not_taken, shop
from tests.sources.test_bad_input import KINDS, asked, refused

SOON = 0.2  # seconds; an answer that never comes is not the later for a slow machine
AT_ONCE = {"connect_timeout": SOON, "read_timeout": SOON, "retries": {"max_attempts": 0}}
KEYS = 'credentials.key = "SHOP_KEY"\ncredentials.secret = "SHOP_SECRET"'


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A port at which connections are taken by the system, and answered by nobody."""
    monkeypatch.setattr(web, "SECONDS", (SOON, SOON))
    monkeypatch.setattr(web, "BACKOFF", 0)
    monkeypatch.setattr(s3, "LIMITS", AT_ONCE)
    monkeypatch.setattr(kinds, "LIMITS", AT_ONCE)
    monkeypatch.setattr(kinds, "CONNECT", SOON)
    monkeypatch.setattr(kinds, "READ", SOON)
    monkeypatch.setattr(postgresql, "SILENT", {"connect_timeout": 1})
    with socket.create_server(("127.0.0.1", 0), backlog=64) as found:
        yield found.getsockname()[1]


@pytest.mark.parametrize("kind", KINDS)
def test_a_web_server(tmp_path: Path, silent: int, kind: str) -> None:
    found = refused(asked(tmp_path, kind, f"http://127.0.0.1:{silent}/lines.csv"))
    assert "no answer in time" in found or "cannot be reached" in found


def test_s3(tmp_path: Path, silent: int) -> None:
    text = f'address = "s3://shop/lines.parquet"\nendpoint = "http://127.0.0.1:{silent}"\n{KEYS}'
    given = {"SHOP_KEY": "key-c4nary", "SHOP_SECRET": "secret-c4nary"}
    assert "the server" in not_taken(shop(tmp_path / "shop", text), given)


def test_postgresql(tmp_path: Path, silent: int) -> None:
    text = f'address = "postgresql://me@127.0.0.1:{silent}/shop"\ntable = "lines"'
    assert "does not answer in time" in not_taken(shop(tmp_path / "shop", text), {})


@pytest.mark.parametrize(
    "address", ["s3://shop/board", "sftp://{}/board", "webdav+http://{}/board"]
)
def test_boards(silent: int, address: str) -> None:
    """Opened or read, whichever of the two asks first."""
    place = f"127.0.0.1:{silent}"
    given = {"user": "me", "password": "pw"} if "{}" in address else {"key": "x", "secret": "x"}
    endpoint = "" if "{}" in address else f"http://{place}"
    with pytest.raises(BoardError, match="The board fails while"):
        shelf = Shelf(address.format(place), Words("The board", "board"), given.get, endpoint)
        with shelf.errors("reading it"):
            shelf.files()
