"""A pin's rows as the check sees them: read from the file itself, not through the views."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow.parquet as pq

from processing.board.reader import Release, verified_bytes
from processing.site.check.block import canonical, stored_text


@dataclass(frozen=True)
class PinTable:
    """The columns of one pin, by name: decimals as Decimal, dates as date, missing as None."""

    name: str
    columns: Mapping[str, Sequence[Any]]

    def project(self, names: Sequence[str]) -> list[tuple[object, ...]]:
        """One tuple of canonical values per row, for those columns."""
        return list(zip(*(map(canonical, self.columns[n]) for n in names), strict=True))

    def find(self, key: Mapping[str, str], column: str) -> tuple[Any] | str:
        """The cell of the one row whose columns read as `key` says; or why there is not one."""
        unknown = [name for name in (*key, column) if name not in self.columns]
        if unknown:
            return f"{self.name} has no column {', '.join(unknown)}"
        rows = range(len(self.columns[column]))
        for name, text in key.items():
            values = self.columns[name]
            rows = [i for i in rows if stored_text(values[i]) == text]  # type: ignore[assignment]
        if len(rows) != 1:
            return f"{self.name} has {len(rows)} such rows, not one"
        return (self.columns[column][rows[0]],)


def read_pin_table(release: Release, name: str) -> PinTable:
    """The pin of that name, its SHA-256 verified. BoardError when that is not so."""
    content = verified_bytes(release.path(name), release.manifest.pin(name))
    # `read_table` would import pandas, which takes longer than all there is to read here.
    with pq.ParquetFile(io.BytesIO(content)) as file:
        return PinTable(name, file.read().to_pydict())
