"""Build the pins, decide whether the site has to be published anew, and pack the parcel."""

from __future__ import annotations

import os
import sys

from processing.board.publish import current_release
from processing.build.state import named_by_state
from processing.config import Config
from processing.errors import MillpondError
from processing.keeping.parcel import Parcel, digest, pack_board, pack_intake
from processing.keeping.published import published, why_publish
from processing.site.pages.shown import releases_shown
from scripts.ci import (
    ended,
    fingerprint,
    millpond,
    open_sources,
    output,
    pages_of,
    places,
    project,
    setting,
)


def main() -> int:
    """AS_OF, FORCE, DRY_RUN and RENDERER are the inputs of the workflow; each may be empty."""
    arguments = ["--as-of", setting("AS_OF")] if setting("AS_OF") else []
    for table in setting("FORCE").replace(",", " ").split():
        arguments += ["--force", table]
    dry = setting("DRY_RUN") == "true"
    more = credentials(os.environ.get("SOURCE_CREDENTIALS", ""))
    if code := millpond("build", *arguments, *(["--dry-run"] if dry else []), **more):
        return code
    if dry:
        output(render=False, keep=False, why="a dry run")
        return 0
    try:
        return _decide(*project())
    except MillpondError as error:
        return ended(error)


def credentials(text: str) -> dict[str, str]:
    """The lines `NAME=value` of the one secret that holds the credentials of all sources.

    Each value is made known to the log as secret; only the build of the pins gets to see them.
    """
    found = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    found = {name.strip(): value.strip() for name, value in found.items()}
    if os.environ.get("GITHUB_ACTIONS"):
        for value in found.values():
            print(f"::add-mask::{value}", flush=True)
    return found


def _decide(config: Config, parcel: Parcel) -> int:
    served = current_release(config.board_path)
    assert served is not None
    release = served.manifest.id
    before = digest(parcel.board), digest(parcel.intake)
    board, shown = config.board_path, releases_shown(pages_of(config))
    pack_board(parcel, board, config.keep.releases, named_by_state(board), shown)
    now = fingerprint(config, setting("RENDERER") or "quarto")
    why = why_publish(now, release, published(parcel))
    pack_intake(parcel, config.intake_path, open_sources(config))
    kept = (digest(parcel.board), digest(parcel.intake)) != before or why is not None
    output(
        render=why is not None,
        keep=kept,
        release=release,
        audiences=" ".join(places(config)) if why else "",
        why=why or f"release {release} is published already, by the same code",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
