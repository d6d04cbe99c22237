"""A pin of another project's board as a source: of a Millpond release, or of any board of pins."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from processing.board.at import held_replica
from processing.board.elsewhere import Replica
from processing.board.foreign import newest_pin
from processing.board.reader import open_release, verified_bytes
from processing.board.shelf import Shelf, Words
from processing.board.website import Website
from processing.errors import BoardError, ConfigError
from processing.sources.asked import Asked
from processing.sources.location import Location, location_of

WEB = ("http://", "https://")
SECONDS = 60  # to wait for another run of this project that fetches the same


def locate(asked: Asked) -> Location:
    """The file of the pin that `table` names. SourceError when it is not there as released."""
    name = asked.config.table
    if not name:
        raise ConfigError(
            f"Source {asked.name} must name the pin it reads",
            expected=f'table = "sales_by_week" under [sources.{asked.name}]',
        )
    try:
        board = _board(asked, name)
        path = _released(board, name) if (board / "releases").is_dir() else newest_pin(board, name)
    except BoardError as error:
        found = f"{error.what}; {error.found}" if error.found else error.what
        raise asked.fault(
            "the board does not give it", found, next_step=_next(asked, error)
        ) from error
    return location_of(asked.name, asked.shown, path)


def _next(asked: Asked, error: BoardError) -> str:
    """What to do about it here: what a board tells its own people is not for who reads it."""
    return asked.shows if "credentials" in error.what or "refuses" in error.what else ""


def _board(asked: Asked, name: str) -> Path:
    """The folder of the board; of one that lies elsewhere, what is here of it: the one pin."""
    address = asked.config.address.partition(":")[2]
    if "://" not in address:
        return asked.root / unquote(asked.parts.path)
    store: Shelf | Website
    if address.startswith(WEB):
        store = Website(address, asked.credential, asked.table)
    else:
        words = Words("The board", asked.table)
        store = Shelf(address, words, asked.credential, asked.config.endpoint)
    replica = Replica(store, asked.cache / asked.name / "board", only=name)
    with held_replica(replica, SECONDS):
        replica.bring()
    if not (replica.folder / "releases").is_dir():
        raise BoardError(f"There is no board of Millpond at {address}", found="no release")
    return replica.folder


def _released(board: Path, name: str) -> Path:
    """The file of the release that is served, once its bytes are what was released."""
    release = open_release(board)
    path = release.path(name)
    verified_bytes(path, release.manifest.pin(name))
    return path
