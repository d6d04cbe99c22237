"""What the last builds left: a small sorted JSON file on the board. Losing it costs only time."""

from __future__ import annotations

from pathlib import Path

import msgspec

from processing.board.files import board_errors, read_bounded, write_atomically
from processing.board.manifest import MAX_BYTES, checked_entry
from processing.build.describe import SeenParts
from processing.build.plan import TableState
from processing.errors import BoardError
from processing.faults import reach

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
        state = msgspec.json.decode(read_bounded(path, MAX_BYTES), type=State)
        for table in state.tables.values():
            checked_entry(table.pin)
    except (OSError, msgspec.MsgspecError, BoardError):
        return State()
    return state if state.format == FORMAT else State()


def save_state(board: Path, state: State) -> None:
    """Replace the state file as a whole. BoardError when the board cannot be written."""
    ordered = msgspec.structs.replace(state, tables=dict(sorted(state.tables.items())))
    content = msgspec.json.format(msgspec.json.encode(ordered, order="sorted"), indent=1)
    with board_errors(board, "saving the state of the build"):
        write_atomically(board / FILE, content + b"\n")
        reach("state saved")


def named_by_state(board: Path) -> frozenset[str]:
    """The files below `<board>/pins` that the next build may want to keep."""
    return frozenset(table.pin.file for table in load_state(board).tables.values())
