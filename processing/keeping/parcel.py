"""What travels between runs: what the last releases name of the board, and what came of it.

A parcel is a folder. `kept/` in it is what a place keeps: `board/`, `pages/` (executed pages),
`intake/` (what feeds gave), and the published site with the note about it. `mark` beside it says
which state of the place it is.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from processing.board.freshness import FILE as FRESHNESS
from processing.board.manifest import CURRENT
from processing.board.publish import current_release, find_release, releases
from processing.board.serve import LISTED, kept_path
from processing.errors import BoardError

STATE = "state.json"


@dataclass(frozen=True)
class Parcel:
    """One parcel by its folder."""

    folder: Path

    @property
    def kept(self) -> Path:
        """What the place keeps."""
        return self.folder / "kept"

    @property
    def board(self) -> Path:
        """The carried part of the board."""
        return self.kept / "board"

    @property
    def pages(self) -> Path:
        """Executed pages."""
        return self.kept / "pages"

    @property
    def site(self) -> Path:
        """The site that was published last."""
        return self.kept / "site"

    @property
    def intake(self) -> Path:
        """What feeds gave and would not give again, a folder for each source."""
        return self.kept / "intake"

    @property
    def mark(self) -> str | None:
        """Which state of the place this parcel is or follows; None when there was none."""
        path = self.folder / "mark"
        return path.read_text(encoding="utf-8") if path.is_file() else None

    def set_mark(self, mark: str | None) -> None:
        """Note which state of the place this parcel is."""
        path = self.folder / "mark"
        if mark is None:
            path.unlink(missing_ok=True)
        else:
            path.write_text(mark, encoding="utf-8")


def carried(
    board: Path, keep: int, also_named: Iterable[str] = (), also_kept: Iterable[str] = ()
) -> list[Path]:
    """The files of a board that travel: the last `keep` releases, all they name, the state.

    `also_named` are files below `<board>/pins` that the next build may want, `also_kept` releases
    that a page still shows. A release that cannot be read is left behind, and so is everything
    that nothing names.
    """
    names = {*also_named}
    served = current_release(board)
    manifests = []
    for identity in dict.fromkeys(
        [*releases(board)[-keep:], *([served.manifest.id] if served else []), *also_kept]
    ):
        try:
            entries = find_release(board, identity).manifest.pins
        except BoardError:
            continue
        names |= {entry.file for entry in entries}
        manifests.append(kept_path(board, identity))
    names |= {entry.file for entry in served.manifest.pins} if served else set()
    files = [path for name in names for path in (board / "pins" / name).parent.glob("*")]
    beside = [
        board / "releases" / CURRENT,
        board / "pins" / LISTED,
        board / STATE,
        board / FRESHNESS,
    ]
    found = {*files, *manifests, *beside}
    return sorted(path for path in found if path.is_file() and not path.is_symlink())


def pack_board(
    parcel: Parcel,
    board: Path,
    keep: int,
    also_named: Iterable[str] = (),
    also_kept: Iterable[str] = (),
) -> int:
    """Put the carried part of the board into the parcel, in place of its own; how many files."""
    files = carried(board, keep, also_named, also_kept)
    shutil.rmtree(parcel.board, ignore_errors=True)
    for path in files:
        _copy(path, parcel.board / path.relative_to(board))
    return len(files)


def pack_pages(parcel: Parcel, pages: Path) -> int:
    """Put the executed pages into the parcel, instead of those it held; how many files."""
    return _replace(pages, parcel.pages)


def pack_site(parcel: Parcel, site: Path) -> int:
    """Put a site into the parcel, instead of the one it held; how many files."""
    return _replace(site, parcel.site)


def pack_intake(parcel: Parcel, intake: Path, sources: Iterable[str]) -> int:
    """Put what was taken in of these sources into the parcel, instead of all it held; how many."""
    shutil.rmtree(parcel.intake, ignore_errors=True)
    return sum(_add(intake / name, parcel.intake / name) for name in sorted(sources))


def unpack_intake(parcel: Parcel, intake: Path) -> None:
    """Put what was taken in back in its place; what lies there by other names stays."""
    _add(parcel.intake, intake)


def unpack(parcel: Parcel, board: Path, pages: Path, *, is_replica: bool = False) -> None:
    """Put the board and the executed pages of the parcel in their places.

    BoardError, and nothing touched, when the board holds other releases than the parcel. The
    replica of a board elsewhere stays what it is then: the next command asks for what is served.
    """
    theirs, ours = (_served(folder) for folder in (parcel.board, board))
    is_other = ours is not None and ours != theirs
    if is_other and not is_replica:
        raise BoardError(
            f"The board holds other releases than what is restored: {board}",
            found=", ".join(releases(board)) or "a release that cannot be read",
            expected="no board, or the one that was kept",
            next_step="move the board away, then run again; nothing was changed",
        )
    if not is_other:
        _add(parcel.board, board)
    _add(parcel.pages, pages)


def unpack_site(parcel: Parcel, out: Path) -> None:
    """Put the published site of the parcel in its place, where there is none yet."""
    if not out.exists():
        _add(parcel.site, out)


def _served(board: Path) -> bytes | None:
    path = board / "releases" / CURRENT
    return path.read_bytes() if path.is_file() else None


def _replace(source: Path, target: Path) -> int:
    shutil.rmtree(target, ignore_errors=True)
    return _add(source, target)


def _add(source: Path, target: Path) -> int:
    """Copy every regular file below `source` but temporary ones, whose names begin with a dot."""
    files = [path for path in sorted(source.rglob("*")) if path.is_file() and not path.is_symlink()]
    files = [path for path in files if not path.name.startswith(".")]
    for path in files:
        _copy(path, target / path.relative_to(source))
    return len(files)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def digest(folder: Path) -> str:
    """One hash for the names and contents of all files below a folder."""
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            found.update(f"{path.relative_to(folder).as_posix()}\x1f".encode())
            found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()
