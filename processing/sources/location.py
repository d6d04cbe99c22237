"""Where a source's files lie: resolve an address to files, lazily and by kind."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Literal, cast
from urllib.parse import urlsplit

from processing.errors import SourceError

Format = Literal["parquet", "csv", "json"]
FORMATS: dict[str, Format] = {
    ".parquet": "parquet",
    ".csv": "csv",
    ".json": "json",
    ".ndjson": "json",
}

# One file per kind, imported only when an address asks for it.
KINDS = {
    "": "processing.sources.files:locate",
    "file": "processing.sources.files:locate",
    "package": "processing.sources.package:locate",
}


@dataclass(frozen=True)
class Location:
    """Files of one format that together are a source."""

    address: str
    files: tuple[Path, ...]
    format: Format

    @property
    def bytes(self) -> int:
        """The size of all files together."""
        return sum(file.stat().st_size for file in self.files)

    def sha256(self) -> str:
        """A hash of the content of all files, in order, whatever their names and times."""
        digest = hashlib.sha256()
        for path in self.files:
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        return digest.hexdigest()


def locate(name: str, address: str, root: Path) -> Location:
    """The files behind `address`; relative paths start at `root`.

    Raises SourceError for an unknown kind, a missing file or an unreadable format.
    """
    scheme = urlsplit(address).scheme
    if scheme not in KINDS:
        raise SourceError(
            f"Source {name}: unknown kind of address",
            found=address,
            expected="one of " + ", ".join(f"{kind}://…" if kind else "a path" for kind in KINDS),
            next_step=f"correct [sources.{name}] in millpond.toml",
        )
    module, function = KINDS[scheme].split(":")
    find = cast("Callable[[str, str, Path], Location]", getattr(import_module(module), function))
    return find(name, address, root)


def location_of(name: str, address: str, path: Path) -> Location:
    """The location of one file, or of a folder that holds files of one format."""
    files = tuple(sorted(p for p in path.glob("**/*") if p.suffix in FORMATS)) or (path,)
    formats = {FORMATS.get(file.suffix) for file in files}
    kind = formats.pop()
    if not all(file.is_file() for file in files):
        raise SourceError(
            f"Source {name}: no such file",
            found=f"nothing at {path}",
            expected="a file, or a folder of files of one format",
            next_step=f"correct the address of [sources.{name}] in millpond.toml ({address})",
        )
    if formats or kind is None:
        raise SourceError(
            f"Source {name}: not one format that can be read",
            found=", ".join(sorted({file.suffix or file.name for file in files})),
            expected="one of " + ", ".join(FORMATS),
            next_step=f"correct the address of [sources.{name}] in millpond.toml ({address})",
        )
    return Location(address=address, files=files, format=kind)
