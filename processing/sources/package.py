"""Sources that an installed Python package brings: `package://NAME/path/in/package`."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

from processing.errors import SourceError
from processing.sources.location import Format, Location, location_of


def locate(name: str, address: str, root: Path, kind: Format | None = None) -> Location:
    """The file or folder inside the package. SourceError when that is not installed."""
    return location_of(name, address, path_in(name, address), kind)


def path_in(name: str, address: str) -> Path:
    """Where it lies, found without importing the package. SourceError when not installed."""
    parts = urlsplit(address)
    spec = find_spec(parts.netloc) if parts.netloc.isidentifier() else None
    if spec is None or not spec.submodule_search_locations:
        raise SourceError(
            f"Source {name}: the package {parts.netloc!r} is not installed",
            found=address,
            expected="an installed package that holds the file",
            next_step=f"install it, or correct [sources.{name}] in millpond.toml",
        )
    folder = Path(next(iter(spec.submodule_search_locations)))
    return folder / unquote(parts.path).lstrip("/")
