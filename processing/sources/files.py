"""Sources that are plain files: a path or `file://` address of a file or a folder."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from processing.sources.location import Format, Location, location_of


def locate(name: str, address: str, root: Path, kind: Format | None = None) -> Location:
    """The file or folder at `address`, relative to `root`. SourceError when it is not there."""
    return location_of(name, address, path_of(address, root), kind)


def path_of(address: str, root: Path) -> Path:
    """Where the address leads, whether or not anything is there."""
    parts = urlsplit(address)
    return root / (Path(unquote(parts.path)) if parts.scheme == "file" else Path(address))
