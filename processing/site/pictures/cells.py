"""A heat map as broad lines, one per cell: an end colour laid thinly over the middle one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple

from processing.site.pictures.attributes import short
from processing.views.palette import PALETTE

STEPS = 25  # shades either side of the middle; finer ones cannot be told apart
GAP_SHARE = 0.15  # of a cell at most is gap, or narrow cells would look pale
GROUND = PALETTE["ground"][0]  # shows in the gaps and where a cell is missing
INK = PALETTE["ink"][0]
DASH_SHARE, DASH_MOST, DASH_WIDTH = 0.45, 9.0, 1.5  # of a cell's width; px; px
DARK = 0.5  # opacity from which a shade is dark to the ink and the mark takes the ground's colour

Box = tuple[float, float, float, float]


class Line(NamedTuple):
    """Cells of one shade: a path to draw in that colour, opacity (0 to 1) and width (px)."""

    colour: str
    opacity: float
    width: float
    path: str


def cells(figure: Mapping[str, Any], box: Box) -> Iterator[Line]:
    """The lines, in drawing order, of the figure's one heat map, which fills `box` in px.

    Its rows stand in the order of their axis, the first on top; its columns are days, or stand in
    the order of theirs. ValueError for a figure without one heat map, or one whose scale has
    neither two colours nor three.
    """
    maps = [trace for trace in figure["data"] if trace.get("type") == "heatmap"]
    if len(maps) != 1 or len(maps[0].get("colorscale", ())) not in (2, 3):
        raise ValueError("an image that is no heat map with a scale of two or three colours")
    trace = maps[0]
    left, top, width, height = box
    edges = _edges(_order(figure, "x", trace), left, width)
    names = _order(figure, "y", trace)
    down = height / len(names)
    middles = {name: top + (at + 0.5) * down for at, name in enumerate(names)}
    ground = trace["colorscale"][-2][1]
    yield Line(ground, 1, height, f"M{short(left)},{short(top + height / 2)}h{short(width)}")
    shades: dict[tuple[str, float], list[str]] = {}
    present = set()
    for x, y, z in zip(trace["x"], trace["y"], trace["z"], strict=True):
        present.add((x, y))
        if shade := _shade(z, trace):
            shades.setdefault(shade, []).append(_cell(edges[x], middles[y]))
    gaps = [_cell(edges[x], middles[y]) for y in names for x in edges if (x, y) not in present]
    if gaps:
        shades.setdefault((GROUND, 1.0), []).extend(gaps)
    for (colour, opacity), paths in sorted(shades.items()):
        yield Line(colour, opacity, down, "".join(paths))
    yield from _grid(trace, edges, [top + at * down for at in range(1, len(names))], box)
    yield from _marks(trace, edges, middles)


def _marks(
    trace: Mapping[str, Any], edges: Mapping[str, tuple[float, float]], middles: Mapping[str, float]
) -> Iterator[Line]:
    """A dash in each cell whose `text` says something."""
    dashes: dict[str, list[str]] = {}
    texts = trace.get("text") or [""] * len(trace["x"])
    for x, y, z, text in zip(trace["x"], trace["y"], trace["z"], texts, strict=True):
        if not text:
            continue
        shade = _shade(z, trace)
        left, right = edges[x]
        half = min((right - left) * DASH_SHARE, DASH_MOST) / 2
        middle = (left + right) / 2
        colour = GROUND if shade and shade[1] >= DARK else INK
        dashes.setdefault(colour, []).append(_cell((middle - half, middle + half), middles[y]))
    for colour, paths in sorted(dashes.items()):
        yield Line(colour, 1, DASH_WIDTH, "".join(paths))


def _shade(z: Any, trace: Mapping[str, Any]) -> tuple[str, float] | None:
    """The colour of the end that `z` leans to, and how thickly; None for where colour begins."""
    if z is None:
        return GROUND, 1.0
    low, high = trace["colorscale"][0][1], trace["colorscale"][-1][1]
    share = (float(z) - trace["zmin"]) / ((trace["zmax"] - trace["zmin"]) or 1)
    share = share * 2 - 1 if len(trace["colorscale"]) == 3 else max(share, 0.0)
    steps = round(min(1.0, abs(share)) * STEPS)
    return (high if share > 0 else low, steps / STEPS) if steps else None


def _order(figure: Mapping[str, Any], letter: str, trace: Mapping[str, Any]) -> list[str]:
    """The names on an axis in its order; days in theirs."""
    named = figure["layout"].get(f"{letter}axis", {}).get("categoryarray")
    seen = list(dict.fromkeys(trace[letter]))
    if named is not None:
        return [name for name in named if name in set(seen)]
    return sorted(seen) if all(map(_is_day, seen)) else seen


def _is_day(name: str) -> bool:
    return re.match(r"\d{4}-\d\d-\d\d", name) is not None


def _edges(names: Sequence[str], left: float, width: float) -> dict[str, tuple[float, float]]:
    """Where the cells of each name begin and end: half way between days, as in Plotly."""
    days = [date.fromisoformat(name[:10]).toordinal() for name in names if _is_day(name)]
    at = days if len(days) == len(names) > 1 else list(range(len(names)))
    inner = [(one + other) / 2 for one, other in pairwise(at)] or [0.5]
    edges = [2 * at[0] - inner[0], *inner]
    edges += [2 * at[-1] - inner[-1]] if len(at) > 1 else []
    scale = width / (edges[-1] - edges[0])
    px = [left + (edge - edges[0]) * scale for edge in edges]
    return dict(zip(names, pairwise(px), strict=True))


def _cell(across: tuple[float, float], middle: float) -> str:
    # As wide as the others, not to a place of its own: that packs a third smaller.
    return f"M{short(across[0])},{short(middle)}h{short(across[1] - across[0])}"


def _grid(
    trace: Mapping[str, Any],
    edges: Mapping[str, tuple[float, float]],
    below: Sequence[float],
    box: Box,
) -> Iterator[Line]:
    """The gaps between columns and between rows, as lines of the ground."""
    left, top, width, height = box
    sides = [end for _, end in edges.values()][:-1]
    xgap = min(trace.get("xgap", 0), GAP_SHARE * width / len(edges))
    ygap = min(trace.get("ygap", 0), GAP_SHARE * height / (len(below) + 1))
    if xgap and sides:
        yield Line(
            GROUND, 1, xgap, "".join(f"M{short(x)},{short(top)}v{short(height)}" for x in sides)
        )
    if ygap and below:
        yield Line(
            GROUND, 1, ygap, "".join(f"M{short(left)},{short(y)}h{short(width)}" for y in below)
        )
