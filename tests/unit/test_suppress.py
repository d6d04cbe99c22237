"""Cells that rest on too few households, and those that would give them away."""

from __future__ import annotations

from itertools import product
from typing import Any

import pyarrow as pa
import pytest

from processing.build.graph import build_graph
from processing.contracts.contract import Column, Contract, Suppression
from processing.contracts.disclosure import derivable
from processing.contracts.suppress import withhold
from processing.errors import ConfigError
from processing.tables.registry import Table


def contract(**changes: Any) -> Contract:
    """A table of households and sales by week and age group."""
    settings: dict[str, Any] = {"count": "households", "minimum": 5, "columns": ("sales",)}
    return Contract(
        title="T",
        grain="one row per week and age group",
        key=("week", "age"),
        columns=tuple(
            Column(name=name, type="int32", unit="-", meaning="-", nullable=True)
            for name in ("week", "age", "households", "sales")
        ),
        suppress=Suppression(**settings | changes),
    )


def drawn(*rows: tuple[int, int, int | None]) -> pa.Table:
    """Week, age group, households; ten of sales for each household."""
    return pa.table(
        {
            "week": [row[0] for row in rows],
            "age": [row[1] for row in rows],
            "households": pa.array([row[2] for row in rows], pa.int32()),
            "sales": pa.array([(row[2] or 0) * 10 for row in rows], pa.int32()),
        }
    )


def hidden(promise: Contract, table: pa.Table) -> list[tuple[int, int]]:
    """Week and age group of the rows that are withheld, each without count and sales."""
    emptied, _ = withhold(promise, table)
    rows = [row for row in emptied.to_pylist() if row["households"] is None]
    assert all(row["sales"] is None for row in rows)
    return [(row["week"], row["age"]) for row in rows]


def test_every_named_column_is_emptied_and_the_flag_says_so() -> None:
    """Each of them tells of the few."""
    promise = contract(columns=("sales", "mean"), flag="is_withheld")
    few = drawn((1, 1, 2), (1, 2, 9))
    wide = few.append_column("mean", pa.array([10, 10])).append_column(
        "is_withheld", pa.array([False, False])
    )
    assert withhold(promise, wide)[0].to_pylist() == [
        {"week": 1, "age": 1, "households": None, "sales": None, "mean": None, "is_withheld": True},
        {"week": 1, "age": 2, "households": 9, "sales": 90, "mean": 10, "is_withheld": False},
    ]


def test_a_table_without_the_promise_stays_as_it_is() -> None:
    """And nothing is said about it."""
    plain = Contract(title="T", grain="g", key=("week",), columns=contract().columns)
    table = drawn((1, 1, 1))
    assert withhold(plain, table) == (table, [])


def test_cells_below_the_minimum_lose_their_measures() -> None:
    """Four households are too few, five are not; nobody at all is no secret."""
    table = drawn((1, 1, 4), (1, 2, 5), (1, 3, 0))
    assert hidden(contract(), table) == [(1, 1)]
    _, results = withhold(contract(), table)
    assert [(r.rule, r.rows, r.failed, r.level) for r in results] == [
        ("rows that rest on fewer than 5 households are withheld", 3, 1, "note")
    ]


def test_a_flag_says_what_was_withheld() -> None:
    """Where the table has a column for it, which its function gives as false."""
    table = drawn((1, 1, 4), (1, 2, 5)).append_column("is_withheld", [[False, False]])
    emptied, _ = withhold(contract(flag="is_withheld"), table)
    assert emptied["is_withheld"].to_pylist() == [True, False]


def test_a_single_withheld_cell_takes_the_next_smallest_with_it() -> None:
    """Else the week's total less the other two would give it away; week 2 needs nothing."""
    table = drawn((1, 1, 3), (1, 2, 9), (1, 3, 7), (2, 1, 9), (2, 2, 9))
    assert hidden(contract(totals=(("week",),)), table) == [(1, 1), (1, 3)]


def test_two_small_cells_that_are_small_together_take_a_third() -> None:
    """Their sum would be that of three households; where households may be in both, the larger
    count alone must reach the minimum."""
    table = drawn((1, 1, 1), (1, 2, 2), (1, 3, 8), (1, 4, 9))
    assert hidden(contract(totals=(("week",),), disjoint=True), table) == [(1, 1), (1, 2), (1, 3)]
    enough = drawn((1, 1, 3), (1, 2, 4), (1, 3, 8))
    assert hidden(contract(totals=(("week",),), disjoint=True), enough) == [(1, 1), (1, 2)]
    assert hidden(contract(totals=(("week",),)), enough) == [(1, 1), (1, 2), (1, 3)]


def test_the_total_of_all_rows_counts_as_one_group() -> None:
    """An empty tuple of columns is the grand total."""
    assert hidden(contract(totals=((),)), drawn((1, 1, 3), (2, 1, 6), (3, 1, 9))) == [
        (1, 1),
        (2, 1),
    ]


def test_totals_by_two_sides_protect_each_other() -> None:
    """Withholding along one side opens the other, until no line has a single empty cell."""
    cells = [(week, age, 20 + week + age) for week, age in product((1, 2, 3), (1, 2, 3))]
    cells[0] = (1, 1, 2)
    found = hidden(contract(totals=(("week",), ("age",))), drawn(*cells))
    assert found == [(1, 1), (1, 2), (2, 1), (2, 2)]


def test_a_cell_that_nothing_can_hide_stops() -> None:
    """The only cell of its week is the week's total."""
    _, results = withhold(contract(totals=(("week",),)), drawn((1, 1, 3), (2, 1, 9), (2, 2, 9)))
    last = results[-1]
    assert (last.rule, last.failed, last.level) == (
        "no withheld cell follows from a total",
        1,
        "stop",
    )


def test_a_cell_that_follows_from_both_sides_together_stops() -> None:
    """Every week and every age group has two withheld cells; week 1 of group 3 follows anyway."""
    ring = {(1, 1), (1, 2), (2, 1), (2, 2), (3, 3), (3, 4), (4, 3), (4, 4)}
    small = {*ring, (1, 3)}
    places = product((1, 2, 3, 4), repeat=2)
    table = drawn(*((week, age, 3 if (week, age) in small else 50) for week, age in places))
    promise = contract(minimum=4, totals=(("week",), ("age",)), disjoint=True)
    assert set(hidden(promise, table)) == {*ring, (1, 3)}
    assert withhold(promise, table)[1][-1].failed == 1


def test_what_was_withheld_stays_withheld_and_takes_no_more() -> None:
    """Weeks that are kept from the last build come again without their counts."""
    promise = contract(totals=(("week",),))
    once, first = withhold(promise, drawn((1, 1, 3), (1, 2, 9), (1, 3, 7)))
    twice, second = withhold(promise, once)
    assert twice.equals(once)
    assert second == first


def test_weeks_that_are_kept_must_not_depend_on_other_weeks() -> None:
    """A table computed week by week can only have totals within a week."""
    table = Table("t", lambda lines: lines, contract(totals=(("age",),)), ("lines",), by_week=True)
    with pytest.raises(ConfigError, match="withholds cells across weeks"):
        build_graph({"t": table}, frozenset({"lines"}))


def test_what_follows_from_sums_is_found() -> None:
    """A bridge between two rings of cells follows though every line has two: 4 is in no ring."""
    assert derivable([[1], [2, 3]]) == {1}
    assert derivable([[1, 2], [2, 3], [1, 3]]) == {1, 2, 3}
    assert derivable([[1, 2], [3, 4], [1, 3], [2, 4]]) == set()
    first, second = [[0, 1], [2, 3], [0, 2]], [[5, 6], [7, 8], [5, 7]]
    assert derivable([*first, [1, 3, 4], *second, [6, 8, 4]]) == {4}


def test_a_total_that_is_small_itself_gives_nothing_away() -> None:
    """It is withheld wherever it stands; where households may be in two rows, nobody knows it."""
    table = drawn((1, 1, 3), (1, 2, 1), (2, 1, 9), (2, 2, 9))
    promise = contract(totals=(("week",),), disjoint=True)
    assert hidden(promise, table) == [(1, 1), (1, 2)]
    assert withhold(promise, table)[1][-1].failed == 0
    assert withhold(contract(totals=(("week",),)), table)[1][-1].failed == 2
