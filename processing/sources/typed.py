"""Rows of Python values as Arrow batches of declared types; a value that does not fit is named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any

import pyarrow as pa

from processing.sources.arrow import misfit
from processing.sources.asked import Asked

BATCH = 50_000
TRUTH = {"0": False, "1": True, "f": False, "t": True, "false": False, "true": True}
Row = Sequence[Any]


def typed(asked: Asked, schema: pa.Schema, rows: Iterable[Row]) -> pa.RecordBatchReader:
    """The rows in batches. SourceError names the first row and column that do not fit."""
    return pa.RecordBatchReader.from_batches(schema, _batches(asked, schema, iter(rows)))


def _batches(asked: Asked, schema: pa.Schema, rows: Iterator[Row]) -> Iterator[pa.RecordBatch]:
    seen = 0
    while chunk := list(islice(rows, BATCH)):
        columns = zip(*chunk, strict=True)
        yield pa.RecordBatch.from_arrays(
            [
                _column(asked, field, values, seen)
                for field, values in zip(schema, columns, strict=True)
            ],
            schema=schema,
        )
        seen += len(chunk)


def _column(asked: Asked, field: pa.Field, values: Row, seen: int) -> pa.Array:
    make = _maker(field.type)
    try:
        return pa.array(map(make, values) if make else values, field.type, size=len(values))
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        pass
    for place, value in enumerate(values, seen + 1):
        try:
            pa.array([make(value) if make else value], field.type)
        except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
            found = f"row {place}: {str(value)[:40]!r} ({error})"
            raise misfit(asked, field, found) from error
    raise misfit(asked, field, "values that do not fit together")


def _maker(kind: pa.DataType) -> Callable[[Any], Any] | None:
    """What turns a value into one that Arrow takes; None where Arrow needs no help."""
    if pa.types.is_timestamp(kind):
        return instant
    if pa.types.is_date(kind):
        return day
    return truth if pa.types.is_boolean(kind) else None


def instant(value: Any) -> datetime | None:
    """A moment in UTC, also from the text of ISO 8601. ValueError for anything else."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if value is None or isinstance(value, datetime):
        return value if value is None or value.tzinfo is None else _utc(value)
    raise ValueError("no date and time")


def _utc(value: datetime) -> datetime:
    return value.astimezone(UTC).replace(tzinfo=None)


def day(value: Any) -> date | None:
    """A day, also from the text of ISO 8601. ValueError for anything else."""
    if isinstance(value, str):
        return date.fromisoformat(value)
    if isinstance(value, datetime) or not isinstance(value, date | None):
        raise ValueError("no date")
    return value


def truth(value: Any) -> bool | None:
    """True or false, also from the text or number that databases say it with."""
    if value is None or isinstance(value, bool):
        return value
    return TRUTH[str(value).lower()] if str(value).lower() in TRUTH else _no_truth()


def _no_truth() -> bool:
    raise ValueError("neither true nor false")
