"""Render and check the site of the release in the parcel; say what must be found once published."""

from __future__ import annotations

import sys

from processing.board.reader import open_release
from processing.errors import MillpondError
from processing.keeping.parcel import pack_pages, unpack
from processing.keeping.published import expect, write_expected
from processing.site.run import site_fingerprint
from scripts.ci import ended, millpond, pages_of, project, setting


def main() -> int:
    """RENDERER names the renderer. Leaves the site, and `parcel/expected.json`."""
    config, parcel = project()
    renderer = setting("RENDERER") or "quarto"
    try:
        unpack(parcel, config.board_path, pages_of(config))
        code = millpond("render", "--renderer", renderer)
        pack_pages(parcel, pages_of(config))
        if code := code or millpond("check"):
            return code
        release = open_release(config.board_path).manifest.id
        site = config.root / config.site.out
        found = expect(site, release, site_fingerprint(config, renderer))
        write_expected(parcel.folder / "expected.json", found)
    except MillpondError as error:
        return ended(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
