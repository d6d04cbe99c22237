"""Bring back the board, the executed pages and what feeds gave, as the last run kept them."""

from __future__ import annotations

import shutil
import sys

from processing.errors import MillpondError
from processing.keeping.parcel import unpack, unpack_intake
from processing.keeping.place import open_place
from processing.keeping.published import published
from scripts.ci import ended, output, pages_of, project


def main() -> int:
    """Fill `parcel/` from the place that keeps, then the board and the page cache from it."""
    config, parcel = project()
    shutil.rmtree(parcel.folder, ignore_errors=True)
    parcel.kept.mkdir(parents=True)
    try:
        mark = open_place(config.keep.address, config.root).fetch(parcel.kept)
        parcel.set_mark(mark)
        elsewhere = config.board.is_elsewhere
        unpack(parcel, config.board_path, pages_of(config), is_replica=elsewhere)
        unpack_intake(parcel, config.intake_path)
    except MillpondError as error:
        return ended(error)
    before = published(parcel)
    print(f"restored {mark} from {config.keep.address}" if mark else "nothing was ever kept")
    output(mark=mark or "", published=before.release if before else "")
    return 0


if __name__ == "__main__":
    sys.exit(main())
