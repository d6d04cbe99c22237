"""Store a table as a pin: stage, write, read back, hash, move. The only user of pins."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pins
import pyarrow as pa
import pyarrow.parquet as pq
from pins.config import pins_options

from processing.board.files import board_errors, sync_folder
from processing.board.manifest import sha256_file
from processing.board.names import PIN_NAME, VERSION, checked, inside
from processing.errors import BoardError

pins_options.quiet = True

STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class StoredPin:
    """Where a version of a pin lies below `<board>/pins`, and what it hashes to."""

    version: str
    file: str
    sha256: str
    bytes: int


def store_pin(
    board: Path, name: str, table: pa.Table, now: datetime, title: str, metadata: dict[str, str]
) -> StoredPin:
    """Write `table` as a new version of pin `name` and return it once it reads back equal.

    The version is written beside the board's pins and moved there by one rename, so a reader that
    lists folders never meets half a version. Raises BoardError; nothing is left behind.
    """
    checked(PIN_NAME, "Pin", name)
    with board_errors(board, f"storing pin {name}"):
        folder = inside(board / "pins", name)
        folder.mkdir(parents=True, exist_ok=True)
        created = next_version_time(folder, now)
        staging = Path(tempfile.mkdtemp(prefix=".staging-", dir=board))
        try:
            written = _write(staging, name, table, created, title, metadata)
            stored = _read_back(written, name, table)
            written.rename(folder / written.name)
            sync_folder(folder)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    return stored


def next_version_time(folder: Path, now: datetime) -> datetime:
    """`now` in whole UTC seconds, or one second after the newest version if the clock went back."""
    now = now.astimezone(UTC).replace(microsecond=0)
    stamps = [
        datetime.strptime(entry.name.split("-")[0], STAMP).replace(tzinfo=UTC)
        for entry in folder.iterdir()
        if VERSION.fullmatch(entry.name)
    ]
    return max([now, *(stamp + timedelta(seconds=1) for stamp in stamps)])


def _write(
    staging: Path,
    name: str,
    table: pa.Table,
    created: datetime,
    title: str,
    metadata: dict[str, str],
) -> Path:
    """Let pins write one version below `staging`; the folder it made."""
    frame = table.to_pandas(types_mapper=pd.ArrowDtype)
    board: Any = pins.board_folder(str(staging))
    board.pin_write(
        frame,
        name,
        type="parquet",
        title=title,
        metadata=metadata,
        versioned=True,
        created=created,
    )
    (written,) = (staging / name).iterdir()
    return written


def _read_back(written: Path, name: str, table: pa.Table) -> StoredPin:
    """Read what was written and compare it with what was meant."""
    checked(VERSION, "Version", written.name)
    path = written / f"{name}.parquet"
    found = pq.read_table(path).replace_schema_metadata(None)
    if not found.equals(table.replace_schema_metadata(None)):
        raise BoardError(
            f"Pin {name} does not read back as it was written",
            found=f"{found.num_rows} rows of {found.schema}",
            expected=f"{table.num_rows} rows of {table.schema}",
            next_step="check the disk, then run `millpond build` again",
        )
    for file in written.iterdir():
        with file.open("rb") as handle:
            os.fsync(handle.fileno())
    return StoredPin(
        version=written.name,
        file=f"{name}/{written.name}/{path.name}",
        sha256=sha256_file(path),
        bytes=path.stat().st_size,
    )
