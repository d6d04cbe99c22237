"""Drawn pictures by the hash of what they depend on, so that each is drawn once."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from processing.board.files import write_atomically

KEPT = 400  # files; a picture has about 10 KB


def load(folder: Path, key: str) -> str | None:
    """The picture of that key, now the newest; None when it was not drawn or is cut short."""
    path = folder / f"{key}.svg"
    try:
        text = path.read_text(encoding="utf-8")
        os.utime(path)
    except (OSError, UnicodeDecodeError):
        return None
    return text if text.startswith("<svg ") and text.endswith("</svg>") else None


def save(folder: Path, key: str, picture: str) -> None:
    """Keep a picture; whole, or not at all."""
    write_atomically(folder / f"{key}.svg", picture.encode())


def prune(folder: Path, in_use: Iterable[str]) -> None:
    """Remove the oldest beyond `KEPT`, but none that is in use."""
    used = {f"{key}.svg" for key in in_use}
    old = sorted(
        (path for path in folder.glob("*.svg") if path.name not in used),
        key=lambda path: path.stat().st_mtime,
        reverse=True,
    )
    for path in old[max(0, KEPT - len(used)) :]:
        path.unlink(missing_ok=True)
