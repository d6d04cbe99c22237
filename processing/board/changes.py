"""What a release changed beside the one before it; kept in the manifest, for pages to tell."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from processing.contracts.contract import Audience, ColumnType

KEPT_RELEASES = 20  # how far back a manifest can tell


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """One cell that says another value than it did, though its period was over.

    `key` is the row's key, `old` and `new` the exact digits, both as text; None: an empty cell.
    """

    key: dict[str, str]
    column: str
    type: ColumnType
    old: str | None
    new: str | None


class PinChange(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one pin. Counts are rows, but `revised`: that counts cells.

    `updated` are rows that were bound to change: their week was still running, or they count the
    year so far. `revisions` are the first few of `revised`. `contract` says in words what the
    contract promises anew; `note` why the rows were not compared.
    """

    name: str
    title: str
    version: str
    rows: int
    bytes: int
    audience: Audience = "public"
    is_new: bool = False
    rows_before: int | None = None
    added: int = 0
    removed: int = 0
    updated: int = 0
    revised: int = 0
    revisions: tuple[Revision, ...] = ()
    contract: tuple[str, ...] = ()
    note: str = ""


class ReleaseChange(msgspec.Struct, frozen=True, kw_only=True):
    """One release beside the one before; `previous` is None where nothing was known before.

    Withheld cells are left out. `weeks_begun` and `weeks_ended` are weeks of the data; `revised`
    counts the cells of all pins; `gone` are pins that are there no more, `gone_internal` those of
    them that were internal. `taken_back_at` is when a rollback took the release back: of such a
    one nothing is told but that.
    """

    release: str
    created_at: str
    as_of: str
    previous: str | None
    as_of_before: str | None = None
    weeks_begun: tuple[int, ...] = ()
    weeks_ended: tuple[int, ...] = ()
    revised: int = 0
    pins: tuple[PinChange, ...] = ()
    gone: tuple[str, ...] = ()
    gone_internal: tuple[str, ...] = ()
    taken_back_at: str | None = None


History = tuple[ReleaseChange, ...]


def with_change(history: History, change: ReleaseChange) -> History:
    """The history with `change` as its newest, the oldest dropped beyond what is kept."""
    return (change, *history)[:KEPT_RELEASES]


def with_taken_back(history: Iterable[ReleaseChange], taken: Iterable[ReleaseChange]) -> History:
    """The history with releases taken back in their places, the newest first."""
    every = {change.release: change for change in (*history, *taken)}
    return tuple(every[one] for one in sorted(every, reverse=True))
