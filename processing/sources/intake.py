"""Take in what lies elsewhere: stream it into Parquet files here, once, and whole or not at all."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from processing.board.files import LONG_AGO_SECONDS, write_atomically
from processing.errors import AGAIN, SourceError
from processing.sources.arrow import plain
from processing.sources.asked import Asked
from processing.sources.location import WEEK_FOLDER, Location

STAGING = ".staging-"
TAKEN = "taken.json"
FILE = "rows.parquet"
GROUP_ROWS = 256_000  # the most rows in one row group

Rows = Callable[[], pa.RecordBatchReader]


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What was taken in last: the question and the mark it answers, and the files with sizes."""

    key: str
    folder: str
    files: dict[str, int]


def take_in(asked: Asked, mark: Callable[[], str | None], rows: Rows, folder: str = "") -> Location:
    """The rows as files here; they are asked for only when the mark or the question is new.

    `mark` stands for the content and is cheap; None says that nobody can tell, and asks again.
    SourceError when anything fails on the way: what was taken in before is then untouched.
    """
    home = asked.cache / (folder or asked.name)
    said = mark()
    if asked.only_ask:
        return Location(asked.shown, (), "parquet")
    key = hashlib.sha256(repr((asked.question, said)).encode()).hexdigest()
    known = _known(home)
    if said is not None and known is not None and known.key == key:
        return _location(asked, home / known.folder, known.files)
    asked.tell(f"taking in {asked.name} from {asked.shown}")
    try:
        taken = _take(home, key, asked, rows)
    except OSError as error:
        if error.errno is None:  # a connection, as some drivers say it
            raise asked.fault("was cut off while it was read", error, next_step=AGAIN) from error
        raise _unkept(asked, error) from error
    return _location(asked, home / taken.folder, taken.files)


def _take(home: Path, key: str, asked: Asked, rows: Rows) -> Taken:
    """Stream the rows into a folder named by their content, then point to it."""
    home.mkdir(parents=True, exist_ok=True)
    _clear(home)
    staging = Path(tempfile.mkdtemp(prefix=STAGING, dir=home))
    try:
        _write(staging, asked, rows())
        files = {
            path.relative_to(staging).as_posix(): path.stat().st_size
            for path in sorted(staging.rglob("*.parquet"))
        }
        folder = home / _content(staging, files)
        if not _is_whole(folder, files):
            shutil.rmtree(folder, ignore_errors=True)
            staging.rename(folder)
        taken = Taken(key=key, folder=folder.name, files=files)
        before = _known(home)
        write_atomically(home / TAKEN, msgspec.json.encode(taken))
        _keep_only(home, {taken.folder, before.folder if before else taken.folder})
        return taken
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _write(staging: Path, asked: Asked, rows: pa.RecordBatchReader) -> None:
    """One file; or one for each week, so that a new or revised week costs the work of that week."""
    rows = plain(asked, rows)
    weeks = asked.source.weeks
    if weeks is None or weeks.column != "week" or weeks.column not in rows.schema.names:
        _write_one(staging / FILE, rows.schema, rows)
        return
    hive = ds.partitioning(pa.schema([rows.schema.field("week")]), flavor="hive")
    ds.write_dataset(
        rows,
        staging,
        format="parquet",
        partitioning=hive,
        basename_template="rows-{i}.parquet",
        preserve_order=True,
        max_rows_per_group=GROUP_ROWS,
        max_partitions=10_000,
        max_open_files=200,
    )
    if not all(WEEK_FOLDER.fullmatch(folder.name) for folder in staging.iterdir()):
        _into_one(staging, ds.dataset(staging, partitioning=hive))
    elif not any(staging.iterdir()):
        _write_one(staging / FILE, rows.schema, [])


def _into_one(staging: Path, found: ds.Dataset) -> None:
    """Rows without a proper week have no folder of their own: a rule of the source counts them."""
    one = staging.with_name(staging.name + "-one")
    try:
        one.mkdir()
        _write_one(one / FILE, found.schema, found.to_batches())
        shutil.rmtree(staging)
        one.rename(staging)
    finally:
        shutil.rmtree(one, ignore_errors=True)


def _write_one(path: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in _larger(schema, batches):
            writer.write_table(batch, row_group_size=GROUP_ROWS)


def _larger(schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Small batches put together, so that row groups do not depend on how the rows arrived."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        held.append(batch)
        while sum(each.num_rows for each in held) >= GROUP_ROWS:
            table = pa.Table.from_batches(held, schema)
            yield table.slice(0, GROUP_ROWS)
            held = table.slice(GROUP_ROWS).to_batches()
    if held:
        yield pa.Table.from_batches(held, schema)


def _content(folder: Path, files: Iterable[str]) -> str:
    """A name that stands for what the files hold."""
    digest = hashlib.sha256()
    for name in files:
        with (folder / name).open("rb") as file:
            digest.update(name.encode() + hashlib.file_digest(file, "sha256").digest())
    return "rows-" + digest.hexdigest()[:16]


def _known(home: Path) -> Taken | None:
    """What was taken in last, if all of it is still there."""
    try:
        taken = msgspec.json.decode((home / TAKEN).read_bytes(), type=Taken)
    except (OSError, msgspec.MsgspecError):
        return None
    return taken if _is_whole(home / taken.folder, taken.files) else None


def _is_whole(folder: Path, files: dict[str, int]) -> bool:
    try:
        return all((folder / name).stat().st_size == size for name, size in files.items())
    except OSError:
        return False


def _location(asked: Asked, folder: Path, files: Iterable[str]) -> Location:
    return Location(asked.shown, tuple(folder / name for name in files), "parquet")


def _keep_only(home: Path, folders: set[str]) -> None:
    """The version before stays, for whoever reads it now."""
    for path in home.glob("rows-*"):
        if path.name not in folders:
            shutil.rmtree(path, ignore_errors=True)


def _clear(home: Path) -> None:
    """Remove what a run that was killed has left."""
    for path in home.glob(STAGING + "*"):
        if time.time() - path.stat().st_mtime > LONG_AGO_SECONDS:
            shutil.rmtree(path, ignore_errors=True)


def _unkept(asked: Asked, error: OSError) -> SourceError:
    return asked.fault(
        "what was read cannot be kept here",
        error,
        f"a folder that can be written: {asked.cache}",
        "make room or mend the rights of the folder, then run again",
    )
