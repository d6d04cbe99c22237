"""Two versions of one table, drawn as text: what counts as added, updated, removed and revised."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pyarrow as pa

from processing.board.changes import Revision
from processing.build.revisions import NAMED, Difference, Past, difference
from processing.contracts.contract import Check, Column, Contract
from processing.contracts.difference import contract_changes
from processing.contracts.schema import cast_declared

PAST = Past(weeks=frozenset({1, 2}), day=date(2017, 1, 15), whole=False)


def column(name: str, kind: Any, **more: Any) -> Column:
    return Column(name=name, type=kind, unit="", meaning="", nullable=True, **more)


SALES = Contract(
    title="Sales",
    grain="one row per week and store",
    key=("week", "store_id"),
    columns=(
        column("week", "int16"),
        column("store_id", "int32"),
        column("sales_usd", "usd"),
        column("households", "int32"),
        column("is_latest", "bool", settles=False),
    ),
)


def rows(*drawn: str, contract: Contract = SALES) -> pa.Table:
    """`week store sales households latest`, `-` for an empty cell."""
    names = ("week", "store_id", "sales_usd", "households", "is_latest")
    cells = [
        {
            name: None if cell == "-" else Decimal(cell) if name != "is_latest" else cell == "yes"
            for name, cell in zip(names, row.split(), strict=True)
        }
        for row in drawn
    ]
    return cast_declared("sales", contract, pa.Table.from_pylist(cells))


OLD = rows("1 7 10.00 5 no", "2 7 20.00 6 yes", "2 8 5.00 - yes", "3 7 1.00 9 no")


def found(*drawn: str, hidden: tuple[str, ...] = ()) -> Difference:
    return difference(SALES, OLD, rows(*drawn), PAST, hidden)


def test_a_new_week_adds_rows_and_a_running_one_is_updated() -> None:
    now = found(
        "1 7 10.00 5 no", "2 7 20.00 6 no", "2 8 5.00 - no", "3 7 4.00 9 yes", "4 7 2.00 1 no"
    )
    assert now == Difference(added=1, removed=0, updated=1, revised=0, revisions=())


def test_a_cell_of_a_week_that_was_over_is_revised_and_told_with_both_values() -> None:
    now = found("1 7 10.50 5 no", "2 7 20.00 6 no", "2 8 5.00 - no", "3 7 1.00 9 no")
    key = {"week": "1", "store_id": "7"}
    assert now.revisions == (
        Revision(key=key, column="sales_usd", type="usd", old="10.00", new="10.50"),
    )
    assert (now.revised, now.updated, now.added, now.removed) == (1, 0, 0, 0)


def test_the_largest_revisions_of_a_column_come_first_and_the_rest_is_counted() -> None:
    old = rows(*(f"1 {store} 10.00 5 no" for store in range(20)))
    new = rows(*(f"1 {store} {10 + store}.00 5 no" for store in range(20)))
    now = difference(SALES, old, new, PAST)
    assert now.revised == 19
    assert [one.key["store_id"] for one in now.revisions] == [str(19 - n) for n in range(NAMED)]


def test_a_cell_that_was_emptied_or_filled_is_revised_unless_cells_are_withheld() -> None:
    drawn = ("1 7 10.00 - no", "2 7 - 6 no", "2 8 5.00 7 no", "3 7 1.00 9 no")
    assert [(r.column, r.old, r.new) for r in found(*drawn).revisions] == [
        ("sales_usd", "20.00", None),
        ("households", "5", None),
        ("households", None, "7"),
    ]
    withheld = found(*drawn, hidden=("households",))
    assert (withheld.revised, withheld.revisions) == (0, ())


def test_rows_that_are_gone_are_counted() -> None:
    assert found("1 7 10.00 5 no").removed == 3


def test_without_a_week_in_the_key_all_is_final_only_on_the_same_day() -> None:
    contract = msgspec.structs.replace(SALES, key=("store_id",))
    old, new = rows("1 7 10.00 5 no"), rows("1 7 11.00 5 no")
    same = Past(frozenset(), date(2017, 1, 15), whole=True)
    assert difference(contract, old, new, PAST).updated == 1
    assert difference(contract, old, new, same).revised == 1


def test_a_dated_row_is_final_once_its_day_was_over() -> None:
    columns = (column("sale_date", "date"), column("lines", "int64"))
    contract = Contract(title="", grain="", key=("sale_date",), columns=columns)
    days = [date(2017, 1, 15), date(2017, 1, 16)]
    old, new = (
        cast_declared("days", contract, pa.table({"sale_date": days, "lines": lines}))
        for lines in ([1, 1], [2, 2])
    )
    now = difference(contract, old, new, PAST)
    assert [r.key for r in now.revisions] == [{"sale_date": "2017-01-15"}]
    assert now.updated == 1


def test_a_column_of_another_type_is_compared_by_what_it_says() -> None:
    wide = tuple(
        msgspec.structs.replace(c, type="int64") if c.name == "store_id" else c
        for c in SALES.columns
    )
    contract = msgspec.structs.replace(SALES, columns=wide)
    drawn = ("1 7 10.00 5 no", "2 7 20.00 6 no", "2 8 5.00 - no", "3 7 1.00 9 no")
    now = difference(contract, OLD, rows(*drawn, contract=contract), PAST)
    assert (now.revised, now.added, now.removed) == (0, 0, 0)


def test_a_contract_tells_each_promise_that_changed() -> None:
    check = Check(kind="rows", says="some rows", minimum=1)
    old = msgspec.structs.replace(SALES, checks=(check,), treatment=("Odd rows stay.",))
    new = msgspec.structs.replace(
        SALES,
        grain="one row per week",
        key=("week",),
        warn_after=2,
        columns=(*SALES.columns[:2], column("sales_usd", "ratio"), column("lines", "int64")),
        checks=(msgspec.structs.replace(check, level="warn"),),
    )
    assert contract_changes(old, old) == ()
    assert contract_changes(old, new) == (
        "key: week, store_id → week",
        "grain: one row per week and store → one row per week",
        "warn after: none → 2",
        "treatment no more: Odd rows stay.",
        "column households dropped",
        "column is_latest dropped",
        "column lines added",
        "column sales_usd, type: usd → ratio",
        "rule some rows, level: stop → warn",
    )
