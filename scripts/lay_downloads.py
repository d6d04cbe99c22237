"""After plain Quarto has rendered: write beside the pages what their links lead to."""

from __future__ import annotations

import os
from pathlib import Path

from processing.board.reader import for_audience, open_release
from processing.config import Audience, load_config
from processing.site.finishing.finish import lay_downloads
from processing.site.finishing.plotly import lay_plotly

ROOT = Path(__file__).resolve().parent.parent


def main(root: Path, environment: dict[str, str]) -> None:
    """Downloads, catalogue and feed for the profile that Quarto rendered."""
    config = load_config(root)
    profiles = environment.get("QUARTO_PROFILE", "").replace(",", " ").split()
    audience: Audience = "internal" if "internal" in profiles else config.site.audience
    out = Path(environment.get("QUARTO_PROJECT_OUTPUT_DIR", root / "_site"))
    release = for_audience(open_release(config.board_path), audience)
    site = out / config.site.pages
    lay_plotly(root, site, lay_downloads(site, release, root, audience))


if __name__ == "__main__":
    main(ROOT, dict(os.environ))
