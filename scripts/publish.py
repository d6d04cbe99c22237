"""Render the site of each further audience that has a place of its own, and publish it there."""

from __future__ import annotations

import sys

from processing.errors import MillpondError
from processing.keeping.parcel import unpack
from processing.keeping.showing import put_site, take_site
from scripts.ci import ended, millpond, pages_of, places, project, restored, setting


def main() -> int:
    """RENDERER names the renderer. A site that fails its check is not published."""
    config, parcel = project()
    renderer = setting("RENDERER") or "quarto"
    try:
        unpack(parcel, config.board_path, pages_of(config))
        for audience, address in places(config).items():
            one = "--audience", audience
            here = restored(config)
            site = config.root / config.for_audience(audience).site.out
            take_site(address, site, audience)  # whose releases past are carried over
            code = millpond("render", "--renderer", renderer, *one, **here)
            code = code or millpond("check", *one, **here)
            if code:
                return code
            written, gone = put_site(site, address)
            print(f"published the {audience} site to {address}: {written} files, {gone} removed")
    except MillpondError as error:
        return ended(error)
    return 0


if __name__ == "__main__":
    sys.exit(main())
