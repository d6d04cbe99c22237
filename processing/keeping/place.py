"""A place that keeps the board between runs, found by its address."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from processing.errors import ConfigError, MillpondError


class Overtaken(MillpondError):
    """Another run has kept something newer since this one restored. Nothing was written."""

    exit_code = 13


class Place(Protocol):
    """Keeps one folder of files as a whole, and knows its states by a mark."""

    def fetch(self, folder: Path) -> str | None:
        """Fill the empty `folder` with what is kept; its mark, or None when nothing ever was."""
        ...

    def put(self, folder: Path, mark: str | None, message: str) -> str:
        """Keep `folder` instead of the state `mark`, as a whole or not at all; the new mark.

        Overtaken when the place is at another state by now.
        """
        ...


# One file per kind of address, imported only when an address asks for it.
BRANCH = "branch:"


def open_place(address: str, root: Path) -> Place:
    """The place behind an address of millpond.toml. ConfigError when there is no such kind."""
    kind = "branch:open_branch" if address.startswith(BRANCH) else "bucket:open_bucket"
    if not address.startswith(BRANCH) and "://" not in address:
        raise ConfigError(
            "[keep] address cannot be used",
            found=address,
            expected="branch:NAME, or an address such as s3://bucket/folder",
            next_step="correct millpond.toml",
        )
    module, name = kind.split(":")
    return cast(
        "Place", getattr(import_module(f"processing.keeping.{module}"), name)(address, root)
    )


def overtaken(where: str, expected: str | None, found: str | None) -> Overtaken:
    """The error for whoever comes second."""
    return Overtaken(
        f"Another run has kept a newer state meanwhile: {where}",
        found=found or "nothing",
        expected=expected or "nothing",
        next_step="none: the newer state stays, and the next run builds on it",
    )
