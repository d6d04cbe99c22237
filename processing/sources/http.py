"""A file on a web server: parts of it where it is Parquet, all of it where it is text."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path, PurePosixPath

import pyarrow as pa

from processing.sources.asked import Asked
from processing.sources.intake import take_in
from processing.sources.location import FORMATS, Format, Location
from processing.sources.parse import parsed, some_of_parquet
from processing.web import Facts, Remote, Web


def locate(asked: Asked) -> Location:
    """The declared columns of the file, as files here. SourceError for anything else than that."""
    kind = format_of(asked)
    with closing(Web(asked, asked.config.address)) as web:
        facts = web.facts()
        mark = facts.mark if facts else None
        return take_in(asked, lambda: mark, lambda: _rows(asked, web, facts, kind))


def format_of(asked: Asked) -> Format:
    """The format that millpond.toml names or the address ends in; SourceError when neither does."""
    named = asked.config.format or FORMATS.get(PurePosixPath(asked.parts.path).suffix)
    if named is None:
        raise asked.fault(
            "its format is not known",
            PurePosixPath(asked.parts.path).name,
            "an address that ends in " + ", ".join(FORMATS),
            f'add format = "csv" (or another) to [sources.{asked.name}] in millpond.toml',
        )
    return named


def _rows(asked: Asked, web: Web, facts: Facts | None, kind: Format) -> pa.RecordBatchReader:
    in_parts = facts and facts.ranges and facts.size and not asked.config.sha256
    if kind == "parquet" and facts and in_parts:
        return some_of_parquet(asked, pa.PythonFile(Remote(web, facts), mode="r"))
    file = tempfile.TemporaryFile(dir=scratch(asked))  # noqa: SIM115
    media = web.into(file, facts.etag if facts else None)
    file.seek(0)
    asked.check_sha256(hashlib.file_digest(file, "sha256").hexdigest())
    file.seek(0)
    found = parsed(asked, kind, file, media)
    return pa.RecordBatchReader.from_batches(found.schema, _closing(file, found))


def _closing(file: object, rows: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    """The batches; the file lives as long as somebody reads them."""
    yield from rows
    del file


def scratch(asked: Asked) -> Path:
    """A folder for files that nobody needs afterwards."""
    folder = asked.cache / asked.name
    folder.mkdir(parents=True, exist_ok=True)
    return folder
