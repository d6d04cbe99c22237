"""Hashes of source files, remembered by size and time, so that an unchanged file is not read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import msgspec

from processing.board.files import write_atomically

# Younger files may change again within the resolution of their time stamp.
SETTLED_NS = 2_000_000_000


class _Known(msgspec.Struct, frozen=True, array_like=True):
    """A file as it was when it was hashed."""

    bytes: int
    changed_ns: int
    sha256: str


class Hashes:
    """The SHA-256 of files. `memory` may be deleted at any time; it only saves reading."""

    def __init__(self, memory: Path, now_ns: int) -> None:
        self._memory = memory
        self._now_ns = now_ns
        self._known = _load(memory)
        self._fresh: dict[str, _Known] = {}

    def of(self, files: Iterable[Path]) -> str:
        """One hash of the content of all files in order, whatever their names and times."""
        digest = hashlib.sha256()
        for path in files:
            digest.update(bytes.fromhex(self._one(path)))
        return digest.hexdigest()

    def save(self) -> None:
        """Remember what was hashed for the next run."""
        if any(self._known.get(name) != known for name, known in self._fresh.items()):
            content = msgspec.json.encode(self._known | self._fresh, order="sorted")
            write_atomically(self._memory, content)

    def _one(self, path: Path) -> str:
        status = path.stat()
        known = self._known.get(str(path))
        if known and (known.bytes, known.changed_ns) == (status.st_size, status.st_mtime_ns):
            return known.sha256
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if self._now_ns - status.st_mtime_ns > SETTLED_NS:
            self._fresh[str(path)] = _Known(status.st_size, status.st_mtime_ns, found)
        return found


def _load(memory: Path) -> dict[str, _Known]:
    try:
        return msgspec.json.decode(memory.read_bytes(), type=dict[str, _Known])
    except (OSError, msgspec.MsgspecError):
        return {}
