"""Withhold cells that rest on too few households, and those that would give them away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from processing.contracts.contract import CheckResult, Contract, Suppression
from processing.contracts.disclosure import derivable

Counts = Sequence[int | None]  # None: withheld when an earlier build made this row


def withhold(contract: Contract, table: pa.Table) -> tuple[pa.Table, list[CheckResult]]:
    """The table without its small cells, and how many rows that were; unchanged without a promise.

    The same rows give the same result, and a result stays as it is when it is given again.
    """
    rule = contract.suppress
    if rule is None:
        return table, []
    counts: Counts = table[rule.count].to_pylist()
    margins = [
        [rows for rows in _groups(table, group) if _has_total(rule, [counts[row] for row in rows])]
        for group in rule.totals
    ]
    hidden = [count is None or 0 < count < rule.minimum for count in counts]
    groups = [rows for margin in margins for rows in margin]
    whole = _groups(table, rule.together) if rule.together else []
    while any(_complete(rows, hidden) for rows in whole) or any(
        _protect(rule, rows, counts, hidden) for rows in groups
    ):
        pass  # one more cell was withheld, which may open another group
    given_away = _given_away(rule, margins, counts, hidden)
    return _emptied(rule, table, hidden), _results(rule, hidden, given_away)


def _groups(table: pa.Table, columns: tuple[str, ...]) -> list[list[int]]:
    """The places of the rows that are published as one sum; one group when there are no columns."""
    if not columns:
        return [list(range(table.num_rows))]
    groups: dict[tuple[Any, ...], list[int]] = {}
    values = zip(*(table[name].to_pylist() for name in columns), strict=True)
    for place, value in enumerate(values):
        groups.setdefault(value, []).append(place)
    return list(groups.values())


def _has_total(rule: Suppression, counts: Counts) -> bool:
    """Whether the sum of a group is published, so that it could give a withheld cell away.

    One that rests on too few households itself is withheld wherever it stands. A group in which an
    earlier build withheld a cell was made safe then.
    """
    known = [count for count in counts if count is not None]
    if len(known) < len(counts):
        return False
    return not rule.disjoint or sum(known) >= rule.minimum


def _complete(rows: list[int], hidden: list[bool]) -> bool:
    """Withhold all rows of a group where one is; whether that was any more."""
    if all(hidden[row] for row in rows) or not any(hidden[row] for row in rows):
        return False
    for row in rows:
        hidden[row] = True
    return True


def _protect(rule: Suppression, rows: list[int], counts: Counts, hidden: list[bool]) -> bool:
    """Withhold the next smallest cell of a group whose sum gives withheld ones away."""
    if _is_safe(rule, rows, counts, hidden):
        return False
    rest = [(counts[row] or 0, row) for row in rows if not hidden[row] and counts[row]]
    if rest:
        hidden[min(rest)[1]] = True
    return bool(rest)


def _is_safe(rule: Suppression, rows: list[int], counts: Counts, hidden: list[bool]) -> bool:
    """Whether the withheld cells of a group are none, or two or more that rest on enough together.

    A cell that an earlier build withheld has no count any more; its group was made safe then.
    """
    withheld = [counts[row] for row in rows if hidden[row]]
    known = [count for count in withheld if count is not None]
    if not withheld or len(known) < len(withheld):
        return True
    together = sum(known) if rule.disjoint else max(known)
    return len(known) > 1 and together >= rule.minimum


def _given_away(
    rule: Suppression, margins: list[list[list[int]]], counts: Counts, hidden: list[bool]
) -> int:
    """Withheld rows that can still be worked out from the sums: for want of other rows to hide."""
    groups = [rows for margin in margins for rows in margin]
    open_groups = [rows for rows in groups if not _is_safe(rule, rows, counts, hidden)]
    exposed = {row for rows in open_groups for row in rows if hidden[row]}
    if len(margins) > 1:
        exposed |= derivable([[row for row in rows if hidden[row]] for rows in groups])
    return len(exposed)


def _emptied(rule: Suppression, table: pa.Table, hidden: list[bool]) -> pa.Table:
    """The table with the count and the named columns empty where a row is hidden."""
    mask = pa.array(hidden, pa.bool_())
    for name in (rule.count, *rule.columns):
        column = table[name]
        emptied = pc.if_else(mask, pa.scalar(None, column.type), column)
        table = table.set_column(table.column_names.index(name), name, emptied)
    if rule.flag:
        table = table.set_column(table.column_names.index(rule.flag), rule.flag, mask)
    return table


def _results(rule: Suppression, hidden: list[bool], given_away: int) -> list[CheckResult]:
    return list(_said(rule, len(hidden), sum(hidden), given_away))


def _said(rule: Suppression, rows: int, hidden: int, given_away: int) -> Iterator[CheckResult]:
    says = f"rows that rest on fewer than {rule.minimum} {rule.count} are withheld"
    yield CheckResult(rule=says, rows=rows, failed=hidden, level="note")
    if rule.totals:
        says = "no withheld cell follows from a total"
        yield CheckResult(rule=says, rows=rows, failed=given_away)
