"""Wiring beside a list of rows: a lane for each row that others read, with its taps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from processing.views.html import element


@dataclass(frozen=True)
class Lane:
    """A line that begins at a row and is tapped by the rows below that read it."""

    start: int
    taps: frozenset[int]

    @property
    def end(self) -> int:
        """The last row that reads it."""
        return max(self.taps)

    def joins(self, row: int) -> bool:
        """Whether the line begins or is tapped there."""
        return row == self.start or row in self.taps


Column = list[Lane]


def columns(inputs: Sequence[Sequence[int]]) -> list[Column]:
    """The lanes in columns from left to right, long lanes outermost; no two share a row.

    `inputs` names for each row the rows above that it reads.
    """
    rows = range(len(inputs))
    found = [Lane(start, frozenset(row for row in rows if start in inputs[row])) for start in rows]
    made: list[Column] = []
    for lane in sorted((one for one in found if one.taps), key=lambda x: (x.end - x.start, x.end)):
        free = [column for column in made if not any(_meet(lane, other) for other in column)]
        if free:
            free[0].append(lane)
        else:
            made.append([lane])
    return made[::-1]


def _meet(one: Lane, other: Lane) -> bool:
    return one.start <= other.end and other.start <= one.end


def gutter(drawn: Sequence[Column], row: int, kinds: Sequence[str]) -> str:
    """The lanes of one row as HTML that only eyes need; `kinds` colour each lane by its start."""
    here = [next((x for x in column if x.start <= row <= x.end), None) for column in drawn]
    joined = [number for number, lane in enumerate(here) if lane and lane.joins(row)]
    first = min(joined, default=len(drawn))
    marks = [_cell(lane, row, number - first, kinds) for number, lane in enumerate(here)]
    return element("span", "".join(marks), class_="mp-lanes", aria_hidden="true")


def _cell(lane: Lane | None, row: int, along: int, kinds: Sequence[str]) -> str:
    """One lane in one row; the wire to the box begins where `along` is 0."""
    wire = [] if along < 0 else ["mp-wire" if along else "mp-wire-start"]
    line = [*_line(lane, row), f"mp-of-{kinds[lane.start]}"] if lane else []
    joint = element("b") if lane and lane.joins(row) else ""
    return element("i", joint, class_=" ".join([*line, *wire]) or None)


def _line(lane: Lane, row: int) -> list[str]:
    if row == lane.start:
        return ["mp-begin"]
    way = "mp-end" if row == lane.end else "mp-pass"
    return ["mp-tap", way] if row in lane.taps else [way]
