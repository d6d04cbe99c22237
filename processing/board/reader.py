"""Read pins through exactly one release; the only way from a page to data."""

from __future__ import annotations

import errno
import hashlib
import os
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

from processing.board.audience import internal_names, public
from processing.board.files import read_bounded
from processing.board.manifest import CURRENT, MAX_BYTES, Manifest, PinEntry, decode
from processing.board.names import inside
from processing.contracts.contract import Audience
from processing.errors import BoardError

if TYPE_CHECKING:
    import pandas as pd

BOARD_VARIABLE = "MILLPOND_BOARD"
AUDIENCE_VARIABLE = "MILLPOND_AUDIENCE"
PROFILE_VARIABLE = "QUARTO_PROFILE"  # set by Quarto for the code it runs: the active profiles
# What to do about a page that shows the public what is internal.
INTERNAL_PART = (
    'put the cell between `::: {.content-visible when-profile="internal"}` and `:::` and show it '
    "by a view marked with @internal, or write `audience: internal` into the page's front matter"
)
RELEASE_VARIABLE = "MILLPOND_RELEASE"  # a file of `<board>/releases`; the served one by default
MAX_PIN_BYTES = 256 * 1024 * 1024  # a summary table is small; the largest of the sample has 0.2 MB


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
    """One release on a board. `read` verifies the SHA-256 before it parses anything.

    `audience` says who may see it; `hidden` are the pins that this audience may not know; `file` is
    the file of `<board>/releases` that it was opened from.
    """

    board: Path
    manifest: Manifest
    audience: Audience = "internal"
    hidden: frozenset[str] = frozenset()
    file: str = CURRENT

    def path(self, name: str) -> Path:
        """Where the pin's file lies. BoardError when the release names no such pin."""
        return pin_path(self.board, self.manifest.pin(name))

    def read(self, name: str) -> Pin:
        """The pin's rows. BoardError when the file is missing, is another, or is beyond bounds."""
        import pandas as pd

        from processing.board.parquet import parse

        entry = self.manifest.pin(name)
        table = parse(verified_bytes(self.path(name), entry), entry)
        frame = table.to_pandas(types_mapper=_pandas_type)
        assert isinstance(frame, pd.DataFrame)
        return Pin(frame=frame, entry=entry, manifest=self.manifest)


def _pandas_type(arrow: object) -> object:
    """Arrow-backed columns throughout: decimals stay exact and nulls stay null."""
    import pandas as pd

    return pd.ArrowDtype(arrow)


def pin_path(board: Path, entry: PinEntry) -> Path:
    """Where that version's file lies; BoardError when it would lie outside the board."""
    return inside(board, "pins", entry.file)


def verified_bytes(path: Path, entry: PinEntry) -> bytes:
    """The file's bytes once size and SHA-256 are what the release names; BoardError otherwise."""
    try:
        content = read_bounded(path, min(entry.bytes, MAX_PIN_BYTES))
    except OSError as error:
        if error.errno == errno.EFBIG:
            raise _untrue(entry, str(error.strerror), f"{entry.bytes:,} bytes") from error
        raise BoardError(
            f"Pin {entry.name} version {entry.version} cannot be read: {error.strerror}",
            found=str(path),
            next_step="run `millpond release verify`, then `millpond build --force "
            + entry.name
            + "`",
        ) from error
    found = hashlib.sha256(content).hexdigest()
    if found != entry.sha256:
        raise _untrue(entry, f"SHA-256 {found}", f"SHA-256 {entry.sha256}")
    return content


def _untrue(entry: PinEntry, found: str, expected: str) -> BoardError:
    return BoardError(
        f"Pin {entry.name} version {entry.version} is not what was released",
        found=found,
        expected=expected,
        next_step=f"run `millpond release rollback` or `millpond build --force {entry.name}`",
    )


def open_release(board: Path, name: str = CURRENT) -> Release:
    """The current release of a board (or the one in file `name`); BoardError when there is none."""
    content, path = read_manifest(board, name)
    return Release(board=board, manifest=decode(content, path), file=name)


def for_audience(release: Release, audience: Audience) -> Release:
    """The release as that audience may see it: all of it, or what the public may know."""
    if audience == "internal":
        return release
    hidden = frozenset(internal_names(release.manifest))
    return Release(release.board, public(release.manifest), audience, hidden, release.file)


def read_manifest(board: Path, name: str = CURRENT) -> tuple[bytes, Path]:
    """The bytes of a manifest and where they lie; BoardError when there is none, or no file."""
    path = inside(board, "releases", name)
    try:
        return read_bounded(path, MAX_BYTES), path
    except FileNotFoundError:
        raise BoardError(
            f"The board has no release: {board}",
            expected=f"a manifest at {path}",
            next_step="run `millpond build`",
        ) from None
    except OSError as error:
        raise BoardError(
            f"The release cannot be read: {error.strerror}",
            found=str(path),
            expected="the JSON that `millpond build` writes",
            next_step="run `millpond build`, or `millpond release list` and rollback ID",
        ) from error


def find_board() -> Path:
    """The board a page reads: from the environment, else by the nearest `millpond.toml` above."""
    named = os.environ.get(BOARD_VARIABLE)
    if named:
        return Path(named)
    from processing.config import load_config

    return load_config().board_path


def reading_audience() -> Audience:
    """For whom this process reads: `internal` only where that is said, else `public`.

    It is said by MILLPOND_AUDIENCE, or by the one active profile of Quarto.
    """
    named = os.environ.get(AUDIENCE_VARIABLE) or os.environ.get(PROFILE_VARIABLE, "")
    said = re.split(r"[\s,]+", named)
    return "internal" if "internal" in said and "public" not in said else "public"


@cache
def current() -> Release:
    """The release this process reads through; opened once, so a page never mixes two."""
    opened = open_release(find_board(), os.environ.get(RELEASE_VARIABLE, CURRENT))
    return for_audience(opened, reading_audience())


def pin(name: str) -> Pin:
    """The pinned table `name` of the current release; what page cells call.

    One that the audience may not know is Withheld: internal views show nothing for it.
    """
    release = current()
    if name in release.hidden:
        return cast("Pin", Withheld(name))
    return release.read(name)


def manifest() -> Manifest:
    """The manifest of the current release; for pages that describe the release itself."""
    return current().manifest


class Withheld:
    """Stands in the place of a pin that this audience may not know; it gives nothing away.

    Plain Quarto runs the cells of a part before it drops the part, so a cell may come to hold one.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> object:
        raise BoardError(
            f"Pin {self._name} is internal, and this site is public",
            found=f'pin("{self._name}") in a view for everybody',
            expected="a view marked with @internal, in a part that only the internal site has",
            next_step=INTERNAL_PART,
        )
