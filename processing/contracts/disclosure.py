"""Which withheld cells can be worked out exactly from sums that are published."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

Row = dict[int, Fraction]  # an equation: what each withheld cell is multiplied by


def derivable(groups: Sequence[Sequence[int]]) -> set[int]:
    """The cells that follow from the sums over `groups`, each a list of the withheld cells in it.

    Whoever subtracts the published cells from a published sum has one linear equation for each
    group. A cell follows when the equations, solved as far as they can be, leave one with that
    cell alone. Exact: fractions, no rounding.
    """
    solved: dict[int, Row] = {}  # by the cell that stands for the equation
    for group in groups:
        row = _reduced({cell: Fraction(1) for cell in group}, solved)
        if not row:
            continue
        pivot = min(row)
        row = {cell: value / row[pivot] for cell, value in row.items()}
        for other, before in solved.items():
            if pivot in before:
                solved[other] = _minus(before, row, before[pivot])
        solved[pivot] = row
    return {pivot for pivot, row in solved.items() if len(row) == 1}


def _reduced(row: Row, solved: dict[int, Row]) -> Row:
    for cell in sorted(row):
        if cell in solved and cell in row:
            row = _minus(row, solved[cell], row[cell])
    return row


def _minus(row: Row, other: Row, times: Fraction) -> Row:
    """`row` less `times` the `other`, without the cells that drop out."""
    result = dict(row)
    for cell, value in other.items():
        result[cell] = result.get(cell, Fraction(0)) - times * value
    return {cell: value for cell, value in result.items() if value}
