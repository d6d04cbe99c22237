"""What is to be drawn: for each figure three drawings, one per width it is read at. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# Wide fonts, so that the labels placed by their widths leave room for the reader's narrower one.
FONTS = "DejaVu Sans, Verdana, sans-serif"
# Name of the drawing: its width in px, and the height of each size of picture. millpond.css shows
# each where its width is nearest; it repeats the numbers, and a test holds both together.
WIDTHS: dict[str, tuple[int, Mapping[str, int]]] = {
    "narrow": (288, {"m": 330, "bars": 440, "l": 480, "xl": 600}),
    "middle": (560, {"m": 330, "bars": 380, "l": 420, "xl": 560}),
    "wide": (848, {"m": 360, "bars": 400, "l": 460, "xl": 600}),
}


@dataclass(frozen=True)
class Drawing:
    """One picture to draw: a figure for Plotly, of which unit, and its width and height in px."""

    unit: str
    variant: str
    width: int
    height: int
    figure: dict[str, Any]
    colours: dict[str, str]

    @property
    def prefix(self) -> str:
        """What its ids begin with; no other drawing of the site has the same."""
        return f"{self.unit}-{self.variant}"

    @property
    def mark(self) -> str:
        """A short hash of the figure, which its picture carries: a check finds a stale one."""
        text = json.dumps(self.figure, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def key(self, *makers: str) -> str:
        """A hash of everything the drawing depends on; `makers` are versions of what draws it."""
        content = (self.prefix, self.width, self.height, self.figure, self.colours)
        text = json.dumps([*makers, *content], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def drawings(block: Mapping[str, Any], size: str) -> Iterator[Drawing]:
    """The drawings of a unit's JSON block, narrowest first; `size` is that of its picture."""
    figure = block["figure"]
    data = [filled(block, number, trace) for number, trace in enumerate(figure["data"])]
    for variant, (width, heights) in WIDTHS.items():
        over = figure.get("narrow", {}) if variant == "narrow" else {}
        layout = merge(merge(figure["layout"], over), {"font": {"family": FONTS}})
        yield Drawing(
            unit=str(block["unit"]),
            variant=variant,
            width=width,
            height=heights.get(size, heights["m"]),
            figure={"data": data, "layout": layout},
            colours=dict(figure.get("colours", {})),
        )


def filled(block: Mapping[str, Any], number: int, trace: Mapping[str, Any]) -> dict[str, Any]:
    """The trace with the columns of the rows that its encoding names; its own arrays stay."""
    at = {name: place for place, name in enumerate(block["columns"])}
    whole = dict(trace)
    if whole.get("type") == "heatmap":
        whole.pop("texttemplate", None)  # its marks are drawn with its cells
    for encoding in block.get("encoding", ()):
        if encoding["trace"] != number:
            continue
        where = encoding.get("where", {})
        rows = [r for r in block["rows"] if all(r[at[k]] == v for k, v in where.items())]
        for axis in "xyz":
            if axis in encoding and axis not in trace:
                whole[axis] = [row[at[encoding[axis]]] for row in rows]
    return whole


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of `base` with `over` laid on it; lists are replaced whole."""
    result = dict(base)
    for key, value in over.items():
        old = result.get(key)
        both = isinstance(value, Mapping) and isinstance(old, Mapping)
        result[key] = merge(dict(old or {}), value) if both else value
    return result
