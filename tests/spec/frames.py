"""Text tables in, rows out: how spec tests draw their input and read their result."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pyarrow as pa

from processing.config import EngineConfig
from processing.contracts.frames import LazyFrame
from processing.contracts.schema import cast_declared
from processing.engines.duckdb import DuckDB
from processing.tables.registry import load_tables

ENGINE = DuckDB(EngineConfig(memory_limit="500MB", threads=1))


def _value(text: str) -> Any:
    if text in {"", "-"}:
        return None
    if text in {"yes", "no"}:
        return text == "yes"
    for kind in (int, float, dt.date.fromisoformat, dt.datetime.fromisoformat):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def frame(text: str) -> LazyFrame:
    """A lazy frame on the engine from lines of `a | b | c`; `-` and nothing stand for null."""
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    columns = {name: [_value(row[at]) for row in lines[1:]] for at, name in enumerate(lines[0])}
    return ENGINE.take(pa.table(columns))


def declared(name: str, result: LazyFrame) -> pa.Table:
    """The result as it would be pinned: declared columns, types and order."""
    return cast_declared(name, load_tables()[name].contract, ENGINE.collect(name, result))


def plain(value: Any) -> Any:
    """Decimals as floats, for literals that are easy to read; they have few digits."""
    return float(value) if isinstance(value, Decimal) else value


def rows(result: LazyFrame, *order: str) -> list[tuple[Any, ...]]:
    """The rows of a result in the order of some columns."""
    table = ENGINE.collect("result", result).sort_by([(name, "ascending") for name in order])
    return [tuple(plain(value) for value in row.values()) for row in table.to_pylist()]


def pinned(name: str, result: LazyFrame, *columns: str) -> list[tuple[Any, ...]]:
    """The given columns of the result as it would be pinned, in key order."""
    table = declared(name, result).select(list(columns))
    return [tuple(plain(value) for value in row.values()) for row in table.to_pylist()]
