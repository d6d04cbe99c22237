"""What sources in a database file share: where the file lies, and what stands for its content."""

from __future__ import annotations

import time
from pathlib import Path
from urllib.parse import unquote

from processing.errors import SourceError
from processing.sources.asked import Asked
from processing.sources.hashes import SETTLED_NS

# What SQLite and DuckDB say of a file that somebody else holds.
LOCKED = ("database is locked", "Could not set lock")


def file_of(asked: Asked) -> Path:
    """The database file. SourceError when it is not there."""
    path = asked.root / unquote(asked.parts.path)
    if not path.is_file():
        raise asked.fault("no such file", f"nothing at {path}", "a database file")
    return path


def mark(path: Path, *besides: str) -> str | None:
    """Size and time of the file and of those that lie beside it; None when it is too fresh."""
    there = [p for p in (path, *(path.with_name(path.name + s) for s in besides)) if p.exists()]
    states = [(p.name, p.stat().st_size, p.stat().st_mtime_ns) for p in there]
    settled = all(time.time_ns() - changed > SETTLED_NS for _, _, changed in states)
    return repr(states) if settled else None


def unreadable(asked: Asked, error: Exception) -> SourceError:
    """What the driver of a database file says, in one message; a writer has to end first."""
    if any(words in str(error) for words in LOCKED):
        when = "run again when it has closed the file; the last release is served unchanged"
        return asked.fault("another program is writing to the database", error, next_step=when)
    return asked.fault("the database cannot be read", error)
