"""Every published byte as text: pages without tags, archives unpacked, tables as cells."""

from __future__ import annotations

import base64
import binascii
import gzip
import html
import io
import json
import re
import zipfile
from collections.abc import Iterator
from urllib.parse import unquote

MAX_BYTES = 64 * 1024 * 1024  # of one unpacked file
DEPTH = 3  # archives in archives, data in addresses
_TAG = re.compile(r"<!--|-->|</?[a-zA-Z][^<>]*>")
_SOFT = re.compile(r"<wbr\s*/?>|&shy;|\u00ad|\u200b")  # places where a word may be broken
_DATA = re.compile(r"data:[\w/+.;=-]*?;base64,([A-Za-z0-9+/=%]+)")
_TYPED = re.compile(r'\{[^{}]*"bdata"[^{}]*\}')  # how plotly packs the numbers of a trace
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_PERCENT = re.compile(r"%[0-9a-fA-F]{2}")


def texts_of(content: bytes, depth: int = DEPTH) -> Iterator[str]:
    """The content of a file in every way in which a reader or a program may come to read it."""
    if depth and content[:2] == b"\x1f\x8b":
        yield from _unpacked(content, depth)
    elif depth and content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield name
                with archive.open(name) as file:
                    yield from texts_of(file.read(MAX_BYTES), depth - 1)
    elif content[:4] == content[-4:] == b"PAR1":
        yield from _cells(content)
    else:
        yield from _readings(content.decode("utf-8", "replace"), depth)


def _unpacked(content: bytes, depth: int) -> Iterator[str]:
    with gzip.open(io.BytesIO(content)) as file:
        yield from texts_of(file.read(MAX_BYTES), depth - 1)


def _readings(text: str, depth: int) -> Iterator[str]:
    yield text
    if _ESCAPE.search(text):
        text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
        yield text
    if "<" in text or "&" in text:
        yield html.unescape(_TAG.sub(" ", _SOFT.sub("", text)))
        yield html.unescape(_TAG.sub("", _SOFT.sub("", text)))  # a number may be in several marks
    if _PERCENT.search(text):
        yield unquote(text, errors="replace")
    for found in _DATA.finditer(text):
        if depth:
            yield from texts_of(_base64(unquote(found[1])), depth - 1)
    for packed in _TYPED.findall(text):
        yield _numbers(packed)


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b""


def _numbers(packed: str) -> str:
    import numpy as np

    try:
        found = json.loads(packed)
        values = np.frombuffer(_base64(found["bdata"]), found["dtype"])
    except (ValueError, TypeError, KeyError):
        return ""
    return " ".join(map(repr, values.tolist()))


def _cells(content: bytes) -> Iterator[str]:
    """Every cell of a Parquet file, and what its schema says."""
    import pyarrow.parquet as pq

    file = pq.ParquetFile(io.BytesIO(content))
    yield str(file.schema_arrow.to_string(truncate_metadata=False))
    yield repr(file.schema_arrow.metadata)
    for batch in file.iter_batches():
        for column in batch.columns:
            yield "\n".join(map(str, column.unique().to_pylist()))
