"""Any address that fsspec knows as a place: files by their hash, and numbered heads that name them.

A head is created, never replaced: of two writers that follow the same head, the store itself lets
one create the next. So no lock is needed, and a writer that dies leaves files that nothing names.
"""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath

import msgspec

from processing.board.shelf import Shelf, Words
from processing.errors import BoardError
from processing.keeping.place import overtaken

FORMAT = 1
HEADS_KEPT = 3  # whoever reads one of these finds all its files


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """One state: the SHA-256 of every file by its path."""

    format: int
    message: str
    files: dict[str, str]


class Bucket:
    """The folder at `address` of any file system of fsspec."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.shelf = Shelf(address, Words("The place that keeps the board", "keep"))

    def fetch(self, folder: Path) -> str | None:
        """As `Place.fetch`: the mark is the number and hash of the head. BoardError when torn."""
        with self.shelf.errors("reading it"):
            mark, head = self._latest()
            if head is None:
                return None
            contents = self._read(sorted({*head.files.values()}))
        for name, sha256 in head.files.items():
            path = folder / self._checked(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(contents[sha256])
        return mark

    def put(self, folder: Path, mark: str | None, message: str) -> str:
        """As `Place.put`. What the state before names is not sent again."""
        paths = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}
        contents = {name: path.read_bytes() for name, path in sorted(paths.items())}
        files = {name: hashlib.sha256(data).hexdigest() for name, data in contents.items()}
        by_hash = {files[name]: data for name, data in contents.items()}
        with self.shelf.errors("writing it"):
            found, before = self._latest()
            if found != mark:
                raise overtaken(self.address, mark, found)
            if before and before.files == files:
                return found or ""
            there = {*before.files.values()} if before else set()
            self._write({sha: data for sha, data in by_hash.items() if sha not in there})
            number = int(found.split("-")[0]) + 1 if found else 1
            new = self._create(number, Head(format=FORMAT, message=message, files=files), mark)
            self._settle(by_hash)
        return new

    def _create(self, number: int, head: Head, mark: str | None) -> str:
        """Create the next head, unless another writer did."""
        content = msgspec.json.encode(head, order="sorted")
        mine = _mark(number, content)
        if not self.shelf.create(_head(number), content):
            found = self._latest()[0]
            if found != mine:  # else it is ours, and the answer was lost
                raise overtaken(self.address, mark, found)
        return mine

    def _settle(self, by_hash: dict[str, bytes]) -> None:
        """Drop old heads and what no head names; write again what another writer dropped."""
        numbers = self._numbers()
        self.shelf.remove(_head(number) for number in numbers[:-HEADS_KEPT])
        heads = [self._load(number)[1] for number in numbers[-HEADS_KEPT:]]
        named = {sha for head in heads for sha in head.files.values()}
        there = self.shelf.names("objects")
        self._write({sha: data for sha, data in by_hash.items() if sha not in there})
        unnamed = [f"objects/{sha}" for sha in sorted(there - named)]
        self.shelf.remove(name for name in unnamed if self.shelf.is_old(name))

    def _latest(self) -> tuple[str | None, Head | None]:
        numbers = self._numbers()
        return self._load(numbers[-1]) if numbers else (None, None)

    def _load(self, number: int) -> tuple[str, Head]:
        (content,) = self.shelf.read([_head(number)]).values()
        try:
            head = msgspec.json.decode(content, type=Head)
        except msgspec.MsgspecError as error:
            raise self._bad(f"head {number} cannot be read: {error}") from error
        if head.format != FORMAT:
            raise self._bad(f"head {number} has format {head.format}, not {FORMAT}")
        return _mark(number, content), head

    def _read(self, hashes: list[str]) -> dict[str, bytes]:
        found = self.shelf.read([f"objects/{sha}" for sha in hashes])
        contents = {PurePosixPath(name).name: data for name, data in found.items()}
        wrong = [sha for sha in hashes if hashlib.sha256(contents[sha]).hexdigest() != sha]
        if wrong:
            raise self._bad(f"{len(wrong)} files are not what they were: {wrong[0]} …")
        return contents

    def _write(self, by_hash: dict[str, bytes]) -> None:
        self.shelf.write({f"objects/{sha}": data for sha, data in by_hash.items()})

    def _numbers(self) -> list[int]:
        names = (name.removesuffix(".json") for name in self.shelf.names("heads"))
        return sorted(int(name) for name in names if name.isdecimal())

    def _checked(self, name: str) -> str:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name:
            raise self._bad(f"a file that would lie elsewhere: {name!r}")
        return name

    def _bad(self, found: str) -> BoardError:
        return BoardError(
            f"What is kept cannot be used: {self.address}",
            found=found,
            expected="what `scripts/run keep` writes",
            next_step="name another folder as [keep] address; the next run builds from nothing",
        )


def _head(number: int) -> str:
    return f"heads/{number:08d}.json"


def _mark(number: int, content: bytes) -> str:
    return f"{number:08d}-{hashlib.sha256(content).hexdigest()[:12]}"


def open_bucket(address: str, root: Path) -> Bucket:
    """The place at an address of fsspec; `root` plays no part."""
    return Bucket(address)
