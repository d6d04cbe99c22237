"""Render and check the site of the release in the parcel; say what must be found once published."""

from __future__ import annotations

import json
import sys
from typing import Any

from processing.board.reader import open_release
from processing.config import Config
from processing.errors import MillpondError, PageError
from processing.keeping.parcel import Parcel, pack_pages, unpack, unpack_site
from processing.keeping.published import expect, published, write_expected
from scripts.ci import (
    REPORTS,
    ended,
    fingerprint,
    millpond,
    output,
    pages_of,
    project,
    reason,
    restored,
    setting,
)


def main() -> int:
    """RENDERER names the renderer. Leaves the site, and `parcel/expected.json`.

    A page that fails ends this with 0 and its name in `failing`: the others are to be published,
    and `scripts/failing.py` fails the run afterwards. `changed` says whether there is another site
    to publish than the one that is.
    """
    config, parcel = project()
    renderer = setting("RENDERER") or "quarto"
    try:
        unpack(parcel, config.board_path, pages_of(config))
        unpack_site(parcel, config.root / config.site.out)
        code = millpond("render", "--renderer", renderer, **restored(config))
        pack_pages(parcel, pages_of(config))
        failing = _failing() if code == PageError.exit_code else []
        if code and not failing:
            return code
        if code := millpond("check", **restored(config)):
            return code
        _expect(config, parcel, renderer, tuple(page["name"] for page in failing))
    except MillpondError as error:
        return ended(error)
    return 0


def _expect(config: Config, parcel: Parcel, renderer: str, failing: tuple[str, ...]) -> None:
    site = config.root / config.site.out
    release = open_release(config.board_path).manifest.id
    found = expect(site, release, fingerprint(config, renderer), failing)
    write_expected(parcel.folder / "expected.json", found)
    said = " ".join((reason("render") or "").split()) if failing else ""
    output(failing=" ".join(failing), reason=said, changed=found != published(parcel))


def _failing() -> list[dict[str, Any]]:
    """The pages that fail although the others were put in place, by the report of the render."""
    report = json.loads((REPORTS / "render.json").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = report.get("failing", [])
    return found


if __name__ == "__main__":
    sys.exit(main())
