"""What a rollback took back, so that no build brings it back unasked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from processing.board.changes import History, ReleaseChange
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


def taken_back(board: Path) -> History:
    """The releases that the rollback in force took back, the newest first, as a history tells them.

    Their tables and figures are left out: they may be the very reason. One that is not kept any
    more, or cannot be read, is left out whole.
    """
    served = decode_served(*read_manifest(board))
    kept = [identity for identity in served.withdrawn if identity in releases(board)]
    return tuple(
        _as_taken_back(found, served.withdrawn_at)
        for identity in sorted(kept, reverse=True)
        if (found := _readable(board, identity))
    )


def _as_taken_back(manifest: Manifest, moment: str | None) -> ReleaseChange:
    """A board that does not know when: then when it was made."""
    return ReleaseChange(
        release=manifest.id,
        created_at=manifest.created_at,
        as_of=manifest.as_of,
        previous=manifest.previous,
        taken_back_at=moment or manifest.created_at,
    )


def _readable(board: Path, identity: str) -> Manifest | None:
    try:
        return find_release(board, identity).manifest
    except BoardError:
        return None


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
