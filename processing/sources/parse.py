"""Parquet, CSV and JSON as Arrow batches of the declared columns; types are held, not guessed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import IO, Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.dataset as ds
import pyarrow.json

from processing.errors import SourceError
from processing.sources.asked import Asked
from processing.sources.location import Format
from processing.sources.typed import typed

START = 64 * 1024  # enough for the first row
MAX_JSON = 1 << 30  # a JSON array is held whole; beyond, one object a line is for it


def parsed(asked: Asked, kind: Format, file: IO[bytes], media: str = "") -> pa.RecordBatchReader:
    """The rows of one file. SourceError when it is empty, a web page, or of another shape."""
    start = file.read(START)
    file.seek(0)
    if kind != "parquet" and (start.lstrip()[:1] == b"<" or "text/html" in media):
        raise asked.fault(
            "the answer is a web page and not data",
            _first_line(start),
            f"{kind.upper()}",
            "look at the address in a browser: it may be an error page, or a page to log in at",
        )
    if not start.strip():
        raise asked.fault("it is empty", f"{len(start)} bytes", "a header and rows")
    read = {"parquet": _parquet, "csv": _csv, "json": _json}[kind]
    try:
        found = read(asked, file, start)
        return pa.RecordBatchReader.from_batches(found.schema, _seen(asked, found))
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        raise unreadable(asked, kind, error) from error


def some_of_parquet(asked: Asked, file: pa.NativeFile) -> pa.RecordBatchReader:
    """The declared columns, and the row groups that can hold rows the clock lets through."""
    try:
        fragment = ds.ParquetFileFormat().make_fragment(file)
        return scanned(asked, fragment)
    except pa.ArrowInvalid as error:
        raise unreadable(asked, "parquet", error) from error


def scanned(asked: Asked, data: ds.Fragment | ds.Dataset) -> pa.RecordBatchReader:
    """The declared columns and days of a dataset, batch by batch, with little read ahead."""
    schema = data.physical_schema if isinstance(data, ds.Fragment) else data.schema
    asked.need_columns(schema.names)
    return data.scanner(
        columns=asked.columns, filter=visible(asked, schema), batch_readahead=4
    ).to_reader()


def visible(asked: Asked, schema: pa.Schema) -> ds.Expression | None:
    """True for rows that the clock lets through, or that say no time; None where it cannot be."""
    bound = asked.bound
    if bound is None:
        return None
    try:
        limit = pa.scalar(bound.limit).cast(schema.field(bound.column).type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None  # of another type than declared: the shape of the source says so
    column = ds.field(bound.column)
    below = column < limit if bound.operator == "<" else column <= limit
    return below | column.is_null()


def _seen(asked: Asked, rows: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    """The rows that the clock lets through."""
    wanted = visible(asked, rows.schema)
    for batch in rows:
        yield batch if wanted is None else batch.filter(wanted)


def _parquet(asked: Asked, file: IO[bytes], start: bytes) -> pa.RecordBatchReader:
    return some_of_parquet(asked, pa.PythonFile(file, mode="r"))


def _csv(asked: Asked, file: IO[bytes], start: bytes) -> pa.RecordBatchReader:
    asked.need_columns(header(start))
    found = pyarrow.csv.open_csv(
        file,
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(
            include_columns=asked.columns,
            column_types=asked.schema,
            strings_can_be_null=True,
            null_values=["", *([asked.config.empty] if asked.config.empty else [])],
            timestamp_parsers=[pyarrow.csv.ISO8601, "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%dT%H:%M:%SZ"],
        ),
    )
    return pa.RecordBatchReader.from_batches(found.schema, _held(asked, "csv", file, found))


def header(start: bytes) -> list[str]:
    """The names in the first line of a CSV file."""
    text = start.decode("utf-8-sig", errors="replace")
    return next(csv.reader(io.StringIO(text, newline="")), [])


def _json(asked: Asked, file: IO[bytes], start: bytes) -> pa.RecordBatchReader:
    """An array of objects, or one object a line."""
    if start.lstrip()[:1] == b"[":
        rows = _array(asked, file)
        names = asked.columns
        if rows:
            asked.need_columns(dict.fromkeys(name for row in rows for name in row))
        return typed(asked, asked.schema, ([row.get(name) for name in names] for row in rows))
    found = pyarrow.json.open_json(
        file,
        parse_options=pyarrow.json.ParseOptions(
            explicit_schema=asked.schema, unexpected_field_behavior="ignore"
        ),
    )
    return pa.RecordBatchReader.from_batches(found.schema, _held(asked, "json", file, found))


def _array(asked: Asked, file: IO[bytes]) -> list[dict[str, Any]]:
    content = file.read(MAX_JSON + 1)
    if len(content) > MAX_JSON:
        raise asked.fault("it is too large for one JSON array", f"over {MAX_JSON:,} bytes")
    try:
        rows = json.loads(content)
    except ValueError as error:
        raise unreadable(asked, "json", error) from error
    if not all(isinstance(row, dict) for row in rows):
        raise unreadable(asked, "json", "something else than objects in the array")
    found: list[dict[str, Any]] = rows
    return found


def _held(
    asked: Asked, kind: str, file: object, rows: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """The batches; a value that does not fit shows only when its batch is read."""
    try:
        yield from rows
    except pa.ArrowInvalid as error:
        raise unreadable(asked, kind, error) from error
    del file


def unreadable(asked: Asked, kind: str, error: object) -> SourceError:
    """What is said of content that is not what was declared."""
    types = ", ".join(f"{column.name}: {column.type}" for column in asked.source.columns)
    return asked.fault(
        f"its content is not {kind.upper()} of the declared shape",
        error,
        types,
        "mend the file, or its declaration in processing/sources",
    )


def _first_line(start: bytes) -> str:
    return start.decode("utf-8", errors="replace").lstrip().partition("\n")[0][:80]
