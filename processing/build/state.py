"""What the last builds left: a small sorted JSON file on the board. Losing it costs only time."""

from __future__ import annotations

from pathlib import Path

import msgspec

from processing.board.files import board_errors, write_atomically
from processing.board.manifest import MAX_BYTES
from processing.build.describe import SeenParts
from processing.build.plan import TableState

FILE = "state.json"
FORMAT = 1


class State(msgspec.Struct, frozen=True, kw_only=True):
    """The state of every table, and how much was seen of every source, by name."""

    format: int = FORMAT
    tables: dict[str, TableState] = {}
    sources: dict[str, SeenParts] = {}


def load_state(board: Path) -> State:
    """The state of the board; an empty one when there is none that can be read."""
    path = board / FILE
    try:
        if path.stat().st_size > MAX_BYTES:
            return State()
        state = msgspec.json.decode(path.read_bytes(), type=State)
    except (OSError, msgspec.MsgspecError):
        return State()
    return state if state.format == FORMAT else State()


def save_state(board: Path, state: State) -> None:
    """Replace the state file as a whole. BoardError when the board cannot be written."""
    ordered = msgspec.structs.replace(state, tables=dict(sorted(state.tables.items())))
    content = msgspec.json.format(msgspec.json.encode(ordered, order="sorted"), indent=1)
    with board_errors(board, "saving the state of the build"):
        write_atomically(board / FILE, content + b"\n")
