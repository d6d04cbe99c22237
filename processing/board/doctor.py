"""Find torn and stray things on a board, and set them aside without deleting anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from processing.board.files import board_errors
from processing.board.manifest import CURRENT
from processing.board.names import PIN_NAME, RELEASE_ID, VERSION
from processing.board.publish import releases
from processing.board.reader import Release, open_release, verified_bytes
from processing.errors import BoardError

SET_ASIDE = "set-aside"
KNOWN = {"pins", "releases", "state.json", ".lock", SET_ASIDE}


@dataclass(frozen=True)
class Ailment:
    """One thing that does not belong on the board. `movable`: no release needs it where it is."""

    path: Path
    says: str
    movable: bool = True


def examine(board: Path) -> list[Ailment]:
    """Everything on the board that no release could have written, or that is not as released."""
    found = [*_strays(board), *_pin_ailments(board), *_release_ailments(board)]
    return sorted(found, key=lambda ailment: str(ailment.path))


def set_aside(board: Path, ailments: list[Ailment], stamp: str) -> list[Path]:
    """Move what can be moved below `<board>/set-aside/<stamp>`; where each thing now lies."""
    moved = []
    with board_errors(board, "setting stray things aside"):
        for ailment in ailments:
            if ailment.movable and ailment.path.exists():
                target = board / SET_ASIDE / stamp / ailment.path.relative_to(board)
                target.parent.mkdir(parents=True, exist_ok=True)
                ailment.path.rename(target)
                moved.append(target)
    return moved


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _strays(board: Path) -> Iterator[Ailment]:
    for path in _entries(board):
        if path.name.startswith(".staging-"):
            yield Ailment(path, "left by a build that was stopped")
        elif path.name not in KNOWN:
            yield Ailment(path, "not something a board holds")


def _pin_ailments(board: Path) -> Iterator[Ailment]:
    for pin in _entries(board / "pins"):
        if not pin.is_dir() or not PIN_NAME.fullmatch(pin.name):
            yield Ailment(pin, "not a pin")
            continue
        for version in _entries(pin):
            files = {path.name for path in _entries(version)}
            if not version.is_dir() or not VERSION.fullmatch(version.name):
                yield Ailment(version, "not a version of a pin")
            elif files != {"data.txt", f"{pin.name}.parquet"}:
                yield Ailment(version, f"torn: holds {', '.join(sorted(files)) or 'nothing'}")


def _release_ailments(board: Path) -> Iterator[Ailment]:
    for path in _entries(board / "releases"):
        if path.name != CURRENT and not RELEASE_ID.fullmatch(path.stem):
            yield Ailment(path, "not a release")
    for name in [CURRENT, *(f"{identity}.json" for identity in releases(board))]:
        path = board / "releases" / name
        if path.exists():
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
        path = release.path(entry.name)
        try:
            verified_bytes(path, entry)
        except BoardError:
            yield path
