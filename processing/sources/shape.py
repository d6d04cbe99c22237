"""Compare what a source holds with what was declared, before anything is computed from it."""

from __future__ import annotations

import narwhals as nw

from processing.contracts.frames import LazyFrame
from processing.errors import SourceError
from processing.sources.source import RawType, Source

OTHERS = {"text": nw.String, "timestamp": nw.Datetime, "date": nw.Date, "boolean": nw.Boolean}


def fits(declared: RawType, found: nw.dtypes.DType) -> bool:
    """Whether a column of type `found` may stand where `declared` is promised."""
    if declared == "integer":
        return found.is_integer()
    if declared == "number":
        return found.is_numeric()
    return found == OTHERS[declared]


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
