"""What a table holds, as one hash that no file format or library version changes."""

from __future__ import annotations

import hashlib

import pyarrow as pa


def content_sha256(table: pa.Table) -> str:
    """A hash of schema and values, the same whatever wrote the file and however it is chunked."""
    digest = hashlib.sha256(str(table.schema.remove_metadata()).encode())
    for column in table.columns:
        texts = column.cast(pa.string()).fill_null("\x00").to_pylist()
        digest.update("\x1f".join(texts).encode() + b"\x1e")
    return digest.hexdigest()
