"""Read pins through exactly one release; the only way from a page to data."""

from __future__ import annotations

import hashlib
import io
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from processing.board.manifest import CURRENT, MAX_BYTES, Manifest, PinEntry, decode
from processing.board.names import inside
from processing.errors import BoardError

if TYPE_CHECKING:
    import pandas as pd

BOARD_VARIABLE = "MILLPOND_BOARD"


@dataclass(frozen=True)
class Pin:
    """One pinned table as a page sees it: its rows, its contract, and the release it belongs to."""

    frame: pd.DataFrame
    entry: PinEntry
    manifest: Manifest

    @property
    def name(self) -> str:
        """The name of the table."""
        return self.entry.name


@dataclass(frozen=True)
class Release:
    """One release on a board. `read` verifies the SHA-256 before it parses anything."""

    board: Path
    manifest: Manifest

    def path(self, name: str) -> Path:
        """Where the pin's file lies. BoardError when the release names no such pin."""
        return inside(self.board / "pins", self.manifest.pin(name).file)

    def read(self, name: str) -> Pin:
        """The pin's rows. BoardError when the file is missing or its hash is another."""
        import pandas as pd
        import pyarrow.parquet as pq

        entry = self.manifest.pin(name)
        content = verified_bytes(self.path(name), entry)
        frame = pq.read_table(io.BytesIO(content)).to_pandas(types_mapper=_pandas_type)
        assert isinstance(frame, pd.DataFrame)
        return Pin(frame=frame, entry=entry, manifest=self.manifest)


def _pandas_type(arrow: object) -> object:
    """Arrow-backed columns throughout: decimals stay exact and nulls stay null."""
    import pandas as pd

    return pd.ArrowDtype(arrow)


def verified_bytes(path: Path, entry: PinEntry) -> bytes:
    """The file's bytes once their SHA-256 is the one the release names; BoardError otherwise."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BoardError(
            f"Pin {entry.name} version {entry.version} cannot be read: {error.strerror}",
            found=str(path),
            next_step="run `millpond release verify`, then `millpond build --force "
            + entry.name
            + "`",
        ) from error
    found = hashlib.sha256(content).hexdigest()
    if found != entry.sha256:
        raise BoardError(
            f"Pin {entry.name} version {entry.version} is not what was released",
            found=f"SHA-256 {found}",
            expected=f"SHA-256 {entry.sha256}",
            next_step="run `millpond release rollback` or `millpond build --force "
            + entry.name
            + "`",
        )
    return content


def open_release(board: Path, name: str = CURRENT) -> Release:
    """The current release of a board (or the one in file `name`); BoardError when there is none."""
    path = inside(board / "releases", name)
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= MAX_BYTES else b""
    except FileNotFoundError:
        raise BoardError(
            f"The board has no release: {board}",
            expected=f"a manifest at {path}",
            next_step="run `millpond build`",
        ) from None
    except OSError as error:
        raise BoardError(
            f"The release cannot be read: {error.strerror}", found=str(path)
        ) from error
    return Release(board=board, manifest=decode(content, path))


def find_board() -> Path:
    """The board a page reads: from the environment, else by the nearest `millpond.toml` above."""
    named = os.environ.get(BOARD_VARIABLE)
    if named:
        return Path(named)
    from processing.config import load_config

    return load_config().board_path


@cache
def current() -> Release:
    """The release this process reads through; opened once, so a page never mixes two."""
    return open_release(find_board())


def pin(name: str) -> Pin:
    """The pinned table `name` of the current release; what page cells call."""
    return current().read(name)


def manifest() -> Manifest:
    """The manifest of the current release; for pages that describe the release itself."""
    return current().manifest
