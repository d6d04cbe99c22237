"""Keep the board and the executed pages of the parcel for the next run."""

from __future__ import annotations

import sys

from processing.board.reader import open_release
from processing.errors import MillpondError
from processing.keeping.place import Overtaken, open_place
from scripts.ci import ended, output, project


def main() -> int:
    """Stands down, with exit code 0 and `kept=false`, when another run has kept something newer."""
    config, parcel = project()
    try:
        release = open_release(parcel.board).manifest.id
        place = open_place(config.keep.address, config.root)
        mark = place.put(parcel.kept, parcel.mark, f"Release {release}")
    except Overtaken as error:
        print(f"stood down: {error}")
        output(kept=False)
        return 0
    except MillpondError as error:
        return ended(error)
    parcel.set_mark(mark)
    print(f"kept {release} as {mark} in {config.keep.address}")
    output(kept=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
