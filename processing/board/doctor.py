"""Find torn and stray things on a board, and set them aside without deleting anything."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from processing.board.files import STAGING, board_errors
from processing.board.freshness import FILE as FRESHNESS
from processing.board.lock import FILE as LOCK
from processing.board.manifest import CURRENT
from processing.board.names import PIN_NAME, RELEASE_ID, VERSION
from processing.board.prune import orphans
from processing.board.publish import releases
from processing.board.reader import Release, open_release, verified_bytes
from processing.board.serve import LISTED
from processing.errors import BoardError

SET_ASIDE = "set-aside"
KNOWN = {"pins", "releases", "state.json", FRESHNESS, LOCK, SET_ASIDE}


@dataclass(frozen=True)
class Ailment:
    """One thing on the board that is odd. `movable`: no release needs it where it is.

    `harmless`: nothing has to be done; a build or a prune will clear it.
    """

    path: Path
    says: str
    movable: bool = True
    harmless: bool = False


def examine(board: Path, also_named: Iterable[str] = ()) -> list[Ailment]:
    """Everything on the board that no release could have written, or that is not as released.

    `also_named` are files below `<board>/pins` that the state of the build names.
    """
    found = [*_strays(board), *_pin_ailments(board), *_release_ailments(board)]
    named = {*also_named, *_named(board)}
    found = [replace(one, movable=one.movable and _is_free(board, one, named)) for one in found]
    known = {ailment.path for ailment in found}
    for version in orphans(board, named):
        if version not in known:
            says = "named by no release; `millpond release prune` frees it"
            found.append(Ailment(version, says, harmless=True))
    return sorted(found, key=lambda ailment: str(ailment.path))


def _is_free(board: Path, ailment: Ailment, named: set[str]) -> bool:
    """Whether no file that a release names is this one or lies below it."""
    return not any((board / "pins" / file).is_relative_to(ailment.path) for file in named)


def _named(board: Path) -> Iterator[str]:
    """The files below `<board>/pins` that releases name, as far as these can be read."""
    for name in [CURRENT, *(f"{identity}.json" for identity in releases(board))]:
        try:
            yield from (entry.file for entry in open_release(board, name).manifest.pins)
        except BoardError:
            continue


def set_aside(board: Path, ailments: list[Ailment], stamp: str) -> list[Path]:
    """Move what can be moved below `<board>/set-aside/<stamp>`; where each thing now lies.

    What is harmless stays. Only who holds the board's lock may call this.
    """
    moved = []
    with board_errors(board, "setting stray things aside"):
        for ailment in ailments:
            if ailment.movable and not ailment.harmless and os.path.lexists(ailment.path):
                target = board / SET_ASIDE / stamp / ailment.path.relative_to(board)
                target.parent.mkdir(parents=True, exist_ok=True)
                ailment.path.rename(target)
                moved.append(target)
    return moved


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() and not folder.is_symlink() else []


def _odd(path: Path) -> str | None:
    """What is odd about an entry that should be a regular file or a folder, if anything."""
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        return f"a link, to {path.readlink()}"
    return None if stat.S_ISREG(mode) or stat.S_ISDIR(mode) else "a pipe, socket or device"


def _strays(board: Path) -> Iterator[Ailment]:
    for path in _entries(board):
        if path.name.startswith(STAGING) or _is_temporary(path):
            says = "left by a run that was stopped; the next build clears it"
            yield Ailment(path, says, harmless=True)
        elif odd := _odd(path):
            yield Ailment(path, odd)
        elif path.name not in KNOWN:
            yield Ailment(path, "not something a board holds")


def _is_temporary(path: Path) -> bool:
    return path.name.startswith(".") and path.name.endswith(".tmp")


def _pin_ailments(board: Path) -> Iterator[Ailment]:
    for pin in _entries(board / "pins"):
        if odd := _odd(pin):
            yield Ailment(pin, odd)
        elif pin.name != LISTED and not (pin.is_dir() and PIN_NAME.fullmatch(pin.name)):
            yield Ailment(pin, "not a pin")
        for version in _entries(pin):
            yield from _version_ailments(pin.name, version)


def _version_ailments(pin: str, version: Path) -> Iterator[Ailment]:
    if odd := _odd(version):
        yield Ailment(version, odd)
        return
    if not version.is_dir() or not VERSION.fullmatch(version.name):
        yield Ailment(version, "not a version of a pin")
        return
    expected = {"data.txt", f"{pin}.parquet"}
    files = {path.name: path for path in _entries(version)}
    if not expected <= files.keys():
        yield Ailment(version, f"torn: holds {', '.join(files) or 'nothing'}")
        return
    for name, path in files.items():
        if odd := _odd(path):
            yield Ailment(path, odd)
        elif name not in expected:
            yield Ailment(path, "not part of a version")


def _release_ailments(board: Path) -> Iterator[Ailment]:
    for path in _entries(board / "releases"):
        if odd := _odd(path):
            yield Ailment(path, odd)
        elif _is_temporary(path):
            says = "left by a run that was stopped; the next build clears it"
            yield Ailment(path, says, harmless=True)
        elif path.suffix != ".json" or (
            path.name != CURRENT and not RELEASE_ID.fullmatch(path.stem)
        ):
            yield Ailment(path, "not a release")
    for name in [CURRENT, *(f"{identity}.json" for identity in releases(board))]:
        path = board / "releases" / name
        if path.exists() and not path.is_symlink():
            yield from _manifest_ailments(board, path)


def _manifest_ailments(board: Path, path: Path) -> Iterator[Ailment]:
    try:
        release = open_release(board, path.name)
    except BoardError as error:
        yield Ailment(path, f"unreadable: {error.found}", movable=path.name != CURRENT)
        return
    for wrong in _untrue_pins(release):
        yield Ailment(wrong, f"not as released in {path.stem}", movable=False)


def _untrue_pins(release: Release) -> Iterator[Path]:
    for entry in release.manifest.pins:
        path = release.board / "pins" / entry.file
        try:
            verified_bytes(release.path(entry.name), entry)
        except BoardError:
            yield path
