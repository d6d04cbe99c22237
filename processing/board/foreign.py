"""Boards that others wrote with plain pins, from R or Python: the newest version of a pin."""

from __future__ import annotations

from pathlib import Path

import pins
from pins.errors import PinsError

from processing.board.names import PIN_NAME, checked, inside
from processing.errors import BoardError

READABLE = ("parquet", "csv", "json")  # nothing that could run


def newest_pin(board: Path, name: str) -> Path:
    """The file of the newest version, by what pins calls newest. BoardError when there is none."""
    checked(PIN_NAME, "Pin", name)
    try:
        meta = pins.board_folder(str(board)).pin_meta(name)
    except (PinsError, OSError, ValueError, KeyError) as error:
        raise BoardError(f"There is no such pin on the board: {name}", found=str(error)) from error
    file = meta.file if isinstance(meta.file, str) else None
    if meta.type not in READABLE or file is None:
        raise BoardError(
            f"Pin {name} cannot be read", found=f"type {meta.type}", expected=", ".join(READABLE)
        )
    return inside(board, name, meta.version.version, file)
