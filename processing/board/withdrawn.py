"""What a rollback took back, so that no build brings it back unasked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from processing.board.manifest import Manifest, decode_served
from processing.board.publish import find_release, releases
from processing.board.reader import read_manifest
from processing.errors import BoardError


def same_tables(old: Manifest, new: Manifest) -> bool:
    """Whether two manifests promise and hold the same rows, whatever day or version they name."""
    one, other = (
        {entry.name: (entry.content_sha256, entry.contract) for entry in manifest.pins}
        for manifest in (old, new)
    )
    return one == other


def held_back(board: Path, new: Manifest) -> str | None:
    """The id of the release taken back that `new` would only repeat, if there is one.

    A rollback holds until a build finds other tables: by another day, source or code.
    """
    taken = (old for old in _withdrawn(board) if same_tables(old, new))
    return next((old.id for old in taken), None)


def withdrawn(board: Path) -> frozenset[str]:
    """The ids of all releases that the rollback in force took back."""
    return frozenset(decode_served(*read_manifest(board)).withdrawn)


def _withdrawn(board: Path) -> Iterator[Manifest]:
    """The releases taken back by the rollback in force that are kept and hold other tables."""
    try:
        served = decode_served(*read_manifest(board))
        for identity in sorted({*served.withdrawn} & {*releases(board)}):
            manifest = find_release(board, identity).manifest
            if not same_tables(manifest, served):
                yield manifest
    except BoardError:  # a board without a readable release has nothing to hold on to
        return
