"""Which names may stand in an address on a board; checked before any file is touched."""

from __future__ import annotations

import re
from pathlib import Path

from processing.errors import BoardError

PIN_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
VERSION = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{5}")
RELEASE_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}")


def checked(pattern: re.Pattern[str], kind: str, name: str) -> str:
    """`name` if it matches `pattern` as a whole; BoardError otherwise."""
    if not pattern.fullmatch(name):
        raise BoardError(
            f"{kind} name refused: {name!r}",
            found=repr(name),
            expected=f"a name that matches {pattern.pattern}",
            next_step="use lower-case letters, digits and underscores",
        )
    return name


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
