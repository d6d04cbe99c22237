"""Whatever the counts, no small cell is left and none can be worked out."""

from __future__ import annotations

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from processing.contracts.disclosure import derivable
from processing.contracts.suppress import withhold
from tests.unit.test_suppress import contract, drawn


@settings(deadline=None, derandomize=True)
@given(st.lists(st.sets(st.integers(0, 5), min_size=1), max_size=5))
def test_a_cell_follows_when_no_other_value_fits(groups: list[set[int]]) -> None:
    """By trying: a change of small whole numbers that no sum notices, and that moves the cell."""
    changes = [
        change
        for change in product((-2, -1, 0, 1, 2), repeat=6)
        if all(sum(change[cell] for cell in group) == 0 for group in groups)
    ]
    named = {cell for group in groups for cell in group}
    fixed = {cell for cell in named if all(change[cell] == 0 for change in changes)}
    assert derivable([sorted(group) for group in groups]) == fixed


@settings(deadline=None, derandomize=True)
@given(
    st.lists(st.integers(0, 12), min_size=9, max_size=9),
    st.sampled_from([(("week",),), (("age",),), (("week",), ("age",)), ((),)]),
)
def test_no_cell_below_the_minimum_is_ever_left(
    counts: list[int], totals: tuple[tuple[str, ...], ...]
) -> None:
    """Either every withheld cell is safe from subtraction, or the build is told to stop."""
    places = product((1, 2, 3), (1, 2, 3))
    table = drawn(*((week, age, n) for (week, age), n in zip(places, counts, strict=True)))
    emptied, results = withhold(contract(totals=totals), table)
    left = [row["households"] for row in emptied.to_pylist()]
    assert all(count is None or count == 0 or count >= 5 for count in left)
    if results[-1].failed == 0:
        for group in totals:
            keys = [tuple(row[name] for name in group) for row in table.to_pylist()]
            empty = [key for key, count in zip(keys, left, strict=True) if count is None]
            assert all(empty.count(key) > 1 for key in empty)
