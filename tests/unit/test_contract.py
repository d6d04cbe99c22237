"""How a table is held against its contract."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pyarrow as pa
import pytest

from processing.contracts.check import check_table
from processing.contracts.contract import Check, Column, Contract
from processing.contracts.schema import cast_declared
from processing.errors import ContractError

CONTRACT = Contract(
    title="T",
    grain="one row per a",
    key=("a",),
    columns=(
        Column(name="a", type="int16", unit="-", meaning="-", minimum=1, maximum=9),
        Column(name="kind", type="string", unit="-", meaning="-", allowed=("x", "y")),
        Column(name="all_usd", type="usd", unit="US dollars", meaning="-"),
        Column(name="part_usd", type="usd", unit="US dollars", meaning="-", nullable=True),
        Column(name="rest_usd", type="usd", unit="US dollars", meaning="-", nullable=True),
    ),
    checks=(
        Check(kind="sum", says="parts add up", column="all_usd", terms=("part_usd", "rest_usd")),
        Check(kind="not_above", says="part is part", column="part_usd", terms=("all_usd",)),
        Check(kind="rows", says="two or three rows", minimum=2, maximum=3),
    ),
)
GOOD: dict[str, list[Any]] = {
    "a": [2, 1],
    "kind": ["y", "x"],
    "all_usd": [3.0, 5.0],
    "part_usd": [1.1, None],
    "rest_usd": [1.9, None],
}


def failures(**changed: object) -> dict[str, str]:
    """Rule and message of each failure, for GOOD with some columns changed."""
    table = cast_declared("t", CONTRACT, pa.table(GOOD | changed))
    return {failure.rule: str(failure) for failure in check_table(CONTRACT, table)[1]}


def test_a_good_table_passes_and_says_what_was_checked() -> None:
    """Every rule leaves a result, failed or not."""
    results, broken = check_table(CONTRACT, cast_declared("t", CONTRACT, pa.table(GOOD)))
    assert broken == []
    assert [result.rule for result in results] == [
        "two or three rows", "a is unique", "a is never empty", "a is at least 1", "a is at most 9",
        "kind is never empty", "kind is one of x, y", "all_usd is never empty", "parts add up",
        "part is part",
    ]  # fmt: skip


def test_values_at_the_limits_are_kept() -> None:
    """At least 1 and at most 9."""
    assert failures(a=[9, 1]) == {}


def test_a_part_may_be_all_of_it() -> None:
    """Not above is not below."""
    assert failures(part_usd=[3.0, None], rest_usd=[0.0, None]) == {}


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"a": [2, 2]}, "a is unique"),
        ({"a": [None, 1]}, "a is never empty"),
        ({"a": [0, 1]}, "a is at least 1"),
        ({"a": [10, 1]}, "a is at most 9"),
        ({"kind": ["z", "x"]}, "kind is one of x, y"),
        ({"rest_usd": [1.91, None]}, "parts add up"),
        ({"part_usd": [3.01, None], "rest_usd": [None, None]}, "part is part"),
    ],
)
def test_each_rule_can_fail(changed: dict[str, object], rule: str) -> None:
    """And is the only one that does."""
    assert list(failures(**changed)) == [rule]


def test_too_few_rows() -> None:
    """The row count is a rule like the others."""
    one = {name: values[:1] for name, values in GOOD.items()}
    assert list(failures(**one)) == ["two or three rows"]


def test_all_failures_come_at_once_with_counts_and_sample_rows() -> None:
    """Nobody should have to mend a table rule by rule."""
    found = failures(a=[0, 1], kind=["z", "z"], rest_usd=[1.0, None])
    assert set(found) == {"a is at least 1", "kind is one of x, y", "parts add up"}
    assert "2 of 2 rows fail" in found["kind is one of x, y"]
    assert "e.g. a=0, kind=z" in found["kind is one of x, y"]
    assert "all_usd=3.00, part_usd=1.10, rest_usd=1.00" in found["parts add up"]


def test_the_cast_gives_order_types_and_cents() -> None:
    """Whatever order and width the engine gave."""
    table = cast_declared("t", CONTRACT, pa.table(dict(reversed(GOOD.items()))))
    assert table.column_names == ["a", "kind", "all_usd", "part_usd", "rest_usd"]
    assert table["a"].to_pylist() == [1, 2]
    assert table["part_usd"].to_pylist() == [None, Decimal("1.10")]


def test_a_missing_and_an_extra_column_are_one_message() -> None:
    """A table's function and its contract must agree."""
    table = pa.table(GOOD).drop_columns(["kind"]).append_column("kinds", [["x", "y"]])
    with pytest.raises(ContractError, match="not those of its contract"):
        cast_declared("t", CONTRACT, table)


def test_a_value_that_does_not_fit_its_type() -> None:
    """70,000 is no int16; it must not wrap around."""
    with pytest.raises(ContractError, match="does not fit its declared type"):
        cast_declared("t", CONTRACT, pa.table(GOOD | {"a": [70000, 1]}))


def test_each_rule_leads_to_what_its_declaration_says() -> None:
    """A column, a rule between columns and the number of rows; a key that repeats always stops."""
    replace = msgspec.structs.replace
    kind = replace(CONTRACT.column("kind"), level="note")
    parts, part, number = CONTRACT.checks
    lenient = replace(
        CONTRACT,
        columns=(CONTRACT.columns[0], kind, *CONTRACT.columns[2:]),
        checks=(replace(parts, level="warn"), part, replace(number, level="warn")),
    )
    rows = {name: values * 2 for name, values in (GOOD | {"kind": ["z", "x"]}).items()}
    rows["rest_usd"] = [1.91, None, 1.9, None]
    results, broken = check_table(lenient, cast_declared("t", lenient, pa.table(rows)))
    assert {failure.rule: failure.level for failure in broken} == {
        "two or three rows": "warn",
        "a is unique": "stop",
        "kind is one of x, y": "note",
        "parts add up": "warn",
    }
    assert {r.rule: r.level for r in results if r.failed} == {f.rule: f.level for f in broken}
    assert [f.breaking.num_rows for f in broken if f.breaking is not None] == [2, 2, 1]
