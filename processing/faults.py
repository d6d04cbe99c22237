"""Points at which a test stops or starves this process; each does nothing unless it is armed.

`MILLPOND_FAULT=KIND:POINT:N` arms the N-th visit of a point. KIND is `kill` (SIGKILL, as an
operator would), `full` (the disk is full), `stop` (SIGSTOP: the process waits for SIGCONT) or `log`
(every visit is appended to the file POINT, a line each).
"""

from __future__ import annotations

import errno
import os
import signal
from collections import Counter
from pathlib import Path
from typing import Literal

VARIABLE = "MILLPOND_FAULT"
Point = Literal[
    "lock held",
    "file opened",
    "file written",
    "file replaced",
    "version staged",
    "version written",
    "version verified",
    "version moved",
    "state saved",
    "release verified",
    "release kept",
    "release served",
    "release listed",
    "manifest pruned",
    "version pruned",
    "page kept",
    "pages staged",
    "site rendered",
    "site finished",
    "releases added",
    "site moved near",
    "site swapped",
    "site noted",
]
# Steps of sending a release to a board elsewhere.
SendPoint = Literal["version sent", "head due", "head made", "release sent", "lists sent"]
_visits: Counter[str] = Counter()


def reach(point: Point) -> None:
    """Do nothing, or what was armed for this visit. OSError (no space) when that is `full`."""
    _visit(point)


def reach_sending(point: SendPoint) -> None:
    """As `reach`, while a release is sent."""
    _visit(point)


def _visit(point: str) -> None:
    if armed := os.environ.get(VARIABLE):
        _visits[point] += 1
        _meet(point, *armed.split(":"))


def _meet(point: str, kind: str, named: str, visit: str = "1") -> None:
    if kind == "log":
        with Path(named).open("a", encoding="utf-8") as file:
            file.write(point + "\n")
    elif (named, int(visit)) == (point, _visits[point]):
        if kind == "full":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.kill(os.getpid(), signal.SIGKILL if kind == "kill" else signal.SIGSTOP)
