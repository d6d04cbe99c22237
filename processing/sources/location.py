"""Where a source's files lie: resolve an address to files, lazily and by kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import import_module
from pathlib import Path, PurePath
from typing import Literal, cast
from urllib.parse import urlsplit

from processing.errors import ConfigError, SourceError

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


Find = Callable[[str, str, Path, Format | None], "Location"]
WEEK_FOLDER = re.compile(r"week=(\d{1,4})")


@dataclass(frozen=True)
class Location:
    """Files of one format that together are a source."""

    address: str
    files: tuple[Path, ...]
    format: Format

    @cached_property
    def weeks(self) -> dict[int, tuple[Path, ...]] | None:
        """The files of each week where they lie in folders `week=N`; None for any other layout."""
        found: dict[int, list[Path]] = {}
        for file in self.files:
            match = WEEK_FOLDER.fullmatch(file.parent.name)
            if not match:
                return None
            found.setdefault(int(match[1]), []).append(file)
        return {week: tuple(files) for week, files in sorted(found.items())}

    def only(self, files: Iterable[Path]) -> Location:
        """The same source, but only these of its files."""
        return replace(self, files=tuple(files))

    @property
    def unnamed(self) -> tuple[Format, ...]:
        """The format where the ending of a file does not tell it; nothing where all of them do."""
        told = {FORMATS.get(file.suffix) for file in self.files} == {self.format}
        return () if told else (self.format,)

    @property
    def bytes(self) -> int:
        """The size of all files together."""
        return sum(file.stat().st_size for file in self.files)


def locate(name: str, address: str, root: Path, kind: Format | None = None) -> Location:
    """The files behind `address`; relative paths start at `root`. `kind`: as millpond.toml says.

    ConfigError for an unknown kind, SourceError for a missing file or an unreadable format.
    """
    scheme = urlsplit(address).scheme
    if scheme not in KINDS:
        raise ConfigError(
            f"Source {name}: unknown kind of address",
            found=address,
            expected="one of " + ", ".join(f"{kind}://…" if kind else "a path" for kind in KINDS),
            next_step=f"correct [sources.{name}] in millpond.toml",
        )
    module, function = KINDS[scheme].split(":")
    find = cast("Find", getattr(import_module(module), function))
    return find(name, address, root, kind)


def location_of(name: str, address: str, path: Path, named: Format | None = None) -> Location:
    """The location of one file, or of a folder that holds files of one format."""
    there = (file for file in path.glob("**/*") if file.is_file())
    held = (file for file in there if holds_rows(file.relative_to(path), named))
    files = tuple(sorted(held)) or (path,)
    formats = {named or FORMATS.get(file.suffix) for file in files}
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
            next_step=f"correct the address of [sources.{name}] in millpond.toml ({address}), or "
            'add format = "csv" (or another) where its files are named otherwise',
        )
    return Location(address=address, files=files, format=kind)


def holds_rows(file: PurePath, named: Format | None) -> bool:
    """Whether a file of a folder, as named from there, is data: by its ending, or as `named`.

    Names that begin with a dot or `_` are the marks and drafts of whoever wrote the folder.
    """
    if any(part.startswith((".", "_")) for part in file.parts):
        return False
    return named is not None or file.suffix in FORMATS
