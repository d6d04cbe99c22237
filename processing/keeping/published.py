"""What is published: which release and code the site at its address was made from, file by file."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from processing.board.files import write_atomically
from processing.keeping.parcel import Parcel, pack_site

FILE = "published.json"


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """A site as it must be found at its address: its release and the SHA-256 of every file.

    `fingerprint` stands for all that the site was made from, code and settings included; `failing`
    are the pages that could not be renewed.
    """

    release: str
    fingerprint: str
    files: dict[str, str]
    failing: tuple[str, ...] = ()


def expect(site: Path, release: str, fingerprint: str, failing: tuple[str, ...] = ()) -> Expected:
    """What must be found once this folder is published."""
    files = sorted(path for path in site.rglob("*") if path.is_file())
    hashes = {
        p.relative_to(site).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files
    }
    return Expected(release=release, fingerprint=fingerprint, files=hashes, failing=failing)


def write_expected(path: Path, expected: Expected) -> None:
    """Write it as ordered JSON, for programs without this package too."""
    write_atomically(
        path, msgspec.json.format(msgspec.json.encode(expected, order="sorted"), indent=1)
    )


def read_expected(path: Path) -> Expected | None:
    """What was written there; None when that is nothing, or nothing that can be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Expected)
    except (OSError, msgspec.MsgspecError):
        return None


def published(parcel: Parcel) -> Expected | None:
    """What was published when the parcel was kept."""
    return read_expected(parcel.kept / FILE)


def record(parcel: Parcel, site: Path, expected: Expected) -> None:
    """Note in the parcel that this site is published now."""
    pack_site(parcel, site)
    write_expected(parcel.kept / FILE, expected)


def why_publish(fingerprint: str, release: str, before: Expected | None) -> str | None:
    """Why a site of that fingerprint has to be rendered and published; None when it is already."""
    if before is None:
        return "nothing is known to be published"
    if before.release != release:
        return f"release {release} follows {before.release}"
    if before.failing:
        return f"could not be renewed the last time: {', '.join(before.failing)}"
    return None if before.fingerprint == fingerprint else "code, pages or settings have changed"
