"""Totals that must be the same in several tables."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa

from processing.board.findings import AGREEMENTS as NAME
from processing.contracts.agreement import Agreement, Total, check_agreement
from processing.contracts.schema import ARROW
from processing.tables.agreements import AGREEMENTS
from processing.tables.registry import load_tables

SALES = Agreement(
    says="sales of each week",
    by=("week",),
    totals=(Total("one", "sales_usd"), Total("two", "sales_usd")),
    level="warn",
)


def table(*rows: tuple[int, str | None]) -> pa.Table:
    """Weeks and sales."""
    amounts = [None if amount is None else Decimal(amount) for _, amount in rows]
    return pa.table({"week": [w for w, _ in rows], "sales_usd": pa.array(amounts, ARROW["usd"])})


def test_equal_sums_agree_whatever_the_grain() -> None:
    """Rows are added by week, to the cent; an empty cell and a week of zero add nothing."""
    fine = table((1, "0.10"), (1, "0.20"), (2, "5.00"), (2, None), (4, None))
    coarse = table((1, "0.30"), (2, "5.00"), (3, "0.00"))
    result = check_agreement(SALES, {"one": fine, "two": coarse})
    assert (result.rows, result.failed, result.where) == (4, 0, "")


def test_a_cent_is_enough_to_differ() -> None:
    """Both totals and the weeks are named; the level is that of the agreement."""
    result = check_agreement(
        SALES, {"one": table((1, "1.00"), (2, "5.00")), "two": table((2, "5.01"))}
    )
    assert (result.rows, result.failed, result.level) == (2, 2, "warn")
    assert result.where == "in all one 6.00, two 5.01; week 1: 1.00, 0; week 2: 5.00, 5.01"
    assert str(result).startswith("sales of each week: one = two: 2 of 2 rows fail (in all one")


def test_a_group_that_is_withheld_as_a_whole_tells_no_total() -> None:
    """And rows that say yes to a column are left out of the other side."""
    rows = table((1, "1.00"), (1, "3.00"), (2, "5.00"), (3, "2.00"), (3, None))
    left_out = rows.append_column("is_running", pa.array([False, True, False, False, False]))
    agreement = Agreement(
        says="s",
        by=("week",),
        totals=(
            Total("one", "sales_usd", without="is_running"),
            Total("two", "sales_usd", whole=True),
        ),
    )
    parts = table((1, "1.00"), (2, None), (2, "4.00"), (3, "2.01"))
    result = check_agreement(agreement, {"one": left_out, "two": parts})
    assert (result.rows, result.failed) == (2, 1)
    assert result.where == "in all one 8.00, two 3.01; week 3: 2.00, 2.01"


def test_many_weeks_are_not_all_named() -> None:
    """A message stays readable."""
    many = table(*((week, "1.00") for week in range(1, 9)))
    assert check_agreement(SALES, {"one": many, "two": table()}).where.endswith("3 more")


def test_an_agreement_needs_two_tables() -> None:
    """A table that a build does not have is left out."""
    assert SALES.among({"one": 1}) is None
    three = Agreement(says="s", by=("week",), totals=(*SALES.totals, Total("three", "s")))
    kept = three.among({"one": 1, "three": 1})
    assert kept is not None
    assert kept.rule == "s: one = three"


def test_declared_agreements_name_columns_that_are_there_and_never_withheld() -> None:
    """A withheld cell would make the sum another; and no table is called like the list."""
    tables = load_tables()
    for agreement in AGREEMENTS:
        for total in agreement.totals:
            contract = tables[total.table].contract
            names = {column.name for column in contract.columns}
            assert {total.column, *agreement.by} <= names, total
            rule = contract.suppress
            told = total.whole or total.without
            assert told or rule is None or total.column not in {rule.count, *rule.columns}, total
    assert NAME not in tables
