"""Note that the site just probed is the published one, and keep it to go back to."""

from __future__ import annotations

import shutil
import sys
import tarfile
from pathlib import Path

from processing.errors import BoardError, MillpondError
from processing.keeping.parcel import Parcel
from processing.keeping.place import Overtaken, Place, open_place
from processing.keeping.published import Expected, published, read_expected, record
from scripts.ci import ended, project, setting

TRIES = 3


def main() -> int:
    """SITE_TAR is the published archive, RENDERED the parcel that the render left."""
    config, parcel = project()
    rendered = Parcel(Path(setting("RENDERED")))
    try:
        expected = read_expected(rendered.folder / "expected.json")
        if expected is None:
            raise BoardError("There is no note of what was published", found=setting("RENDERED"))
        site = config.cache_path / "published"
        shutil.rmtree(site, ignore_errors=True)
        with tarfile.open(setting("SITE_TAR")) as archive:
            archive.extractall(site, filter="data")
        place = open_place(config.keep.address, config.root)
        for _ in range(TRIES - 1):
            try:
                return _record(place, parcel, site, expected, published(rendered))
            except Overtaken:
                continue
        return _record(place, parcel, site, expected, published(rendered))
    except MillpondError as error:
        return ended(error)


def _record(
    place: Place, parcel: Parcel, site: Path, expected: Expected, seen: Expected | None
) -> int:
    """Add the note to whatever is kept by now, unless another run has noted its own meanwhile.

    `seen` is what was published when this run began.
    """
    shutil.rmtree(parcel.folder, ignore_errors=True)
    parcel.kept.mkdir(parents=True)
    mark = place.fetch(parcel.kept)
    before = published(parcel)
    if before and before != seen:
        print(f"another run has published {before.release} meanwhile")
        return 0
    record(parcel, site, expected)
    place.put(parcel.kept, mark, f"Published {expected.release}")
    print(f"noted {expected.release} as published")
    return 0


if __name__ == "__main__":
    sys.exit(main())
