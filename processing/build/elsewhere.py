"""Commands on a board that lies elsewhere: bring it here, do the work, send what was done."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial

from processing.board.at import held_replica, replica_of
from processing.board.elsewhere import Replica
from processing.board.lock import StoodDown, held
from processing.board.reader import BOARD_VARIABLE
from processing.board.send import Overtaken, send, writable
from processing.build.retention import let_go
from processing.build.run import Build, Report
from processing.build.state import named_by_state
from processing.config import Config

TRIES = 3  # how often a build may meet a new release before it stands down
Tell = Callable[[str], None]


def board_here(config: Config, *, whole: bool = False, afresh: bool = False) -> None:
    """Let `config.board_path` hold the served release, or the `whole` board. Nothing for a folder.

    Nor where `MILLPOND_BOARD` names a board that is here already. BoardError when it is not to be
    had.
    """
    if not os.environ.get(BOARD_VARIABLE) and (replica := _replica(config)):
        with held_replica(replica, config.board.wait_seconds):
            replica.bring(whole=whole, afresh=afresh)


@contextmanager
def board_changed(config: Config, *, whole: bool = False, afresh: bool = False) -> Iterator[None]:
    """Around a command that changes the board: brought before, sent after. Nothing for a folder.

    BoardError when it cannot be written, Overtaken when another run was faster.
    """
    replica = _replica(config)
    if replica is None:
        yield
        return
    writable(replica)
    with held_replica(replica, config.board.wait_seconds):
        replica.bring(whole=whole, afresh=afresh)
        yield
        send(replica)


def run_build(make: Callable[[], Build], shown: Iterable[str] = ()) -> Report | StoodDown:
    """Run a build on the board, wherever it lies; then let go of what is kept no longer.

    Of two builds at once on a board elsewhere the second to end is made again on what the first has
    released; when others are faster each time, it stands down. `shown`: releases that a page still
    shows, and that stay.
    """
    job = make()
    done = _run_build(make, job)
    if isinstance(done, Report):
        let_go(job.config, partial(board_changed, job.config, whole=True), job.now, shown, job.tell)
    return done


def _run_build(make: Callable[[], Build], job: Build) -> Report | StoodDown:
    replica = _replica(job.config)
    if replica is None:
        return job.run()
    writable(replica)
    seconds = job.config.board.wait_seconds
    replica.folder.parent.mkdir(parents=True, exist_ok=True)
    with held(replica.lock, seconds, job.tell) as mine:
        return _run(make, replica) if mine else StoodDown(replica.lock, seconds)


def _run(make: Callable[[], Build], replica: Replica) -> Report | StoodDown:
    for _ in range(TRIES):
        replica.bring()
        job = make()
        report = job.run()
        try:
            send(replica)
        except Overtaken as error:
            job.tell(f"another run was faster ({error.found}); building on what it has released")
        else:
            return report
    return StoodDown(replica.lock, 0)


def _replica(config: Config) -> Replica | None:
    if not config.board.is_elsewhere:
        return None
    return replica_of(config, os.environ, named_by_state)
