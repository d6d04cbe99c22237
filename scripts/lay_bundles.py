"""Before plain Quarto renders: put the bundles that pages load beside the pages' own scripts."""

from __future__ import annotations

from pathlib import Path

from processing.config import load_config
from processing.site.finishing.plotly import copy_plotly
from processing.site.finishing.vendor import copy_reader

ROOT = Path(__file__).resolve().parent.parent


def lay_bundles(root: Path) -> None:
    """Copy them below the pages' `assets/vendor/`, which is neither kept nor staged.

    Which charts there will be is not known yet: `lay_downloads` then lays the smallest for them.
    """
    pages = root / load_config(root).site.pages
    copy_plotly(root, pages)
    copy_reader(root, pages)


if __name__ == "__main__":
    lay_bundles(ROOT)
