"""One run at a time: a lock that the operating system takes back from whoever dies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import filelock

from processing.board.files import board_errors
from processing.errors import BoardError
from processing.faults import reach

FILE = ".lock"
WAIT_SECONDS = 60.0
Tell = Callable[[str], None]


@dataclass(frozen=True)
class StoodDown:
    """A run that left the work to another one, which had not ended after `seconds`. No error."""

    held: Path
    seconds: float

    def __str__(self) -> str:
        return (
            f"stood down, another run holds {self.held} and did not end within {self.seconds:g} s; "
            "nothing was changed"
        )


@contextmanager
def held(path: Path, seconds: float, tell: Tell = lambda line: None) -> Iterator[bool]:
    """Hold the lock file `path`; False when another process still has it after `seconds`.

    The lock is the kernel's (flock), so that of a killed process is free at once.
    """
    lock = filelock.FileLock(path)
    mine = _acquire(lock, 0)
    if not mine and seconds > 0:
        tell(f"waiting up to {seconds:g} s for another run, which holds {path.parent}")
        mine = _acquire(lock, seconds)
    try:
        if mine:
            reach("lock held")
        yield mine
    finally:
        lock.release()


def _acquire(lock: filelock.BaseFileLock, seconds: float) -> bool:
    try:
        lock.acquire(timeout=seconds)
    except filelock.Timeout:
        return False
    return True


@contextmanager
def board_lock(board: Path, seconds: float, tell: Tell = lambda line: None) -> Iterator[bool]:
    """Hold the board for a build; False when another run keeps it. BoardError for a bad folder."""
    with ExitStack() as stack:
        with board_errors(board, "taking its lock"):
            board.mkdir(parents=True, exist_ok=True)
            mine = stack.enter_context(held(board / FILE, seconds, tell))
        yield mine


@contextmanager
def board_held(board: Path, seconds: float = WAIT_SECONDS) -> Iterator[None]:
    """Hold the board for a command that must not stand down. BoardError when another keeps it."""
    with board_lock(board, seconds) as mine:
        if not mine:
            raise BoardError(
                f"Another run holds the board: {board}",
                found=f"its lock for more than {seconds:g} s",
                expected="one run that writes at a time",
                next_step="wait for it to end and run again",
            )
        yield
