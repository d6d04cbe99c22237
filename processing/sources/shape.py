"""Compare what a source holds with what was declared, before anything is computed from it."""

from __future__ import annotations

from collections.abc import Callable

import narwhals as nw
import pyarrow as pa

from processing.contracts.frames import LazyFrame
from processing.errors import SourceError
from processing.sources.source import RawType, Source

OTHERS = {"text": nw.String, "timestamp": nw.Datetime, "date": nw.Date, "boolean": nw.Boolean}
TYPES: dict[RawType, nw.dtypes.DType] = {
    "integer": nw.Int64(),
    "number": nw.Float64(),
    "text": nw.String(),
    "timestamp": nw.Datetime(),
    "date": nw.Date(),
    "boolean": nw.Boolean(),
}
GUESSED = (
    nw.String,
    nw.Unknown,
)  # what engines take a column of a text file for that holds nothing


def fits(declared: RawType, found: nw.dtypes.DType) -> bool:
    """Whether a column of type `found` may stand where `declared` is promised."""
    if declared == "integer":
        return found.is_integer()
    if declared == "number":
        return found.is_numeric()
    return found == OTHERS[declared]


def with_empty_typed(
    source: Source, frame: LazyFrame, collect: Callable[[LazyFrame], pa.Table]
) -> LazyFrame:
    """The frame of text files, its columns without any value as the types they are declared with.

    Nothing else tells their types. `collect` runs a query, where there may be such columns at all.
    """
    schema = frame.collect_schema()
    doubtful = [
        column
        for column in source.columns
        if schema.get(column.name) in GUESSED and not fits(column.type, schema[column.name])
    ]
    if not doubtful:
        return frame
    (held,) = collect(frame.select(nw.col(c.name).count() for c in doubtful)).to_pylist()
    return frame.with_columns(
        nw.col(c.name).cast(TYPES[c.type]) for c in doubtful if not held[c.name]
    )


def declared_columns(source: Source, frame: LazyFrame, address: str) -> LazyFrame:
    """Only the declared columns. SourceError that lists every missing and retyped one."""
    schema = frame.collect_schema()
    missing = [c.name for c in source.columns if c.name not in schema]
    retyped = [
        f"{c.name} is {schema[c.name]}, not {c.type}"
        for c in source.columns
        if c.name in schema and not fits(c.type, schema[c.name])
    ]
    if missing or retyped:
        raise SourceError(
            f"Source {source.name} has another shape than was declared ({address})",
            found="; ".join([f"no column {name}" for name in missing] + retyped)
            + f". Columns there: {', '.join(schema.names())}",
            expected=", ".join(f"{c.name}: {c.type}" for c in source.columns),
            next_step="correct the file, or the declaration in processing/sources",
        )
    return frame.select([c.name for c in source.columns])
