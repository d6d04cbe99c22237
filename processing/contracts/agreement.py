"""Totals that must be the same in several tables, and the comparison of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from processing.contracts.contract import CheckResult, Level

NAMED = 5  # groups that a message names


class Total(msgspec.Struct, frozen=True):
    """A column of a table that is summed.

    `without` is a yes-or-no column whose rows that say yes are left out. `whole`: a group in which
    a cell is withheld tells no total, and is compared with nothing; without it a withheld cell is
    one that must not be in any total.
    """

    table: str
    column: str
    without: str | None = None
    whole: bool = False


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """The sums of all `totals` by the columns `by` are equal, to the cent."""

    says: str
    by: tuple[str, ...]
    totals: tuple[Total, ...]
    level: Level = "stop"

    def among(self, tables: Mapping[str, object]) -> Agreement | None:
        """The agreement of those tables that there are; None when fewer than two are."""
        there = tuple(total for total in self.totals if total.table in tables)
        return msgspec.structs.replace(self, totals=there) if len(there) > 1 else None

    @property
    def rule(self) -> str:
        """The rule in words, with the tables it is about."""
        return f"{self.says}: {' = '.join(total.table for total in self.totals)}"


def check_agreement(agreement: Agreement, tables: Mapping[str, pa.Table]) -> CheckResult:
    """How many groups differ; `where` gives every table's total and its value in these groups."""
    sums = {t.table: _sums(tables[t.table], agreement.by, t) for t in agreement.totals}
    untold = {group for found in sums.values() for group, value in found.items() if value is None}
    groups = sorted({group for found in sums.values() for group in found} - untold)
    differ = [g for g in groups if len({found.get(g, 0) for found in sums.values()}) > 1]
    return CheckResult(
        rule=agreement.rule,
        rows=len(groups),
        failed=len(differ),
        level=agreement.level,
        where=_where(agreement.by, sums, differ) if differ else "",
    )


Sums = dict[tuple[Any, ...], Any]


def _sums(table: pa.Table, by: tuple[str, ...], total: Total) -> Sums:
    """The sum of a column by group; an empty cell adds nothing, or leaves a `whole` one without."""
    if total.without:
        table = table.filter(pc.invert(table[total.without]))
    add_up = pc.ScalarAggregateOptions(skip_nulls=not total.whole, min_count=0)
    grouped = table.group_by(list(by)).aggregate([(total.column, "sum", add_up)])
    values = grouped[f"{total.column}_sum"].to_pylist()
    keys = zip(*(grouped[name].to_pylist() for name in by), strict=True)
    return dict(zip(keys, values, strict=True))


def _where(by: tuple[str, ...], sums: Mapping[str, Sums], differ: list[tuple[Any, ...]]) -> str:
    totals = ", ".join(
        f"{table} {sum(filter(None, found.values())):,}" for table, found in sums.items()
    )
    named = [
        " ".join(f"{name} {value}" for name, value in zip(by, group, strict=True))
        + ": "
        + ", ".join(f"{found.get(group, 0):,}" for found in sums.values())
        for group in differ[:NAMED]
    ]
    more = [f"{len(differ) - NAMED} more"] if len(differ) > NAMED else []
    return f"in all {totals}; " + "; ".join(named + more)
