"""Whether the points a chart draws are the rows of its unit."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from processing.site.check.block import Block, Unit, canonical
from processing.site.pictures.drawing import drawings

_SIZE = re.compile(r"\bmp-size-(\w+)")
_MIDNIGHT = re.compile(r"(\d{4}-\d\d-\d\d)[T ]00:00:00(?:\.0+)?Z?")
# The arrays of a trace that hold values; one of these without an encoding would go unchecked.
CHANNELS = ("x", "y", "z", "values", "labels", "open", "high", "low", "close")


def figure_faults(block: Block) -> Iterator[str]:
    """What is wrong with each trace: no encoding, packed arrays, or points that are no rows."""
    if block.figure is None:
        return
    traces = block.figure.get("data")
    if not isinstance(traces, list) or not traces:
        yield "its figure has no traces"
        return
    encoded = {encoding.get("trace"): encoding for encoding in block.encoding}
    for number, trace in enumerate(traces):
        if number not in encoded:
            yield f"trace {number} has no encoding, so its numbers cannot be checked"
            continue
        fault = _trace_fault(block, trace, encoded[number])
        if fault:
            yield f"trace {number}: {fault}"


def picture_faults(unit: Unit) -> Iterator[str]:
    """Drawings beside the figure that were not made from it, or of which some are missing."""
    drawn = unit.select("svg", "mp-svg")
    block = json.loads(unit.select("script", "mp-data")[0].text or "")
    if not drawn or not block.get("figure"):
        return
    holder = drawn[0].getparent().get("class") or ""
    size = _SIZE.search(holder)
    wanted = [one.mark for one in drawings(block, size[1] if size else "m")]
    if [svg.get("data-figure") for svg in drawn] != wanted:
        yield "its pictures were not drawn from its figure"


def _trace_fault(block: Block, trace: dict[str, Any], encoding: dict[str, Any]) -> str | None:
    channels = {k: v for k, v in encoding.items() if k not in ("trace", "where", "hover")}
    where: Mapping[str, object] = encoding.get("where") or {}
    unknown = [c for c in (*channels.values(), *where) if c not in block.columns]
    if unknown or not channels:
        return f"its encoding names no column of the unit: {', '.join(map(str, unknown))}"
    unchecked = [name for name in CHANNELS if name in trace and name not in channels]
    if unchecked:
        return f"{', '.join(unchecked)} is drawn but not in its encoding"
    own = {name: column for name, column in channels.items() if name in trace}
    if not own:
        return None  # the rows themselves are drawn
    packed = [name for name in own if not isinstance(trace[name], list)]
    if packed:
        return f"{', '.join(packed)} is no plain list of values"
    if missing := set(channels) - set(own):
        return f"{', '.join(sorted(missing))} is left to the rows, the rest is not"
    drawn = _points({name: trace[name] for name in channels})
    wanted = _points(_expected(block, channels, where))
    return _difference(drawn, wanted, ordered=trace.get("type") != "bar")


def _expected(
    block: Block, channels: Mapping[str, str], where: Mapping[str, object]
) -> dict[str, list[Any]]:
    at = {name: block.columns.index(name) for name in (*channels.values(), *where)}
    rows = [
        row
        for row in block.rows
        if all(canonical(row[at[name]]) == canonical(value) for name, value in where.items())
    ]
    return {channel: [row[at[column]] for row in rows] for channel, column in channels.items()}


def _points(values: Mapping[str, list[Any]]) -> list[tuple[object, ...]]:
    lengths = {len(column) for column in values.values()}
    shortest = min(lengths)
    points = list(zip(*([_plain(v) for v in c[:shortest]] for c in values.values()), strict=True))
    return points if len(lengths) == 1 else [*points, ("arrays of unequal length",)]


def _plain(value: object) -> object:
    """A drawn value as it would stand in a row: a moment at midnight is its day."""
    match = _MIDNIGHT.fullmatch(value) if isinstance(value, str) else None
    return match.group(1) if match else canonical(value)


def _difference(
    drawn: list[tuple[object, ...]], wanted: list[tuple[object, ...]], *, ordered: bool
) -> str | None:
    """The first point that differs. Bars may stand in any order, the points of a line may not."""
    if not ordered:
        drawn, wanted = sorted(drawn, key=repr), sorted(wanted, key=repr)
    if len(drawn) != len(wanted):
        return f"draws {len(drawn)} points, its rows are {len(wanted)}"
    for one, other in zip(drawn, wanted, strict=True):
        if one != other:
            return f"draws {_show(one)}, its rows say {_show(other)}"
    return None


def _show(point: tuple[object, ...]) -> str:
    return "(" + ", ".join(str(value) for value in point) + ")"
