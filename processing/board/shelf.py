"""A folder at any address that fsspec knows: listed, read, and written by whole files.

Every kind can create a file unless it is there, as one step of the server: of two writers it lets
one be first. Where a store has no such condition, a file is written aside and moved.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from typing import Any

from processing.board.kinds import Kind, kind_of
from processing.errors import BoardError, ConfigError

TEMPORARY = ".tmp"
LONG_AGO = timedelta(hours=1)  # no write of ours takes that long
MARKS = ("ETag", "etag", "md5Hash", "mtime", "modified", "last_modified", "created")
SILENT: dict[type[Exception], str] = {EOFError: "the connection was cut"}  # errors without words
# Libraries whose errors are no OSError, though a server or a connection is what failed.
FOREIGN = {
    "aiobotocore",
    "aiohttp",
    "azure",
    "botocore",
    "gcsfs",
    "google",
    "httpx",
    "paramiko",
    "webdav4",
}


@dataclass(frozen=True)
class Words:
    """How messages speak of a shelf, and the table of millpond.toml that has its address."""

    thing: str
    table: str


class Shelf:
    """The folder at `address`. BoardError when the server fails, ConfigError when nobody could."""

    def __init__(
        self,
        address: str,
        words: Words,
        credential: Callable[[str], str | None] = lambda role: None,
        endpoint: str | None = None,
    ) -> None:
        self.address = address
        self.words = words
        self.kind: Kind = kind_of(address, words.table)
        with self.errors("opening it"):
            self.fs, root = self.kind.open(address, credential, endpoint)
        self.root = root.rstrip("/")
        self._folders: set[str] = set()

    def files(self, whole: bool = True) -> dict[str, str]:
        """Every file below, by name, with what changes when its content does."""
        # Else a folder that cannot be listed would count as one that is empty.
        heed = {} if self.kind.is_flat else {"on_error": unless_gone}
        try:
            found = self.fs.find(self.root, detail=True, **heed)
        except FileNotFoundError:
            found = {}
        if not found:
            self._check_container()
        inside = len(self.root) + 1 if self.root else 0
        names = {path[inside:]: _mark(info) for path, info in found.items()}
        return {name: mark for name, mark in names.items() if not name.endswith(TEMPORARY)}

    def names(self, folder: str) -> set[str]:
        """The names of what lies in one folder; none where there is no such folder."""
        try:
            listed = self.fs.ls(self.path(folder), detail=False)
        except FileNotFoundError:
            return set()
        return {PurePosixPath(path).name for path in listed}

    def read(self, names: Iterable[str]) -> dict[str, bytes]:
        """The content of these files; FileNotFoundError when one is not there."""
        names = list(names)
        found = self.fs.cat_ranges([self.path(name) for name in names], None, None)
        for each in found:  # this way none is asked for twice, and errors are handed back
            if isinstance(each, Exception):
                raise each
        return dict(zip(names, found, strict=True))

    def create(self, name: str, content: bytes) -> bool:
        """Put a file where none is, whole or not at all; False when there is one by now."""
        try:
            self._need_folder(name)
            self.kind.create(self.fs, self.path(name), content, self._aside())
        except OSError:
            if self.fs.exists(self.path(name)):
                return False
            raise
        return True

    def replace(self, name: str, content: bytes) -> None:
        """Put a file, in place of an older one; readers see the old or the new."""
        self._need_folder(name)
        self.kind.replace(self.fs, self.path(name), content, self._aside())

    def write(self, contents: Mapping[str, bytes]) -> None:
        """Put many files that nobody looks for yet."""
        if self.kind.is_flat and contents:
            self.fs.pipe({self.path(name): data for name, data in contents.items()})
            return
        for name, data in contents.items():
            self.replace(name, data)

    def remove(self, names: Iterable[str]) -> None:
        """Delete files that are there, one after the other, and folders that are empty then."""
        for name in names:
            with suppress(FileNotFoundError):
                self.fs.rm_file(self.path(name))
            if not self.kind.is_flat:
                for parent in list(PurePosixPath(name).parents)[:-1]:
                    with suppress(OSError):
                        if not self.names(parent.as_posix()):
                            self.fs.rmdir(self.path(parent.as_posix()))
                            self._folders.clear()

    def is_old(self, name: str) -> bool:
        """Whether it is there, and no writer that still runs can have put it."""
        try:
            changed: datetime = self.fs.modified(self.path(name))
        except FileNotFoundError:  # its writer took it away since it was listed
            return False
        return datetime.now(UTC) - changed.astimezone(UTC) > LONG_AGO

    def path(self, name: str) -> str:
        """Where a file lies in the file system behind."""
        return f"{self.root}/{name}" if self.root else name

    def _aside(self) -> str:
        return self.path(f".{uuid.uuid4().hex}{TEMPORARY}")

    def _need_folder(self, name: str) -> None:
        folder = self.path(PurePosixPath(name).parent.as_posix())
        if not self.kind.is_flat and folder not in self._folders:
            self._make_folder(folder)
            self._folders.add(folder)

    def _make_folder(self, folder: str) -> None:
        """Another writer may make it, or one above it, at the same moment: then try again."""
        for is_last in (False, False, True):
            try:
                self.fs.makedirs(folder, exist_ok=True)
            except OSError:
                if is_last and not self.fs.isdir(folder):
                    raise
            else:
                return

    def _check_container(self) -> None:
        """FileNotFoundError when not even the bucket is there."""
        if self.kind.is_flat and self.kind.name != "memory":
            name = self.root.split("/")[0]
            try:
                self.fs.info(name)
            except FileNotFoundError as error:
                raise FileNotFoundError(f"there is no bucket or container {name}") from error

    @contextmanager
    def errors(self, doing: str) -> Iterator[None]:
        """Turn what the file system says into one error that names the place."""
        try:
            yield
        except (ImportError, ValueError) as error:
            raise ConfigError(
                f"[{self.words.table}] address cannot be used",
                found=f"{self.address} ({error})",
                expected="an address that fsspec knows, and its library installed",
                next_step=f"correct millpond.toml, or pip install 'millpond[{self.kind.extra}]'",
            ) from error
        except (OSError, EOFError) as error:  # paramiko says the latter of a connection that ends
            raise self._failed(doing, error) from error
        except Exception as error:
            if type(error).__module__.split(".")[0] not in FOREIGN:
                raise
            raise self._failed(doing, error) from error

    def _failed(self, doing: str, error: Exception) -> BoardError:
        return BoardError(
            f"{self.words.thing} fails while {doing}: {self.address}",
            found=str(error) or SILENT.get(type(error), type(error).__name__),
            expected="a place that can be reached, with the right to read and write",
            next_step="check the address and its credentials, then run again; nothing was changed",
        )


def unless_gone(error: Exception) -> None:
    """What is done about a folder that cannot be listed: one that a prune took away is no fault."""
    if not isinstance(error, FileNotFoundError):
        raise error


def _mark(info: Mapping[str, Any]) -> str:
    """What a listing says of a file's content: its size, and its hash or the time it changed."""
    said = next((info[key] for key in MARKS if info.get(key)), "")
    return f"{info.get('size')} {said}"


