"""A heat map as broad lines, one per cell: an end colour laid thinly over the middle one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple

from processing.site.pictures.attributes import short

STEPS = 25  # shades either side of the middle; finer ones cannot be told apart
GAP_SHARE = 0.15  # of a cell at most is gap, or narrow cells would look pale
GROUND = "#ffffff"  # what shows in the gaps and where a cell is missing, as light theme colour

Box = tuple[float, float, float, float]


class Line(NamedTuple):
    """Cells of one shade: a path to draw in that colour, opacity (0 to 1) and width (px)."""

    colour: str
    opacity: float
    width: float
    path: str


def cells(figure: Mapping[str, Any], box: Box) -> Iterator[Line]:
    """The lines, in drawing order, of the figure's one heat map, which fills `box` in px.

    Its rows stand in their order in the table, the first on top; its columns are days. ValueError
    for a figure without one heat map, or one whose scale has not three colours.
    """
    maps = [trace for trace in figure["data"] if trace.get("type") == "heatmap"]
    if len(maps) != 1 or len(maps[0].get("colorscale", ())) != 3:
        raise ValueError("an image that is no heat map with a scale of three colours")
    trace = maps[0]
    left, top, width, height = box
    edges = _edges(sorted(set(trace["x"])), left, width)
    names = list(dict.fromkeys(trace["y"]))
    down = height / len(names)
    middles = {name: top + (at + 0.5) * down for at, name in enumerate(names)}
    yield Line(
        trace["colorscale"][1][1],
        1,
        height,
        f"M{short(left)},{short(top + height / 2)}h{short(width)}",
    )
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


def _shade(z: Any, trace: Mapping[str, Any]) -> tuple[str, float] | None:
    """The colour of the end that `z` leans to, and how thickly; None for the middle."""
    if z is None:
        return GROUND, 1.0
    low, _, high = (colour for _, colour in trace["colorscale"])
    share = (float(z) - trace["zmin"]) / (trace["zmax"] - trace["zmin"]) * 2 - 1
    steps = round(min(1.0, abs(share)) * STEPS)
    return (high if share > 0 else low, steps / STEPS) if steps else None


def _edges(days: Sequence[str], left: float, width: float) -> dict[str, tuple[float, float]]:
    """Where each day's cells begin and end: half way between days, as in Plotly."""
    at = [date.fromisoformat(day[:10]).toordinal() for day in days]
    if len(at) < 2:
        return dict.fromkeys(days, (left, left + width))
    inner = [(one + other) / 2 for one, other in pairwise(at)]
    edges = [at[0] - (inner[0] - at[0]), *inner, at[-1] + (at[-1] - inner[-1])]
    scale = width / (edges[-1] - edges[0])
    px = [left + (edge - edges[0]) * scale for edge in edges]
    return dict(zip(days, pairwise(px), strict=True))


def _cell(across: tuple[float, float], middle: float) -> str:
    return f"M{short(across[0])},{short(middle)}H{short(across[1])}"


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
