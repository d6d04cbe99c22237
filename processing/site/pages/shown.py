"""What the site last showed of each page: the copy to fall back on while the page fails.

Beside the cache of executed pages, and kept with it between runs. A copy names the release it was
shown with: that release stays on the board as long as the copy does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import msgspec

from processing.board.files import clear_temporary, write_atomically
from processing.board.names import RELEASE_ID

FORMAT = 1
FOLDER = "shown"  # below the folder of the executed pages, with a folder for each audience


def shown_folder(pages: Path, audience: str) -> Path:
    """Where the copies of one audience lie; what one saw is never shown to another."""
    return pages / FOLDER / audience


@dataclass(frozen=True)
class Copy:
    """A page as it was shown last, and since when it fails.

    `notebook` was executed and is of `release`; both are None for a page that never came through.
    `failing_since` is when the first release was made that it failed with (ISO), None while it
    does not fail.
    """

    release: str | None
    notebook: bytes | None
    failing_since: str | None = None


class _Note(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands beside a copy, and what the copy must hash to."""

    format: int
    release: str | None
    sha256: str | None
    failing_since: str | None


def load_copy(folder: Path, name: str) -> Copy | None:
    """What was shown last of page `name`; None when nothing was, or when it is torn."""
    note = _note(folder / f"{name}.json")
    if note is None or note.sha256 is None:
        return Copy(None, None, note.failing_since) if note else None
    try:
        notebook = (folder / f"{name}.ipynb").read_bytes()
    except OSError:
        return None
    if hashlib.sha256(notebook).hexdigest() != note.sha256:
        return None
    return Copy(note.release, notebook, note.failing_since)


def keep_copy(folder: Path, name: str, copy: Copy) -> None:
    """Keep what is shown of a page. The note that vouches for the notebook is written after it."""
    if load_copy(folder, name) == copy:
        return
    sha256 = None
    folder.mkdir(parents=True, exist_ok=True)
    if copy.notebook is not None:
        sha256 = hashlib.sha256(copy.notebook).hexdigest()
        write_atomically(folder / f"{name}.ipynb", copy.notebook)
    note = _Note(FORMAT, copy.release, sha256, copy.failing_since)
    write_atomically(folder / f"{name}.json", msgspec.json.encode(note, order="sorted") + b"\n")


def forget_others(folder: Path, names: Collection[str]) -> None:
    """Drop the copies of pages that the project has no more, and what a killed run left."""
    if folder.is_dir():
        clear_temporary(folder)
        for path in folder.iterdir():
            if path.stem not in names:
                path.unlink()


def releases_shown(pages: Path) -> frozenset[str]:
    """The releases that copies below `pages` are of; whoever drops releases leaves these."""
    notes = (_note(path) for path in sorted((pages / FOLDER).glob("*/*.json")))
    return frozenset(note.release for note in notes if note and note.release)


def _note(path: Path) -> _Note | None:
    try:
        note = msgspec.json.decode(path.read_bytes(), type=_Note)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
    if note.format != FORMAT or (note.release and not RELEASE_ID.fullmatch(note.release)):
        return None
    return note
