"""What sources in a database file share: where the file lies, and what stands for its content."""

from __future__ import annotations

import time
from pathlib import Path
from urllib.parse import unquote

from processing.sources.asked import Asked
from processing.sources.hashes import SETTLED_NS


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
