"""Plotly's script for the pages of a site: the smallest bundle that draws every chart on them."""

from __future__ import annotations

import importlib.util
import json
import shutil
from collections.abc import Iterable, Set
from pathlib import Path

from processing.errors import SiteError
from processing.site.finishing.units import RenderedPage

FILE = Path("assets/vendor/plotly.min.js")
_BASIC = frozenset({"bar", "pie", "scatter"})
_CARTESIAN = _BASIC | {
    "box", "contour", "heatmap", "histogram", "histogram2d", "histogram2dcontour", "image",
    "scatterternary", "violin",
}  # fmt: skip
# As their own descriptions say, the smallest first; what neither draws is drawn by Python's own.
BUNDLES = (
    (Path("node_modules/plotly.js-basic-dist-min/plotly-basic.min.js"), _BASIC),
    (Path("node_modules/plotly.js-cartesian-dist-min/plotly-cartesian.min.js"), _CARTESIAN),
)


def lay_plotly(root: Path, out: Path, pages: Iterable[RenderedPage]) -> None:
    """Copy the bundle for these pages into the site `out`; nothing where no page has a chart."""
    blocks = [json.loads(unit.block) for page in pages for unit in page.units if unit.has_figure]
    if blocks:
        copy_plotly(root, out, frozenset().union(*(kinds(block["figure"]) for block in blocks)))


def kinds(figure: dict[str, object]) -> frozenset[str]:
    """The types of trace that a browser draws for a figure, which live.js makes of its own."""
    data, layout = figure["data"], figure["layout"]
    assert isinstance(data, list)
    assert isinstance(layout, dict)
    timeline = layout.get("xaxis", {}).get("type") == "date"
    named = (str(trace.get("type", "scatter")) for trace in data)
    return frozenset("bar" if timeline and kind == "heatmap" else kind for kind in named)


def copy_plotly(root: Path, out: Path, drawn: Set[str] = _CARTESIAN) -> None:
    """Copy the smallest bundle with those types of trace to where pages look for it."""
    target = out / FILE
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(find_plotly(root, drawn), target)


def find_plotly(root: Path, drawn: Set[str] = _CARTESIAN) -> Path:
    """Where that bundle lies on this machine: from npm, else the whole one that Python's brings.

    SiteError when it lies nowhere.
    """
    for bundle, able in BUNDLES:
        if drawn <= able and (root / bundle).is_file():
            return root / bundle
    spec = importlib.util.find_spec("plotly")  # found, not imported: that takes a second
    for folder in (spec.submodule_search_locations or []) if spec else []:
        if (whole := Path(folder, "package_data", "plotly.min.js")).is_file():
            return whole
    raise SiteError(
        "Plotly's script was not found",
        found=f"neither a bundle below {root / 'node_modules'} nor the Python package's own",
        next_step="run `make site`, which installs both",
    )
