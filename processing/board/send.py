"""Send what was done to the replica of a board: versions first, then one head, then what follows."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import PurePosixPath

from processing.board.elsewhere import (
    BESIDE,
    CURRENT_FILE,
    HEADS,
    Replica,
    head,
    heads,
    is_head,
    read_only,
)
from processing.board.manifest import CURRENT, decode, decode_served
from processing.board.serve import LISTED, listed
from processing.board.shelf import TEMPORARY, Shelf
from processing.errors import BoardError
from processing.faults import reach_sending

HEADS_KEPT = 3  # whoever reads one of these is not disturbed


class Overtaken(BoardError):
    """Another run has put a release in place since this one looked. Nothing of this one is seen."""


def writable(replica: Replica) -> Shelf:
    """The shelf behind a replica; BoardError when it can only be read."""
    if not isinstance(replica.store, Shelf):
        raise read_only(replica.store.address)
    return replica.store


def send(replica: Replica) -> None:
    """Make the board say what the replica says.

    Overtaken when another run has put a release in place since the replica was brought. BoardError
    when the store fails: then the board serves what it served, or the new release, whole.
    """
    shelf = writable(replica)
    with shelf.errors("putting a release in place"):
        local = replica.local()
        gone = [name for name in replica.there if replica.is_whole and _is_gone(name, local)]
        _send_versions(replica, shelf, [name for name in local if _is_new(replica, name)])
        current = replica.content(CURRENT_FILE)
        if current is not None and (current != replica.current or gone):
            _claim(replica, shelf, current)
        _settle(replica, shelf, local)
        if current is not None:
            _say_plainly(replica, shelf, current)
        shelf.remove(sorted(gone, key=lambda name: (not name.startswith("releases/"), name)))


def _is_gone(name: str, local: list[str]) -> bool:
    hidden = PurePosixPath(name).name.startswith(".")
    return not hidden and not is_head(name) and name != CURRENT_FILE and name not in local


def _is_new(replica: Replica, name: str) -> bool:
    """Whether the board lacks a file that it is to hold before the release that names it."""
    if name in replica.there or name in BESIDE or PurePosixPath(name).parent.name == "releases":
        return False
    return replica.is_whole or str(PurePosixPath(name).parent) in _named(replica)


def _named(replica: Replica) -> set[str]:
    """The folders of the versions that the replica's release and state name."""
    files = [*replica.named(replica.folder)]
    if (current := replica.content(CURRENT_FILE)) is not None:
        files += [entry.file for entry in decode_served(current, CURRENT).pins]
    return {str(PurePosixPath("pins", file).parent) for file in files}


def _send_versions(replica: Replica, shelf: Shelf, names: Iterable[str]) -> None:
    """Create each file; one that another writer has put there must be the same."""
    for name in names:
        content = replica.content(name) or b""
        if PurePosixPath(name).suffix != ".parquet":
            shelf.replace(name, content)
        elif not shelf.create(name, content) and shelf.read([name])[name] != content:
            raise overtaken(replica.store.address, f"another {name}")
        reach_sending("version sent")


def _claim(replica: Replica, shelf: Shelf, current: bytes) -> None:
    """Put the release in place, unless another run was first."""
    reach_sending("head due")
    name = head(replica.number + 1)
    if not shelf.create(name, current):
        found = shelf.read([name])[name]
        if found != current:  # else it is ours, and the answer was lost
            raise overtaken(replica.store.address, decode(found, name).id)
    reach_sending("head made")
    replica.number += 1


def _settle(replica: Replica, shelf: Shelf, local: list[str]) -> None:
    """Write what follows from the head: kept manifests, plain pins' list, the state of the build."""
    kept = [name for name in local if name.startswith("releases/") and name != CURRENT_FILE]
    for name in kept:
        if name not in replica.there:
            shelf.replace(name, replica.content(name) or b"")
            reach_sending("release sent")
    for name in BESIDE:
        content = replica.content(name)
        if content is not None and content != replica.beside.get(name):
            shelf.replace(name, content)
    reach_sending("lists sent")


def _say_plainly(replica: Replica, shelf: Shelf, current: bytes) -> None:
    """Let `current.json` say what the newest head does, for whoever cannot list heads; tidy."""
    # Some servers take the old file away before they put the new one in place.
    with suppress(FileNotFoundError):
        if CURRENT_FILE in replica.there and shelf.read([CURRENT_FILE])[CURRENT_FILE] == current:
            return
    shelf.replace(CURRENT_FILE, current)
    numbers = heads(f"{HEADS}/{name}" for name in shelf.names(HEADS))
    if numbers and numbers[-1] > replica.number:
        content = shelf.read([head(numbers[-1])])[head(numbers[-1])]
        shelf.replace(CURRENT_FILE, content)
        shelf.replace(f"pins/{LISTED}", listed(decode(content, CURRENT)))
    shelf.remove(head(number) for number in numbers[:-HEADS_KEPT])
    left = [name for name in shelf.names("") if name.endswith(TEMPORARY)]
    shelf.remove(name for name in left if shelf.is_old(name))


def overtaken(address: str, found: str) -> Overtaken:
    """The error for whoever comes second."""
    return Overtaken(
        f"Another run has put a release in place meanwhile: {address}",
        found=found,
        expected="the release that this run began with",
        next_step="run again; nothing was changed",
    )
