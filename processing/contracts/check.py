"""Hold a table against its contract with Pointblank: every rule at once, counts, samples."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pointblank as pb
import pyarrow as pa
import pyarrow.compute as pc

from processing.contracts.contract import Check, CheckResult, Column, Contract
from processing.errors import ContractError

SAMPLE_ROWS = 3


@dataclass(frozen=True)
class Failure:
    """A rule that a table breaks: how many rows, and the first few of them."""

    rule: str
    failed: int
    rows: int
    sample: tuple[dict[str, Any], ...]

    def __str__(self) -> str:
        lines = [f"{self.rule}: {self.failed} of {self.rows} rows fail"]
        lines += [
            "    e.g. " + ", ".join(f"{key}={value}" for key, value in row.items())
            for row in self.sample
        ]
        return "\n".join(lines)


@dataclass(frozen=True)
class _Rule:
    says: str
    columns: tuple[str, ...]
    add: Callable[[Any], Any]


def check_table(contract: Contract, table: pa.Table) -> tuple[list[CheckResult], list[Failure]]:
    """What each rule found, and those that failed. `table` has the declared schema."""
    rules = list(_rules(contract))
    validation: Any = pb.Validate(_with_sums(contract, table))
    for rule in rules:
        validation = rule.add(validation)
    validation = validation.interrogate(collect_extracts=True, extract_limit=SAMPLE_ROWS)
    results, failures = [_row_count(contract, table)], []
    for step, rule in enumerate(rules, start=1):
        failed, rows = _counts(validation, step, rule.says)
        results.append(CheckResult(rule=rule.says, rows=rows, failed=failed))
        if failed:
            found = validation.get_data_extracts(i=step, frame=True)
            sample = _sample(found, (*contract.key, *rule.columns))
            failures.append(Failure(rule.says, failed, rows, sample))
    if results[0].failed:
        failures.insert(0, Failure(results[0].rule, table.num_rows, table.num_rows, ()))
    return results, failures


def _counts(validation: Any, step: int, says: str) -> tuple[int, int]:
    """Failed and examined rows of a step. A rule that could not be evaluated must not pass."""
    failed = validation.n_failed(i=step, scalar=True)
    rows = validation.n(i=step, scalar=True)
    if failed is None or rows is None:
        raise ContractError(
            f"The rule {says!r} could not be evaluated",
            expected="columns that exist, of types that can be compared",
            next_step="correct the contract",
        )
    return int(failed), int(rows)


def _rules(contract: Contract) -> Iterator[_Rule]:
    """The rules that every contract implies, then those that this one states."""
    key = list(contract.key)
    yield _Rule(f"{', '.join(key)} is unique", (), lambda v: v.rows_distinct(columns_subset=key))
    for column in contract.columns:
        yield from _column_rules(column)
    for check in contract.checks:
        if check.kind != "rows":
            yield _row_rule(check)


def _column_rules(column: Column) -> Iterator[_Rule]:
    name = column.name
    if not column.nullable:
        yield _Rule(f"{name} is never empty", (name,), lambda v: v.col_vals_not_null(name))
    if column.minimum is not None:
        yield _Rule(
            f"{name} is at least {column.minimum:g}",
            (name,),
            lambda v: v.col_vals_ge(name, column.minimum, na_pass=True),
        )
    if column.maximum is not None:
        yield _Rule(
            f"{name} is at most {column.maximum:g}",
            (name,),
            lambda v: v.col_vals_le(name, column.maximum, na_pass=True),
        )
    if column.allowed is not None:
        yield _Rule(
            f"{name} is one of {', '.join(column.allowed)}",
            (name,),
            lambda v: v.col_vals_in_set(name, list(column.allowed or ())),
        )


def _row_rule(check: Check) -> _Rule:
    """A rule between columns of one row; a row with an empty side passes."""
    column = check.column or ""
    if check.kind == "not_above":
        return _Rule(
            check.says,
            (column, *check.terms),
            lambda v: v.col_vals_le(column, pb.col(check.terms[0]), na_pass=True),
        )
    return _Rule(
        check.says,
        (column, *check.terms),
        lambda v: v.col_vals_eq(_sum_name(check), pb.col(column), na_pass=True),
    )


def _sum_name(check: Check) -> str:
    return f"{check.column} = {' + '.join(check.terms)}"


def _with_sums(contract: Contract, table: pa.Table) -> pa.Table:
    """`table` with a column for each `sum` rule, in the type of the column it must equal."""
    for check in contract.checks:
        if check.kind == "sum" and check.column:
            total = table[check.terms[0]]
            for term in check.terms[1:]:
                total = pc.add(total, table[term])
            table = table.append_column(_sum_name(check), total.cast(table[check.column].type))
    return table


def _row_count(contract: Contract, table: pa.Table) -> CheckResult:
    """The `rows` rule, or that there is any row where the contract states none."""
    stated = next((check for check in contract.checks if check.kind == "rows"), None)
    low = stated.minimum if stated and stated.minimum is not None else 1
    high = stated.maximum if stated and stated.maximum is not None else table.num_rows
    fits = low <= table.num_rows <= max(high, low)
    return CheckResult(
        rule=stated.says if stated else "at least one row",
        rows=table.num_rows,
        failed=0 if fits else 1,
    )


def _sample(found: Any, columns: tuple[str, ...]) -> tuple[dict[str, Any], ...]:
    """The first failing rows, only the key and the columns that the rule looks at."""
    if found is None:
        return ()
    rows = found.slice(0, SAMPLE_ROWS).to_pylist()
    return tuple(
        {name: row[name] for name in dict.fromkeys(columns) if name in row} for row in rows
    )
