"""Files of a board: written whole or not at all, read only when regular and of bounded size."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from processing.errors import BoardError
from processing.faults import reach

STAGING = ".staging-"
LONG_AGO_SECONDS = 3600  # no write of ours takes that long
# A link is not followed, and a pipe that nobody writes to is not waited for.
_READ = os.O_RDONLY
for _name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"):  # as far as the system has them
    _READ |= getattr(os, _name, 0)


def write_atomically(path: Path, content: bytes) -> None:
    """`path` holds its old content or `content`, whatever happens in between."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.unlink(missing_ok=True)
    try:
        with temporary.open("xb") as file:
            reach("file opened")
            file.write(content)
            file.flush()
            reach("file written")
            os.fsync(file.fileno())
        temporary.replace(path)
        reach("file replaced")
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


def read_bounded(path: Path, most: int) -> bytes:
    """The content of a regular file of at most `most` bytes.

    OSError for anything else: a link, a pipe, a device, a folder, or a file that is larger.
    """
    handle = os.open(path, _READ)
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        if status.st_size > most:
            says = f"{status.st_size:,} bytes, where at most {most:,} are read"
            raise OSError(errno.EFBIG, says, str(path))
        return file.read(most + 1)


def clear_staging(board: Path) -> list[Path]:
    """Remove what dead builds left on the board. Only who holds the board's lock may call this."""
    left = sorted(board.glob(STAGING + "*"))
    for path in left:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    folders = (board, board / "releases", board / "pins")
    return left + [path for folder in folders for path in clear_temporary(folder)]


def clear_temporary(folder: Path) -> list[Path]:
    """Remove temporary files whose writer is dead: what was there, in order."""
    left = [path for path in sorted(folder.glob(".*.tmp")) if _writer_is_dead(path)]
    for path in left:
        path.unlink(missing_ok=True)
    return left


def _writer_is_dead(path: Path) -> bool:
    """Whether no process that runs here can still be writing this temporary file."""
    pid = path.name.removesuffix(".tmp").rpartition(".")[2]
    if not pid.isdecimal():
        return False
    if int(pid) == os.getpid() or not _lives(int(pid)):  # this process is not writing now
        return True
    return time.time() - path.lstat().st_mtime > LONG_AGO_SECONDS


def _lives(pid: int) -> bool:
    """Whether there is, or on systems that cannot say may be, a process of that number."""
    if os.name != "posix":
        return True
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def board_errors(board: Path, doing: str) -> Iterator[None]:
    """Turn what the operating system says into one BoardError that names the board."""
    try:
        yield
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        raise BoardError(
            f"The board cannot be written while {doing}: {board}",
            found=f"{error.strerror or error} ({error.filename or board})",
            expected="a folder this user may write to, with free space",
            next_step="make room (`millpond release prune --keep N` frees old versions), "
            "then run again; nothing is lost"
            if full
            else "correct [board] address in millpond.toml, or the rights of the folder",
        ) from error
