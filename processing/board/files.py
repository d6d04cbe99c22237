"""Write a file whole or not at all: temporary name, flush to disk, one atomic replace."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from processing.errors import BoardError


def write_atomically(path: Path, content: bytes) -> None:
    """`path` holds its old content or `content`, whatever happens in between."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make renames inside `folder` last through a power cut, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def board_errors(board: Path, doing: str) -> Iterator[None]:
    """Turn what the operating system says into one BoardError that names the board."""
    try:
        yield
    except OSError as error:
        raise BoardError(
            f"The board cannot be written while {doing}: {board}",
            found=f"{error.strerror or error} ({error.filename or board})",
            expected="a folder this user may write to, with free space",
            next_step="correct [board] address in millpond.toml, or the rights of the folder",
        ) from error
