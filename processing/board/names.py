"""Which names may stand in an address on a board; checked before any file is touched."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import MAXYEAR, UTC, datetime, timedelta
from pathlib import Path

from processing.errors import BoardError

PIN_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
VERSION = re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{5}")
RELEASE_ID = re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}")
STAMP = "%Y%m%dT%H%M%SZ"


def checked(pattern: re.Pattern[str], kind: str, name: str) -> str:
    """`name` if it matches `pattern` as a whole; BoardError otherwise."""
    if not pattern.fullmatch(name):
        raise BoardError(
            f"{kind} name refused: {name!r}",
            found=repr(name),
            expected=f"a name that matches {pattern.pattern}",
            next_step="`millpond release list` has them"
            if pattern is RELEASE_ID
            else "use lower-case letters, digits and underscores",
        )
    return name


def stamp_of(name: str) -> datetime | None:
    """The UTC second a version or release was named after; None when there is no such second.

    The last year of the calendar counts as none: nothing could come after it.
    """
    try:
        stamp = datetime.strptime(name.partition("-")[0], STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None
    return stamp if stamp.year < MAXYEAR else None


def later_than(now: datetime, names: Iterable[str]) -> datetime:
    """`now` in whole UTC seconds, or a second after the newest of these names if that is later."""
    stamps = [stamp for name in names if (stamp := stamp_of(name))]
    now = now.astimezone(UTC).replace(microsecond=0)
    return max([now, *(stamp + timedelta(seconds=1) for stamp in stamps)])


def inside(root: Path, *parts: str) -> Path:
    """The path below `root`; BoardError when it would lie outside, by `..` or by a link."""
    path = root.joinpath(*parts)
    if not path.resolve().is_relative_to(root.resolve()):
        raise BoardError(
            f"Path leaves the board: {path}",
            expected=f"a path below {root}",
            next_step="remove the link or the odd name",
        )
    return path
