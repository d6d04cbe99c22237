"""Keep what was fetched and cannot be fetched again: numbered files, none ever replaced."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from processing.board.files import write_atomically
from processing.sources.asked import Asked

KEPT = re.compile(r"(?P<number>\d{6})(?:_(?P<about>[\w-]+))?_(?P<hash>[0-9a-f]{16})\.\w+")


def kept(asked: Asked) -> list[Path]:
    """All versions or parts that were kept of this source, oldest first."""
    folder = asked.intake / asked.name
    return sorted(path for path in folder.glob("*") if KEPT.fullmatch(path.name))


def about(path: Path) -> str:
    """What a kept file was said to be about when it was kept."""
    match = KEPT.fullmatch(path.name)
    assert match
    return match["about"] or ""


def keep(asked: Asked, content: bytes, suffix: str, says: str = "") -> bool:
    """Keep `content` unless it is what was kept last; whether it is new. SourceError on failure."""
    before = kept(asked)
    digest = hashlib.sha256(content).hexdigest()[:16]
    if before and before[-1].name.endswith(f"_{digest}{suffix}") and about(before[-1]) == says:
        return False
    number = int(before[-1].name[:6]) + 1 if before else 1
    name = "_".join(filter(None, (f"{number:06}", says, digest))) + suffix
    try:
        write_atomically(asked.intake / asked.name / name, content)
    except OSError as error:
        raise asked.fault(
            "what was fetched cannot be kept", error, f"a folder to write to: {asked.intake}"
        ) from error
    return True
