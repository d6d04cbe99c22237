"""What a table holds, as one hash that no file format or library version changes."""

from __future__ import annotations

import hashlib

import pyarrow as pa

EMPTY, CELL, COLUMN = "\x00", "\x1f", "\x1e"  # what stands for no value, between cells, and after all
ESCAPE = "\x1b"
ESCAPED = str.maketrans({sign: ESCAPE + repr(sign) for sign in (EMPTY, CELL, COLUMN, ESCAPE)})


def content_sha256(table: pa.Table) -> str:
    """A hash of schema and values, the same whatever wrote the file and however it is chunked.

    No two tables of other rows are hashed as the same text: signs with a meaning are escaped.
    """
    digest = hashlib.sha256(str(table.schema.remove_metadata()).encode())
    if not table.num_rows:
        digest.update(ESCAPE.encode())
    for column in table.columns:
        texts = column.cast(pa.string()).to_pylist()
        if pa.types.is_string(column.type):
            texts = [text if text is None else text.translate(ESCAPED) for text in texts]
        cells = CELL.join(EMPTY if text is None else text for text in texts)
        digest.update((cells + COLUMN).encode())
    return digest.hexdigest()
