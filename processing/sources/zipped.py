"""One file of data in a ZIP archive that lies here: read as it stands, and taken in as files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit
from zipfile import BadZipFile, ZipFile

import pyarrow as pa

from processing.sources.asked import Asked
from processing.sources.files import path_of
from processing.sources.intake import take_in
from processing.sources.location import FORMATS, Location
from processing.sources.package import path_in
from processing.sources.parse import parsed

ENDING = ".zip"


def locate(asked: Asked) -> Location:
    """The declared columns of the one file inside. SourceError for an archive of anything else."""
    path = archive_of(asked.name, asked.config.address, asked.root)
    if not path.is_file():
        raise asked.fault("there is no such file", path)
    status = path.stat()
    mark = f"{status.st_size} {status.st_mtime_ns}"
    return take_in(asked, lambda: mark, lambda: _rows(asked, path))


def archive_of(name: str, address: str, root: Path) -> Path:
    """Where the archive lies, whether or not it is there. SourceError for a package that is not."""
    is_packed = urlsplit(address).scheme == "package"
    return path_in(name, address) if is_packed else path_of(address, root)


def _rows(asked: Asked, path: Path) -> pa.RecordBatchReader:
    try:
        with ZipFile(path) as archive:
            (name, *more) = archive.namelist() or [""]
    except BadZipFile as error:
        raise asked.fault("it is no ZIP archive", error) from error
    kind = asked.config.format or FORMATS.get(PurePosixPath(name).suffix)
    if more or kind is None:
        raise asked.fault("not one file of data", ", ".join([name, *more])[:200], "one file")
    return pa.RecordBatchReader.from_batches(asked.schema, _batches(asked, path, name))


def _batches(asked: Asked, path: Path, name: str) -> Iterator[pa.RecordBatch]:
    kind = asked.config.format or FORMATS[PurePosixPath(name).suffix]
    with ZipFile(path) as archive, archive.open(name) as file:
        yield from parsed(asked, kind, file).cast(asked.schema)
