"""Put the board of this machine into the parcel that was restored, to keep it by hand."""

from __future__ import annotations

import sys

from processing.board.reader import open_release
from processing.build.elsewhere import board_here
from processing.build.state import named_by_state
from processing.errors import MillpondError
from processing.keeping.parcel import pack_board, pack_intake
from processing.site.pages.shown import releases_shown
from scripts.ci import ended, open_sources, pages_of, project


def main() -> int:
    """After a rollback: the next scheduled run then publishes what is served here.

    Of a board elsewhere that is what it serves now. With no release nothing is packed.
    """
    config, parcel = project()
    board = config.board_path
    try:
        board_here(config)
        open_release(board)
        shown = releases_shown(pages_of(config))
        count = pack_board(parcel, board, config.keep.releases, named_by_state(board), shown)
        count += pack_intake(parcel, config.intake_path, open_sources(config))
    except MillpondError as error:
        return ended(error)
    print(f"packed {count} files of {board} and the intake; `scripts/run keep` keeps them")
    return 0


if __name__ == "__main__":
    sys.exit(main())
