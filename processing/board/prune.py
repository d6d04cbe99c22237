"""Delete old releases and the versions that nothing names any more; what is served stays whole."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Sized
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from processing.board.files import STAGING, board_errors, clear_staging
from processing.board.names import PIN_NAME, STAMP, VERSION
from processing.board.publish import current_release, find_release, releases
from processing.board.serve import kept_path
from processing.errors import UsageError
from processing.faults import reach


@dataclass(frozen=True)
class Pruning:
    """What goes: releases by id, versions by folder, and the bytes of their files."""

    releases: tuple[str, ...]
    versions: tuple[Path, ...]
    bytes: int

    def __str__(self) -> str:
        found = (_counted(self.releases, "release"), _counted(self.versions, "version"))
        return f"{' and '.join(found)}, {self.bytes / 1_000_000:,.1f} MB"


def _counted(things: Sized, name: str) -> str:
    return f"{len(things)} {name}{'' if len(things) == 1 else 's'}"


def plan_pruning(
    board: Path, keep: int, also_named: Iterable[str] = (), also_kept: Iterable[str] = ()
) -> Pruning:
    """What may go when the last `keep` releases, and the served one, are to stay.

    `also_named` are files below `<board>/pins` that something else names, `also_kept` releases that
    a page still shows. UsageError for less than one release; BoardError when a release that stays
    cannot be read, as its pins are not known.
    """
    if keep < 1:
        raise UsageError(f"--keep {keep} would keep no release", expected="1 or more")
    staying = _staying(board, keep) | ({*also_kept} & {*releases(board)})
    named = {*also_named}
    for identity in staying:
        named |= {entry.file for entry in find_release(board, identity).manifest.pins}
    if served := current_release(board):
        named |= {entry.file for entry in served.manifest.pins}
    going = tuple(one for one in releases(board) if one not in staying)
    versions = orphans(board, named)
    files = [kept_path(board, one) for one in going]
    files += [path for version in versions for path in version.iterdir()]
    return Pruning(going, versions, sum(path.lstat().st_size for path in files))


def _staying(board: Path, keep: int) -> set[str]:
    served = current_release(board)
    return {*releases(board)[-keep:], *([served.manifest.id] if served else [])} & {
        *releases(board)
    }


def served_since(board: Path, since: datetime) -> frozenset[str]:
    """The releases that were served at that moment or later, by the times in their ids."""
    known = releases(board)
    older = [one for one in known if one < since.astimezone(UTC).strftime(STAMP)]
    return frozenset(known) - frozenset(older[:-1])


def orphans(board: Path, named: Iterable[str]) -> tuple[Path, ...]:
    """The folders of versions of which no file is named; links and odd names are left alone."""
    kept = {board / "pins" / Path(file).parent for file in named}
    return tuple(
        version
        for pin in _folders(board / "pins")
        if PIN_NAME.fullmatch(pin.name)
        for version in _folders(pin)
        if VERSION.fullmatch(version.name) and version not in kept
    )


def _folders(folder: Path) -> list[Path]:
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    return [path for path in found if path.is_dir() and not path.is_symlink()]


def prune(board: Path, pruning: Pruning) -> None:
    """Delete what was planned. Only who holds the board's lock may call this.

    Manifests go first, oldest first; a version goes when nothing names it, by one rename out of
    readers' sight. Stopped half-way, the board is whole, and the next prune finds the rest.
    """
    with board_errors(board, "pruning"):
        for identity in pruning.releases:
            kept_path(board, identity).unlink(missing_ok=True)
            reach("manifest pruned")
        away = Path(tempfile.mkdtemp(prefix=STAGING, dir=board))
        for version in pruning.versions:
            version.rename(away / f"{version.parent.name}-{version.name}")
            reach("version pruned")
        shutil.rmtree(away)
        for pin in {version.parent for version in pruning.versions}:
            if not any(pin.iterdir()):
                pin.rmdir()
        clear_staging(board)
