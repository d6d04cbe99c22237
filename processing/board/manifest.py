"""The release manifest: one version and one SHA-256 for every pin that belongs together."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from processing.contracts.contract import CheckResult, Contract
from processing.errors import BoardError

FORMAT = 1
CURRENT = "current.json"
MAX_BYTES = 16 * 1024 * 1024  # a manifest larger than this is not one of ours


class SourceEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One source as the release saw it. `rows` counts what the clock lets the tables see.

    `caveat` is what a reader must know before using the numbers, in one sentence, or nothing.
    """

    name: str
    address: str
    title: str
    licence: str
    origin: str
    sha256: str
    bytes: int
    rows: int
    updated: str
    caveat: str = ""
    first_date: str | None = None
    last_date: str | None = None


class PinEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One pin of a release: where its file lies below `<board>/pins` and what it must hash to.

    `data_to` is the last day of data this version was computed from (ISO date).
    """

    name: str
    version: str
    file: str
    sha256: str
    content_sha256: str
    bytes: int
    rows: int
    data_to: str
    inputs: tuple[str, ...]
    contract: Contract
    results: tuple[CheckResult, ...]


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a page may know: pins, sources, and the day the data reaches to."""

    format: int
    id: str
    created_at: str
    as_of: str
    previous: str | None
    engine: str
    clock: str
    pins: tuple[PinEntry, ...]
    sources: tuple[SourceEntry, ...]

    def pin(self, name: str) -> PinEntry:
        """The entry of that pin; BoardError with the known names when there is none."""
        for entry in self.pins:
            if entry.name == name:
                return entry
        raise BoardError(
            f"Release {self.id} has no pin {name!r}",
            found=name,
            expected="one of " + ", ".join(entry.name for entry in self.pins),
            next_step="correct the name, or add a table of that name and run `millpond build`",
        )


def encode(manifest: Manifest) -> bytes:
    """The manifest as indented, key-ordered JSON that ends in a newline."""
    return msgspec.json.format(msgspec.json.encode(manifest, order="sorted"), indent=1) + b"\n"


def decode(content: bytes, where: Path) -> Manifest:
    """The manifest in `content`; BoardError when it is torn, strange, or of another format."""
    try:
        found = msgspec.json.decode(content, type=dict[str, object]).get("format")
        if found == FORMAT:
            return msgspec.json.decode(content, type=Manifest)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise BoardError(
            f"Release manifest cannot be read: {where}",
            found=str(error),
            expected="the JSON that `millpond build` writes",
            next_step="run `millpond release list` and `millpond release rollback ID`",
        ) from error
    raise BoardError(
        f"Release manifest has another format: {where}",
        found=f"format {found}",
        expected=f"format {FORMAT}",
        next_step="run `millpond build` with this version of millpond",
    )


def sha256_file(path: Path) -> str:
    """Hexadecimal SHA-256 of the file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
