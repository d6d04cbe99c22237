"""Boards elsewhere, each at a real server that the tests of a module share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from processing.board.at import replica_of
from processing.board.elsewhere import Replica
from processing.board.shelf import Shelf
from processing.build.state import named_by_state
from processing.config import load_config
from tests.integration.stores import (
    KEYS,
    RIGHT,
    make_bucket,
    project_on,
    s3_server,
    sftp_server,
    webdav_server,
)

EVERYWHERE = ["file", "s3", "sftp", "webdav"]


@dataclass
class Place:
    """A board elsewhere: `machine` makes one more project that uses it."""

    address: str
    folder: Path
    endpoint: str = ""
    credentials: Mapping[str, str] = field(default_factory=dict)
    count: int = 0

    def machine(self) -> Path:
        self.count += 1
        folder = self.folder / f"machine-{self.count}" / "project"
        return project_on(folder, self.address, self.endpoint, self.credentials)

    def replica(self, folder: Path) -> Replica:
        return replica_of(load_config(folder), {}, named_by_state)

    def shelf(self, folder: Path) -> Shelf:
        store = self.replica(folder).store
        assert isinstance(store, Shelf)
        return store


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    with s3_server() as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def sftp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder, home = tmp_path_factory.mktemp("sftp"), tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch, sftp_server(folder, home) as address:
        patch.setenv("HOME", str(home))
        yield address


@pytest.fixture(scope="module")
def webdav(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with webdav_server(tmp_path_factory.mktemp("webdav")) as address:
        yield address


@pytest.fixture(params=EVERYWHERE)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A board where nothing was ever kept."""
    if request.param == "file":
        return Place((tmp_path / "store").as_uri(), tmp_path)
    server = request.getfixturevalue(request.param)
    name = tmp_path.name.replace("_", "-").lower()[:60].strip("-")
    if request.param == "s3":
        make_bucket(server, name)
        return Place(f"s3://{name}/board", tmp_path, server, KEYS)
    return Place(f"{server}/{name}/board", tmp_path, "", RIGHT)
