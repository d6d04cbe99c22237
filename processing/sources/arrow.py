"""Arrow types as sources bring them, made plain without changing a value."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from processing.errors import SourceError
from processing.sources.asked import Asked

# A `numeric` that was declared without digits: 19 before the point, 9 behind it, or it is refused.
FREE_NUMERIC = pa.decimal128(28, 9)
HEADER = 4  # PostgreSQL keeps (precision << 16 | scale) + 4
MAX_DIGITS = 38


def plain(asked: Asked, rows: pa.RecordBatchReader) -> pa.RecordBatchReader:
    """The rows with text, UTC instants without a zone, and exact decimals; values stay as they are.

    SourceError for a value that would not.
    """
    fields = [pa.field(field.name, plain_type(field)) for field in rows.schema]
    schema = pa.schema(fields)
    return pa.RecordBatchReader.from_batches(schema, _cast(asked, rows, schema))


def plain_type(field: pa.Field) -> pa.DataType:
    """The type a column is kept in."""
    kind = field.type
    if isinstance(kind, pa.OpaqueType) and kind.type_name == "numeric":
        return numeric_type(int((field.metadata or {}).get(b"POSTGRESQL:typmod", b"-1")))
    if pa.types.is_dictionary(kind):
        return plain_type(pa.field(field.name, kind.value_type))
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us")
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind) or pa.types.is_null(kind):
        return pa.string()
    return kind


def numeric_type(typmod: int) -> pa.DataType:
    """The decimal that PostgreSQL's type modifier stands for; its documentation has the layout."""
    if typmod < HEADER:
        return FREE_NUMERIC
    precision, scale = (typmod - HEADER) >> 16, (typmod - HEADER) & 0x7FF
    fits = precision <= MAX_DIGITS and scale <= precision
    return pa.decimal128(precision, scale) if fits else FREE_NUMERIC


def _cast(asked: Asked, rows: pa.RecordBatchReader, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    for batch in rows:
        yield pa.RecordBatch.from_arrays(
            [
                _column(asked, field, column)
                for field, column in zip(schema, batch.columns, strict=True)
            ],
            schema=schema,
        )


def _column(asked: Asked, field: pa.Field, column: pa.Array) -> pa.Array:
    if column.type == field.type:
        return column
    storage = column.storage if isinstance(column, pa.ExtensionArray) else column
    try:
        return pc.cast(storage, field.type)
    except pa.ArrowInvalid as error:
        raise misfit(asked, field, error) from error


def misfit(asked: Asked, field: pa.Field, error: object) -> SourceError:
    """What is said of a value that does not fit the type of its column."""
    return asked.fault(
        f"a value of {field.name} does not fit its type",
        error,
        f"{field.name} as {field.type}",
        "mend the row at the source, or cast the column in its query",
    )
