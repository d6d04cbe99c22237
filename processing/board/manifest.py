"""The release manifest: one version and one SHA-256 for every pin that belongs together."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from processing.nearest import one_of
from processing.board.changes import History
from processing.board.names import PIN_NAME, RELEASE_ID, VERSION, checked
from processing.contracts.contract import CheckResult, Contract
from processing.errors import BoardError

FORMAT = 1
CURRENT = "current.json"
MAX_BYTES = 16 * 1024 * 1024  # a manifest larger than this is not one of ours


class NewerFormat(BoardError):
    """The board was written by a newer version; this one must not write over it."""


class SourceEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One source as the release saw it. `rows` counts what the clock lets the tables see.

    `parts` counts them by week where the source has weeks; the next build is held against them.
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
    parts: dict[str, int] = {}
    results: tuple[CheckResult, ...] = ()


class PinEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One pin of a release: where its file lies below `<board>/pins` and what it must hash to.

    `data_to` is the last day of data of its sources (ISO date).
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
    """Everything a page may know: pins, sources, and the day the data reaches to.

    `agreements` says which totals were found equal between tables, `history` what this release
    and those before it changed, the newest first.
    """

    format: int
    id: str
    created_at: str
    as_of: str
    previous: str | None
    engine: str
    clock: str
    pins: tuple[PinEntry, ...]
    sources: tuple[SourceEntry, ...]
    agreements: tuple[CheckResult, ...] = ()
    history: History = ()

    def pin(self, name: str) -> PinEntry:
        """The entry of that pin; BoardError with the known names when there is none."""
        for entry in self.pins:
            if entry.name == name:
                return entry
        raise BoardError(
            f"Release {self.id} has no pin {name!r}",
            found=name,
            expected=one_of(name, [entry.name for entry in self.pins]),
            next_step="correct the name, or add a table of that name and run `millpond build`",
        )

    def sources_of(self, name: str) -> tuple[SourceEntry, ...]:
        """The sources that feed a pin, through any number of other pins, in order of name."""
        inputs = {entry.name: entry.inputs for entry in self.pins}
        found, todo = {name}, [name]
        while todo:
            new = set(inputs.get(todo.pop(), ())) - found
            found |= new
            todo += new
        return tuple(source for source in self.sources if source.name in found)


class Served(Manifest, frozen=True, kw_only=True):
    """The manifest in `current.json`; after a rollback it names the releases taken back, and when."""

    withdrawn: tuple[str, ...] = ()
    withdrawn_at: str | None = None


def pin_file(name: str, version: str) -> str:
    """Where a version's only file lies below `<board>/pins`."""
    return f"{name}/{version}/{name}.parquet"


def checked_entry(entry: PinEntry) -> PinEntry:
    """`entry` if its names are allowed and its file is the one they say; BoardError otherwise."""
    checked(PIN_NAME, "Pin", entry.name)
    checked(VERSION, "Version", entry.version)
    if entry.file != pin_file(entry.name, entry.version):
        raise BoardError(
            f"Pin {entry.name} names a file that is not its own",
            found=repr(entry.file),
            expected=pin_file(entry.name, entry.version),
            next_step="run `millpond release list` and `millpond release rollback ID`",
        )
    return entry


def encode(manifest: Manifest) -> bytes:
    """The manifest as indented, key-ordered JSON that ends in a newline.

    The same bytes before it was written and after it was read: `minimum=1` becomes 1.0 by reading.
    """
    read = msgspec.json.decode(msgspec.json.encode(manifest), type=type(manifest))
    return msgspec.json.format(msgspec.json.encode(read, order="sorted"), indent=1) + b"\n"


def decode(content: bytes, where: Path | str) -> Manifest:
    """The manifest in `content`, by itself; raises as `decode_served` does."""
    served = decode_served(content, where)
    return Manifest(**{name: getattr(served, name) for name in Manifest.__struct_fields__})


def decode_served(content: bytes, where: Path | str) -> Served:
    """The manifest in `content` and what was taken back.

    BoardError when it is torn, strange, or of another format; NewerFormat when a newer version of
    this program wrote it. No name in it leads astray.
    """
    try:
        found = msgspec.json.decode(content, type=dict[str, object]).get("format")
        if found == FORMAT:
            return _checked(msgspec.json.decode(content, type=Served))
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise BoardError(
            f"Release manifest cannot be read: {where}",
            found=str(error),
            expected="the JSON that `millpond build` writes",
            next_step="run `millpond release list` and `millpond release rollback ID`",
        ) from error
    newer = isinstance(found, int) and found > FORMAT
    raise (NewerFormat if newer else BoardError)(
        f"Release manifest has another format: {where}",
        found=f"format {found}",
        expected=f"format {FORMAT}",
        next_step="use the version of millpond that wrote it, or a newer one"
        if newer
        else "run `millpond build` with this version of millpond",
    )


def _checked(manifest: Served) -> Served:
    """`manifest` if all its names are allowed; BoardError otherwise."""
    for identity in (manifest.id, *filter(None, [manifest.previous]), *manifest.withdrawn):
        checked(RELEASE_ID, "Release", identity)
    for entry in manifest.pins:
        checked_entry(entry)
    return manifest


def sha256_file(path: Path) -> str:
    """Hexadecimal SHA-256 of the file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
