"""A release on a board of its own, where no other pin lies: what the pages of an audience read."""

from __future__ import annotations

import shutil
from pathlib import Path

from processing.board.manifest import CURRENT, encode
from processing.board.reader import Release, verified_bytes

ABOUT = "data.txt"  # what pins keeps beside the file of a version


def lay_out(release: Release, folder: Path) -> Release:
    """The release on a board of its own in `folder`, which is emptied first: no other pin is there.

    Whoever may read that folder alone, as the kernel of a page, cannot read what is hidden.
    BoardError when a pin is not what was released.
    """
    shutil.rmtree(folder, ignore_errors=True)
    laid = Release(folder, release.manifest, release.audience, release.hidden)
    for entry in release.manifest.pins:
        path, target = release.path(entry.name), laid.path(entry.name)
        target.parent.mkdir(parents=True)
        target.write_bytes(verified_bytes(path, entry))
        if (about := path.parent / ABOUT).is_file():
            shutil.copyfile(about, target.parent / ABOUT)
    (folder / "releases").mkdir(parents=True)
    (folder / "releases" / CURRENT).write_bytes(encode(release.manifest))
    return laid


