"""Hold a table against its contract: every rule at once, with counts and sample rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from processing.contracts.contract import Check, CheckResult, Column, Contract, Level

SAMPLE_ROWS = 3
# One true or false per row; true for a row that breaks the rule.
Mask = Any


@dataclass(frozen=True)
class Failure:
    """A rule that a table breaks: how many rows, and the first few of them.

    `breaking` holds every row that breaks it, where single rows do.
    """

    rule: str
    failed: int
    rows: int
    sample: tuple[dict[str, Any], ...] = ()
    level: Level = "stop"
    breaking: pa.Table | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        lines = [f"{self.rule}: {self.failed} of {self.rows} rows fail"]
        lines += [
            "    e.g. " + ", ".join(f"{key}={value}" for key, value in row.items())
            for row in self.sample
        ]
        return "\n".join(lines)


@dataclass(frozen=True)
class _Rule:
    """What is promised, the columns to show beside the key, and how to find breaking rows."""

    says: str
    columns: tuple[str, ...]
    breaks: Callable[[pa.Table], Mask]
    level: Level = "stop"


def check_table(contract: Contract, table: pa.Table) -> tuple[list[CheckResult], list[Failure]]:
    """What each rule found, and those that failed.

    `table` has the declared schema and is sorted by its key, as `cast_declared` leaves it.
    """
    results, failures = _check_rows(contract, table)
    for rule in _rules(contract):
        mask = pc.fill_null(rule.breaks(table), False)
        failed = int(pc.sum(mask).as_py() or 0)
        rows, level = table.num_rows, rule.level
        results.append(CheckResult(rule=rule.says, rows=rows, failed=failed, level=level))
        if failed:
            broken = table.filter(mask)
            sample = _sample(broken, (*contract.key, *rule.columns))
            failures.append(Failure(rule.says, failed, rows, sample, level, broken))
    return results, failures


def _check_rows(contract: Contract, table: pa.Table) -> tuple[list[CheckResult], list[Failure]]:
    """The `rows` rule, or that there is any row where the contract states none."""
    stated = next((check for check in contract.checks if check.kind == "rows"), None)
    low = stated.minimum if stated and stated.minimum is not None else 1
    high = stated.maximum if stated and stated.maximum is not None else table.num_rows
    says = stated.says if stated else "at least one row"
    level: Level = stated.level if stated else "stop"
    rows, fits = table.num_rows, low <= table.num_rows <= max(high, low)
    result = CheckResult(rule=says, rows=rows, failed=0 if fits else 1, level=level)
    return [result], [] if fits else [Failure(says, rows, rows, level=level)]


def _rules(contract: Contract) -> Iterator[_Rule]:
    """The rules that every contract implies, then those that this one states."""
    yield _Rule(f"{', '.join(contract.key)} is unique", (), lambda t: _repeated(t, contract.key))
    for column in contract.columns:
        yield from _column_rules(column)
    for check in contract.checks:
        if check.kind != "rows":
            yield _row_rule(check)


def _repeated(table: pa.Table, key: tuple[str, ...]) -> Mask:
    """Rows whose key is that of the row before."""
    same: Mask = pa.array([True] * max(table.num_rows - 1, 0), pa.bool_())
    for name in key:
        column = table[name].combine_chunks()
        same = pc.and_(same, pc.equal(column[1:], column[:-1]))
    first = pa.array([False] * min(table.num_rows, 1), pa.bool_())
    return pa.chunked_array([first, same])


def _column_rules(column: Column) -> Iterator[_Rule]:
    name, level = column.name, column.level
    if not column.nullable:
        yield _Rule(f"{name} is never empty", (name,), lambda t: pc.is_null(t[name]), level)
    if column.minimum is not None:
        says, low = f"{name} is at least {column.minimum:g}", Decimal(str(column.minimum))
        yield _Rule(says, (name,), lambda t: pc.less(t[name], low), level)
    if column.maximum is not None:
        says, high = f"{name} is at most {column.maximum:g}", Decimal(str(column.maximum))
        yield _Rule(says, (name,), lambda t: pc.greater(t[name], high), level)
    if column.allowed is not None:
        allowed = pa.array(column.allowed)
        yield _Rule(
            f"{name} is one of {', '.join(column.allowed)}",
            (name,),
            lambda t: pc.and_(pc.is_valid(t[name]), pc.invert(pc.is_in(t[name], allowed))),
            level,
        )


def _row_rule(check: Check) -> _Rule:
    """A rule between columns of one row; a row with an empty side keeps it."""
    column = check.column or ""
    shown = (column, *check.terms)

    def breaks(table: pa.Table) -> Mask:
        if check.kind == "not_above":
            return pc.greater(table[column], table[check.terms[0]])
        return pc.not_equal(table[column], _sum(table, check.terms))

    return _Rule(check.says, shown, breaks, check.level)


def _sum(table: pa.Table, terms: tuple[str, ...]) -> Any:
    total = table[terms[0]]
    for term in terms[1:]:
        total = pc.add(total, table[term])
    return total


def _sample(rows: pa.Table, columns: tuple[str, ...]) -> tuple[dict[str, Any], ...]:
    """The first failing rows, only the key and the columns that the rule looks at."""
    wanted = list(dict.fromkeys(columns))
    return tuple(rows.slice(0, SAMPLE_ROWS).select(wanted).to_pylist())
