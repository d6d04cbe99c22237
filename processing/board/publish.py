"""Put a release in place by one atomic replace; find, list, verify and roll back releases."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from processing.board.changes import History
from processing.board.freshness import data_to
from processing.board.lock import WAIT_SECONDS, board_held
from processing.board.manifest import (
    CURRENT,
    FORMAT,
    Manifest,
    PinEntry,
    Served,
    SourceEntry,
    encode,
)
from processing.board.names import RELEASE_ID, STAMP, checked, later_than
from processing.board.reader import Release, for_audience, open_release, verified_bytes
from processing.board.serve import serve
from processing.contracts.contract import CheckResult
from processing.errors import BoardError, UsageError
from processing.nearest import one_of


def current_release(board: Path) -> Release | None:
    """The release being served, or None on a board that never had one."""
    if not (board / "releases" / CURRENT).exists():
        return None
    return open_release(board)


def same_content(old: Manifest, new: Manifest) -> bool:
    """Whether two manifests would serve the same to a reader, whenever each was made."""
    plain = {"id": "", "created_at": "", "previous": None, "history": ()}
    return msgspec.structs.replace(old, **plain) == msgspec.structs.replace(new, **plain)


def new_manifest(
    previous: Manifest | None,
    now: datetime,
    *,
    as_of: str,
    engine: str,
    clock: str,
    pins: tuple[PinEntry, ...],
    sources: tuple[SourceEntry, ...],
    agreements: tuple[CheckResult, ...] = (),
) -> Manifest:
    """A manifest with an id that sorts after the previous one, even when the clock went back."""
    created = later_than(now, [previous.id] if previous else [])
    draft = Manifest(
        format=FORMAT,
        id="",
        created_at=created.isoformat(),
        as_of=as_of,
        previous=previous.id if previous else None,
        engine=engine,
        clock=clock,
        pins=pins,
        sources=sources,
        agreements=agreements,
    )
    draft = _dated(draft)
    short = hashlib.sha256(encode(draft)).hexdigest()[:8]
    return msgspec.structs.replace(draft, id=f"{created.strftime(STAMP)}-{short}")


def _dated(manifest: Manifest) -> Manifest:
    """With the day that data of each pin reach to; a version may be older than its sources are."""
    pins = (
        msgspec.structs.replace(pin, data_to=data_to(manifest, pin.name).isoformat())
        for pin in manifest.pins
    )
    return msgspec.structs.replace(manifest, pins=tuple(pins))


def with_history(manifest: Manifest, history: History) -> Manifest:
    """`manifest` with a history whose newest change is that of `manifest` itself."""
    own = msgspec.structs.replace(history[0], release=manifest.id)
    return msgspec.structs.replace(manifest, history=(own, *history[1:]))


def put_release(board: Path, manifest: Manifest) -> Release:
    """Verify every pin of `manifest`, keep it under its id, then make it the one that is served."""
    release = Release(board=board, manifest=manifest)
    for entry in manifest.pins:
        verified_bytes(release.path(entry.name), entry)
    serve(board, manifest, encode(manifest))
    return release


def releases(board: Path) -> list[str]:
    """The ids of all kept releases, oldest first."""
    folder = board / "releases"
    names = [path.stem for path in folder.glob("*.json")] if folder.is_dir() else []
    return sorted(name for name in names if RELEASE_ID.fullmatch(name))


def last_readable(board: Path) -> Manifest | None:
    """The newest kept manifest that can be read, whether or not its pins are whole."""
    for identity in reversed(releases(board)):
        try:
            return open_release(board, f"{identity}.json").manifest
        except BoardError:
            continue
    return None


def find_release(board: Path, identity: str | None) -> Release:
    """The release with that id, or the current one; BoardError when there is no such release."""
    if identity is None:
        return open_release(board)
    checked(RELEASE_ID, "Release", identity)
    if identity not in releases(board):
        raise BoardError(
            f"The board has no release {identity}",
            expected="one of " + (", ".join(releases(board)) or "none"),
            next_step="run `millpond release list`",
        )
    return open_release(board, f"{identity}.json")


def named(board: Path, identity: str | None) -> str | None:
    """The id that a person typed, if there is one; UsageError when the board has no such release."""
    if identity is not None and identity not in (known := releases(board)):
        raise UsageError(
            f"The board has no release {identity!r}",
            expected=one_of(identity, known) if known else "a board with a release",
            next_step="run `millpond release list`",
        )
    return identity


def other_release(release: Release, identity: str) -> Release:
    """Another kept release of the same board, as the same audience may see it; BoardError."""
    return for_audience(find_release(release.board, identity), release.audience)


def verify(release: Release) -> list[str]:
    """What is wrong with the release's pins, one line each; empty when all are as released."""
    wrong = []
    for entry in release.manifest.pins:
        try:
            verified_bytes(release.path(entry.name), entry)
        except BoardError as error:
            wrong.append(f"{error.what} ({error.found})")
    return wrong


def rollback(
    board: Path,
    identity: str | None,
    wait_seconds: float = WAIT_SECONDS,
    now: datetime | None = None,
) -> Release:
    """Serve a kept release again (the previous one when no id is given), after verifying it.

    Every later release counts as taken back from then on (`held_back`). With the id of a later
    release this goes forward again. BoardError when it is not there or not whole.
    """
    moment = (now or datetime.now(UTC)).isoformat(timespec="seconds")
    with board_held(board, wait_seconds):
        release = find_release(board, identity or _previous(board))
        found = release.manifest
        wrong = verify(release)
        if wrong:
            raise BoardError(
                f"Release {found.id} cannot be served again",
                found="; ".join(wrong),
                expected="every pin as it was released",
                next_step="choose another from `millpond release list`",
            )
        later = tuple(one for one in releases(board) if one > found.id)
        fields = {name: getattr(found, name) for name in Manifest.__struct_fields__}
        served = Served(**fields, withdrawn=later, withdrawn_at=moment if later else None)
        serve(board, found, encode(served))
    return release


def _previous(board: Path) -> str:
    served = open_release(board).manifest
    if served.previous is None:
        raise BoardError(
            "There is no release to roll back to",
            found=f"{served.id} is the first one",
            expected="an earlier release",
            next_step="run `millpond release list`",
        )
    return served.previous
