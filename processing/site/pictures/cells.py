"""A heat map's cells as paths, one per shade: an end colour laid thinly over the middle one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from processing.site.pictures.attributes import short

STEPS = 25  # shades either side of the middle; finer ones cannot be told apart
GAP_SHARE = 0.15  # of a cell at most is gap, or narrow cells would look pale

Box = tuple[float, float, float, float]


def cells(figure: Mapping[str, Any], box: Box) -> Iterator[tuple[str, float, str]]:
    """Colour, opacity and path of each shade of the figure's heat map, which fills `box` in px.

    ValueError for a figure without one heat map, or one whose scale has not three colours.
    """
    maps = [trace for trace in figure["data"] if trace.get("type") == "heatmap"]
    if len(maps) != 1 or len(maps[0].get("colorscale", ())) != 3:
        raise ValueError("an image that is no heat map with a scale of three colours")
    trace = maps[0]
    across = _edges(sorted(set(trace["x"])), box[0], box[2])
    rows = list(dict.fromkeys(trace["y"]))  # the first row of the table stands on top
    down = {
        name: (box[1] + at * box[3] / len(rows), box[3] / len(rows)) for at, name in enumerate(rows)
    }
    shades: dict[tuple[str, float], list[str]] = {}
    for x, y, z in zip(trace["x"], trace["y"], trace["z"], strict=True):
        if z is not None:
            path = _cell(across[x], down[y], trace.get("xgap", 0), trace.get("ygap", 0))
            for shade in _shades(float(z), trace):
                shades.setdefault(shade, []).append(path)
    for (colour, opacity), paths in sorted(
        shades.items(), key=lambda item: (item[0][1] < 1, item[0])
    ):
        yield colour, opacity, "".join(paths)


def _shades(z: float, trace: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """The middle colour, and over it the colour of the end that `z` leans to."""
    low, middle, high = (colour for _, colour in trace["colorscale"])
    share = min(1.0, max(0.0, (z - trace["zmin"]) / (trace["zmax"] - trace["zmin"]))) * 2 - 1
    yield middle, 1.0
    if steps := round(abs(share) * STEPS):
        # A shade that is full is told from the middle, which lies under it, by its opacity.
        yield (high if share > 0 else low), min(steps / STEPS, 0.999)


def _edges(days: Sequence[str], left: float, width: float) -> dict[str, tuple[float, float]]:
    """Left edge and width of each day's cells: edges lie half way between days, as in Plotly."""
    at = [date.fromisoformat(day[:10]).toordinal() for day in days]
    if len(at) < 2:
        return dict.fromkeys(days, (left, width))
    inner = [(one + other) / 2 for one, other in pairwise(at)]
    edges = [at[0] - (inner[0] - at[0]), *inner, at[-1] + (at[-1] - inner[-1])]
    scale = width / (edges[-1] - edges[0])
    px = [left + (edge - edges[0]) * scale for edge in edges]
    return {day: (px[n], px[n + 1] - px[n]) for n, day in enumerate(days)}


def _cell(across: tuple[float, float], down: tuple[float, float], xgap: float, ygap: float) -> str:
    (x, width), (y, height) = _inset(*across, xgap), _inset(*down, ygap)
    return f"M{short(x)},{short(y)}h{short(width)}v{short(height)}h-{short(width)}z"


def _inset(start: float, length: float, gap: float) -> tuple[float, float]:
    """Without the gap around it, of which narrow cells get less."""
    gap = min(gap, length * GAP_SHARE)
    return start + gap / 2, length - gap
