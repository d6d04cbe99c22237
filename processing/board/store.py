"""Store a table as a pin: stage, write, read back, hash, move. The only user of pins."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pins
import pyarrow as pa
import pyarrow.parquet as pq
from pins.config import pins_options

from processing.board.files import STAGING, board_errors, sync_folder
from processing.board.layout import PinFrame
from processing.board.manifest import pin_file, sha256_file
from processing.board.names import PIN_NAME, VERSION, checked, inside, later_than
from processing.errors import BoardError
from processing.faults import reach

pins_options.quiet = True


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
        folder = inside(board, "pins", name)
        folder.mkdir(parents=True, exist_ok=True)
        created = later_than(now, _versions(folder))
        staging = Path(tempfile.mkdtemp(prefix=STAGING, dir=board))
        try:
            reach("version staged")
            written = _write(staging, name, table, created, title, metadata)
            reach("version written")
            stored = _read_back(written, name, table)
            reach("version verified")
            written.rename(folder / written.name)
            reach("version moved")
            sync_folder(folder)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    return stored


def _versions(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir() if VERSION.fullmatch(entry.name)]


def _write(
    staging: Path,
    name: str,
    table: pa.Table,
    created: datetime,
    title: str,
    metadata: dict[str, str],
) -> Path:
    """Let pins write one version below `staging`; the folder it made."""
    frame = PinFrame(table.to_pandas(types_mapper=pd.ArrowDtype))
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
    try:
        found = pq.read_table(path).replace_schema_metadata(None)
    except pa.ArrowInvalid as error:
        raise OSError(errno.EIO, "written torn", str(path)) from error
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
        file=pin_file(name, written.name),
        sha256=sha256_file(path),
        bytes=path.stat().st_size,
    )
