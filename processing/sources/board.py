"""A pin of another project's board as a source: of a Millpond release, or of any board of pins."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from processing.board.foreign import newest_pin
from processing.board.reader import open_release, verified_bytes
from processing.errors import BoardError, ConfigError
from processing.sources.asked import Asked
from processing.sources.location import Location, location_of


def locate(asked: Asked) -> Location:
    """The file of the pin that `table` names. SourceError when it is not there as released."""
    board = asked.root / unquote(asked.parts.path)
    name = asked.config.table
    if not name:
        raise ConfigError(
            f"Source {asked.name} must name the pin it reads",
            expected=f'table = "sales_by_week" under [sources.{asked.name}]',
        )
    try:
        path = _released(board, name) if (board / "releases").is_dir() else newest_pin(board, name)
    except BoardError as error:
        found = f"{error.what}; {error.found}" if error.found else error.what
        raise asked.fault("the board does not give it", found, next_step="") from error
    return location_of(asked.name, asked.shown, path)


def _released(board: Path, name: str) -> Path:
    """The file of the release that is served, once its bytes are what was released."""
    release = open_release(board)
    path = release.path(name)
    verified_bytes(path, release.manifest.pin(name))
    return path
