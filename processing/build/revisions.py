"""Two versions of one table, row by row: what was added, removed, updated and revised. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from processing.board.changes import Revision
from processing.contracts.contract import Column, Contract

NAMED = 10  # revised cells that are told one by one
Mask = Any


@dataclass(frozen=True)
class Past:
    """Which rows say something final: those of `weeks`, of days up to `day`, or all if `whole`."""

    weeks: frozenset[int]
    day: date
    whole: bool

    def covers(self, keys: pa.Table) -> Mask:
        """One true or false per row: whether its period was over in both versions."""
        if "week" in keys.column_names:
            return pc.is_in(keys["week"], pa.array(sorted(self.weeks), keys["week"].type))
        dated = [
            name for name in keys.column_names if pa.types.is_date(keys.schema.field(name).type)
        ]
        if dated:
            return pc.less_equal(keys[dated[0]], pa.scalar(self.day, keys[dated[0]].type))
        return pa.chunked_array([pa.array([self.whole] * keys.num_rows, pa.bool_())])


@dataclass(frozen=True)
class Difference:
    """Counts of rows, and of cells for `revised`, of which `revisions` are the largest."""

    added: int
    removed: int
    updated: int
    revised: int
    revisions: tuple[Revision, ...]


def difference(
    contract: Contract, old: pa.Table, new: pa.Table, past: Past, hidden: Collection[str] = ()
) -> Difference:
    """How `new` differs from `old`, matched by the contract's key, which both have.

    Columns that only one has are left to the contract's changes, `hidden` ones to nobody. Where
    anything is hidden, neither are cells told that are, or were, empty: they may be withheld.
    """
    key = list(contract.key)
    news, olds = _matched(old, new, key)
    before, now = old.take(olds), new.take(news)
    final = past.covers(now.select(key))
    told = [c for c in contract.columns if c.name not in (*key, *hidden) and c.settles]
    touched: Mask = pa.chunked_array([pa.array([False] * now.num_rows, pa.bool_())])
    count, revisions = 0, list[Revision]()
    for column in (c for c in told if c.name in old.column_names):
        differs = _differs(before[column.name], now[column.name], strict=bool(hidden))
        touched = pc.or_(touched, differs)
        rows = pc.indices_nonzero(pc.and_(differs, final).combine_chunks())
        count += len(rows)
        if len(revisions) < NAMED:
            revisions += _revisions(column, before.take(rows), now.take(rows), key)
    running = pc.and_(touched, pc.invert(final))
    return Difference(
        added=new.num_rows - now.num_rows,
        removed=old.num_rows - before.num_rows,
        updated=int(pc.sum(running).as_py() or 0),
        revised=count,
        revisions=tuple(revisions[:NAMED]),
    )


def _matched(old: pa.Table, new: pa.Table, key: list[str]) -> tuple[pa.Array, pa.Array]:
    """The places of the rows that both have, in the order of `new`."""
    numbered = [
        table.select(key).append_column(name, pa.array(range(table.num_rows), pa.int64()))
        for table, name in ((new, " new"), (old, " old"))
    ]
    # Keys of both in one type: a contract may have widened it, and then the cells did not change.
    left = numbered[0]
    right = numbered[1].cast(left.schema.set(len(key), pa.field(" old", pa.int64())))
    both = left.join(right, key, join_type="inner").sort_by(" new")
    return both[" new"], both[" old"]


def _differs(old: pa.ChunkedArray, new: pa.ChunkedArray, *, strict: bool) -> Mask:
    """Where the values differ; with `strict` only where there is one on both sides."""
    if old.type != new.type:
        old = old.cast(new.type) if _castable(old, new.type) else pc.cast(old, pa.string())
        new = new.cast(old.type)
    differ = pc.fill_null(pc.not_equal(old, new), False)
    return differ if strict else pc.or_(differ, pc.xor(pc.is_null(old), pc.is_null(new)))


def _castable(values: pa.ChunkedArray, to: pa.DataType) -> bool:
    try:
        values.cast(to)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return False
    return True


def _revisions(column: Column, old: pa.Table, new: pa.Table, key: list[str]) -> list[Revision]:
    """The revised cells of a column that changed most, no more than are told."""
    places = _largest(old[column.name], new[column.name])
    olds, news = old[column.name].take(places).to_pylist(), new.take(places)
    return [
        Revision(
            key={name: str(row[name]) for name in key},
            column=column.name,
            type=column.type,
            old=_text(before),
            new=_text(row[column.name]),
        )
        for before, row in zip(olds, news.to_pylist(), strict=True)
    ]


def _largest(old: pa.ChunkedArray, new: pa.ChunkedArray) -> pa.Array:
    """The places of the largest changes, in order; of texts and dates, of the first."""
    size = pa.array([0.0] * len(new))
    if old.type == new.type and (pa.types.is_decimal(new.type) or pa.types.is_integer(new.type)):
        floats = [values.cast(pa.float64()) for values in (old, new)]  # only to order them
        size = pc.fill_null(pc.abs(pc.subtract(floats[1], floats[0])), 0.0).combine_chunks()
    order = [("size", "descending"), ("place", "ascending")]
    table = pa.table({"size": size, "place": pa.array(range(len(new)), pa.int64())})
    return table.sort_by(order)["place"].slice(0, NAMED).combine_chunks()


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)
