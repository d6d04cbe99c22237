"""A board that lies elsewhere, and the replica of it here, which is a board by itself.

Everything works on the replica: `bring` makes it say what the board says, `send` makes the board say
what a command has done to the replica. A release is one created file: `served/N.json`, the next number
after the one that was brought. The store lets one writer create it, so of two that follow the same
release the second is `Overtaken`, and nothing it did is seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path, PurePosixPath
from typing import Protocol

import msgspec

from processing.board.files import board_errors, clear_temporary, write_atomically
from processing.board.freshness import FILE as FRESHNESS
from processing.board.lock import FILE as LOCK
from processing.board.manifest import CURRENT, decode_served, sha256_file
from processing.board.names import RELEASE_ID, inside
from processing.board.serve import LISTED
from processing.errors import BoardError

HEADS = "served"
CURRENT_FILE = f"releases/{CURRENT}"
BESIDE = ("state.json", FRESHNESS, f"pins/{LISTED}")
TRIES = 3  # how often a file may vanish between its listing and its reading
TOGETHER = 64  # files that are fetched at once
Named = Callable[[Path], Iterable[str]]  # files below `<board>/pins` that something else names


class Store(Protocol):
    """Where a board lies: whole files by name."""

    address: str

    def files(self, whole: bool = True) -> dict[str, str]:
        """The files by name, with what changes when their content does; not `whole`: some may do."""
        ...

    def read(self, names: Iterable[str]) -> dict[str, bytes]:
        """The content of these files; FileNotFoundError when one is gone."""
        ...

    def errors(self, doing: str) -> AbstractContextManager[None]:
        """Turns what goes wrong into one BoardError that names the address."""
        ...


class Replica:
    """The replica in `folder` of the board at `store`. Only who holds its lock may use it.

    `there` is what the board held when it was brought, `number` the head that was served then, and
    `current` what that said. `only`: the one pin that is wanted, for who reads nothing else.
    """

    def __init__(
        self,
        store: Store,
        folder: Path,
        named: Named = lambda folder: (),
        only: str | None = None,
    ) -> None:
        self.store = store
        self.folder = folder
        self.named = named
        self.only = only
        self.there: dict[str, str] = {}
        self.beside: dict[str, bytes] = {}
        self.number = 0
        self.current: bytes | None = None
        self.is_whole = False

    @property
    def lock(self) -> Path:
        """The file by which one process at a time holds the replica."""
        return self.folder.with_suffix(LOCK)

    def bring(self, *, whole: bool = False, afresh: bool = False) -> None:
        """Make the replica say what the board says: the served release, or `whole`, every file of it.

        `afresh`: what is here already is fetched again. BoardError when the board is not to be had;
        the replica is then what it was, or a whole board all the same.
        """
        with self.store.errors("reading it"):
            for _ in range(TRIES - 1):
                try:
                    return self._bring(whole, afresh)
                except FileNotFoundError:  # pruned since it was listed
                    continue
            return self._bring(whole, afresh)

    def _bring(self, whole: bool, afresh: bool) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        clear_temporary(self.folder.parent)
        self.there = {
            name: mark
            for name, mark in self.store.files(whole).items()
            if PurePosixPath(name).name != LOCK
        }
        self.is_whole = whole
        self.number, self.current = self._served()
        small = {name for name in self.there if name in BESIDE or _is_kept(name)}
        self._fetch(set() if self.only else small, afresh)
        self._drop({name for name in self._local() if name in BESIDE or _is_kept(name)})
        self._fetch(self._wanted(), afresh)
        if whole:
            self._drop({*self._local()} - {CURRENT_FILE})
        self._say_current()
        self.beside = {name: found for name in BESIDE if (found := self.content(name)) is not None}

    def _served(self) -> tuple[int, bytes | None]:
        """The number of the newest head and what it says; without one, what `current.json` does."""
        number = max(heads(self.there), default=0)
        name = head(number) if number else CURRENT_FILE
        if name not in self.there:
            return 0, None
        (content,) = self.store.read([name]).values()
        return number, content

    def _wanted(self) -> set[str]:
        """The files of pins that have to be here."""
        if self.is_whole:
            return {name for name in self.there if not name.startswith(f"{HEADS}/")}
        found = {str(PurePosixPath("pins", file).parent) for file in self.named(self.folder)}
        if self.current is not None:
            where = f"{self.store.address}/{CURRENT_FILE}"
            for entry in decode_served(self.current, where).pins:
                if self.only and entry.name != self.only:
                    continue
                found.add(str(PurePosixPath("pins", entry.file).parent))
                self._distrust(f"pins/{entry.file}", entry.sha256)
        return {name for name in self.there if str(PurePosixPath(name).parent) in found}

    def _distrust(self, name: str, sha256: str) -> None:
        """Delete a file of the replica that is not what was released; it is fetched again."""
        path = inside(self.folder, name)
        if path.is_symlink() or (path.is_file() and sha256_file(path) != sha256):
            path.unlink()

    def _fetch(self, names: Iterable[str], afresh: bool) -> None:
        """Fetch those that are not here as the board has them."""
        index = self._index()
        todo = [
            name
            for name in sorted(names)
            if name != CURRENT_FILE
            and (afresh or index.get(name) != self.there[name] or self.content(name) is None)
        ]
        for start in range(0, len(todo), TOGETHER):
            for name, content in self.store.read(todo[start : start + TOGETHER]).items():
                with board_errors(self.folder, "copying it"):
                    write_atomically(inside(self.folder, name), content)
                index[name] = self.there[name]
        if todo:
            write_atomically(self._index_path, msgspec.json.encode(index, order="sorted"))

    def _drop(self, names: Iterable[str]) -> None:
        """Delete from the replica what the board does not hold."""
        for name in names:
            if name not in self.there:
                path = self.folder / name
                path.unlink()
                for parent in list(PurePosixPath(name).parents)[:-1]:
                    if any((self.folder / parent).iterdir()):
                        break
                    (self.folder / parent).rmdir()

    def _say_current(self) -> None:
        path = self.folder / CURRENT_FILE
        if self.current is None:
            path.unlink(missing_ok=True)
        elif self.content(CURRENT_FILE) != self.current:
            write_atomically(path, self.current)

    def content(self, name: str) -> bytes | None:
        """A file of the replica; None when there is none."""
        path = inside(self.folder, name)
        return path.read_bytes() if path.is_file() else None

    def local(self) -> list[str]:
        """The files of the replica that belong to a board."""
        return [name for name in self._local() if not PurePosixPath(name).name.startswith(".")]

    def _local(self) -> list[str]:
        return [
            path.relative_to(self.folder).as_posix()
            for path in sorted(self.folder.rglob("*"))
            if path.name != LOCK and (path.is_symlink() or path.is_file())
        ]

    @property
    def _index_path(self) -> Path:
        return self.folder.with_suffix(".json")

    def _index(self) -> dict[str, str]:
        """What the board said of each file when it was fetched."""
        try:
            return msgspec.json.decode(self._index_path.read_bytes(), type=dict[str, str])
        except (OSError, msgspec.MsgspecError):
            return {}


def head(number: int) -> str:
    """The name of the file by which a release was put in place."""
    return f"{HEADS}/{number:08d}.json"


def heads(names: Iterable[str]) -> list[int]:
    """The numbers of the heads among these names, in order."""
    stems = (PurePosixPath(name) for name in names)
    found = (path.stem for path in stems if str(path.parent) == HEADS and path.suffix == ".json")
    return sorted(int(stem) for stem in found if stem.isdecimal())


def is_head(name: str) -> bool:
    """Whether a file is one of those by which releases are put in place."""
    return name.startswith(f"{HEADS}/")


def _is_kept(name: str) -> bool:
    path = PurePosixPath(name)
    is_manifest = path.suffix == ".json" and RELEASE_ID.fullmatch(path.stem) is not None
    return str(path.parent) == "releases" and is_manifest


def read_only(address: str) -> BoardError:
    """The one message about a board that nobody can write."""
    return BoardError(
        f"The board can only be read: {address}",
        found="an address of a web server",
        expected="a folder, or an address such as s3://bucket/folder",
        next_step="build where the board is written; `millpond render` works here",
    )
