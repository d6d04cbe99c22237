"""Files and folders on S3 and whatever speaks like it, by s3fs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
from pyarrow.fs import FSSpecHandler, PyFileSystem

from processing.errors import AGAIN, needs
from processing.sources.asked import Asked
from processing.sources.intake import take_in
from processing.sources.location import FORMATS, WEEK_FOLDER, Format, Location, holds_rows
from processing.sources.parse import parsed, scanned, unreadable

LIMITS = {"connect_timeout": 10, "read_timeout": 60, "retries": {"max_attempts": 3}}
TRIES = 2  # of s3fs, each of which is four of botocore

# Codes of S3 for whoever asks with credentials that are not, or no longer, good.
NOT_KNOWN = {"InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "ExpiredToken"}


def locate(asked: Asked) -> Location:
    """The declared columns of the files, as files here. SourceError for anything that goes wrong.

    Without named credentials the cloud's own chain finds them: variables, profile, or role.
    """
    with needs("s3", "s3fs"):
        from s3fs import S3FileSystem

    store = S3FileSystem(
        key=asked.credential("key"),
        secret=asked.credential("secret"),
        token=asked.credential("token"),
        endpoint_url=asked.config.endpoint,
        config_kwargs=LIMITS,
        use_listings_cache=False,
        skip_instance_cache=True,
    )
    store.retries = TRIES
    with _faults(asked):
        found = _listed(asked, store)
        mark = repr([(name, info["ETag"], info["size"]) for name, info in found.items()])
        return take_in(asked, lambda: mark, lambda: _guarded(asked, store, list(found)))


def _listed(asked: Asked, store: Any) -> dict[str, Any]:
    """The files behind the address, with what the server says of each."""
    path = f"{asked.parts.netloc}{asked.parts.path}".rstrip("/")
    found = {
        name: info
        for name, info in sorted(store.find(path, detail=True).items())
        if name == path or holds_rows(PurePosixPath(name).relative_to(path), asked.config.format)
    }
    if not found:
        raise asked.fault(
            "there is no such bucket, folder or file",
            f"no file that ends in {', '.join(FORMATS)}",
            "a file, or a folder of files of one format",
        )
    return found


def _guarded(asked: Asked, store: Any, names: list[str]) -> pa.RecordBatchReader:
    """The rows; what the server does wrong meanwhile is said of the server, not of this disk."""
    with _faults(asked):
        found = _rows(asked, store, names)
    return pa.RecordBatchReader.from_batches(found.schema, _each(asked, found))


def _each(asked: Asked, found: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    with _faults(asked):
        yield from found


def _rows(asked: Asked, store: Any, names: list[str]) -> pa.RecordBatchReader:
    kinds = {asked.config.format or FORMATS.get(PurePosixPath(name).suffix) for name in names}
    kind = kinds.pop()
    if kinds or kind is None:
        raise asked.fault(
            "not one format that can be read",
            ", ".join(sorted({PurePosixPath(name).suffix or name for name in names})),
            "one of " + ", ".join(FORMATS),
            f'add format = "csv" (or another) to [sources.{asked.name}] in millpond.toml, '
            "or correct the address",
        )
    if asked.config.sha256:
        asked.check_sha256(_hashed(store, names))
    if kind == "parquet":
        weeks = all(WEEK_FOLDER.fullmatch(PurePosixPath(name).parent.name) for name in names)
        files = PyFileSystem(FSSpecHandler(store))
        parts = ds.partitioning(flavor="hive") if weeks else None
        try:
            data = ds.dataset(names, filesystem=files, format="parquet", partitioning=parts)
            return scanned(asked, data)
        except pa.ArrowInvalid as error:
            raise unreadable(asked, "parquet", error) from error
    return pa.RecordBatchReader.from_batches(asked.schema, _texts(asked, store, names, kind))


def _texts(asked: Asked, store: Any, names: list[str], kind: Format) -> Iterator[pa.RecordBatch]:
    for name in names:
        with store.open(name, "rb") as file:
            yield from parsed(asked, kind, file).cast(asked.schema)


def _hashed(store: Any, names: list[str]) -> str:
    """The SHA-256 of the files, one after the other."""
    digest = hashlib.sha256()
    for name in names:
        with store.open(name, "rb") as file:
            while piece := file.read(1 << 20):
                digest.update(piece)
    return digest.hexdigest()


def _refused(error: PermissionError) -> str:
    """Whether it is who asks that is refused, or what is asked for; s3fs says both alike."""
    answer = getattr(error.__cause__, "response", {})
    code = answer.get("Error", {}).get("Code", "")
    unknown = "the server refuses key or secret"
    return unknown if code in NOT_KNOWN else "the server refuses to give it"


@contextmanager
def _faults(asked: Asked) -> Iterator[None]:
    from aiohttp import ClientError as Cut
    from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, SSLError

    try:
        yield
    except FileNotFoundError as error:
        raise asked.fault("there is no such bucket, folder or file", error) from error
    except PermissionError as error:
        raise asked.fault(_refused(error), error, next_step=asked.shows) from error
    except NoCredentialsError as error:
        hint = "credentials.key and credentials.secret, or the cloud's own (AWS_PROFILE, a role)"
        raise asked.fault("there are no credentials for it", error, hint) from error
    except SSLError as error:
        says, hint = "the server's certificate cannot be trusted", "a name and an issuer to trust"
        raise asked.fault(says, error, hint) from error
    except (Cut, OSError) as error:
        says = "the server fails, or the connection is cut"
        raise asked.fault(says, error, next_step=AGAIN) from error
    except (BotoCoreError, ClientError) as error:
        raise asked.fault("the server cannot be reached", error, next_step=AGAIN) from error
