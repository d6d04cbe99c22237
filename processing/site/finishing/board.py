"""The pins of a site as a board that plain pins reads over HTTP, in R and in Python."""

from __future__ import annotations

from collections.abc import Iterable

from processing.board.files import read_bounded
from processing.board.manifest import PinEntry
from processing.board.reader import Release, pin_path, verified_bytes
from processing.board.serve import LISTED

FOLDER = "data/board"
ABOUT = "data.txt"  # what pins keeps beside the file of a version
MAX_ABOUT_BYTES = 64 * 1024


def site_board(release: Release, names: Iterable[str]) -> dict[str, bytes]:
    """The files of the board by their address in the site; pins not named are left out.

    A version whose description is not on the board is left out too: plain pins could not read it.
    """
    files: dict[str, bytes] = {}
    listed: list[PinEntry] = []
    for name in sorted(names):
        entry = release.manifest.pin(name)
        about = _about(release, entry)
        if about is None:
            continue
        folder = f"{FOLDER}/{entry.name}/{entry.version}"
        files[f"{folder}/{ABOUT}"] = about
        files[f"{folder}/{entry.name}.parquet"] = verified_bytes(release.path(name), entry)
        listed.append(entry)
    lines = [f'"{one.name}":\n- "{one.name}/{one.version}/"\n' for one in listed]
    return files | {f"{FOLDER}/{LISTED}": "".join(lines).encode() or b"{}\n"}


def _about(release: Release, entry: PinEntry) -> bytes | None:
    try:
        return read_bounded(pin_path(release.board, entry).parent / ABOUT, MAX_ABOUT_BYTES)
    except OSError:
        return None
