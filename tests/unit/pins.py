"""Small hand-made pins, drawn as text tables."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow as pa

from processing.board.manifest import Manifest, PinEntry, SourceEntry
from processing.board.reader import Pin
from processing.contracts.contract import CheckResult, Column, ColumnType, Contract
from processing.contracts.schema import ARROW

TEXT_COLUMNS = {"name", "department", "grain", "kind", "dimension", "band"}
TEXT_COLUMNS |= {"age", "age_name", "household_size", "size_name"}
TEXT_COLUMNS |= {"campaign_type", "type_name", "code", "airport", "rain"}
ENDS = {"_usd": "usd", "_pct": "pct", "_date": "date", "_to_base": "ratio", "_ratio": "ratio"}


def pin_of(name: str, key: str, table: str) -> Pin:
    """A pin whose rows stand in `table`: a header of column names, `-` for a missing value.

    Types follow from the names, as in the project: `_usd`, `_pct`, `_date`, `is_`, else a count.
    """
    header, *lines = [line.split("|") for line in table.strip().splitlines()]
    names = [cell.strip() for cell in header]
    rows = [[cell.strip() for cell in line] for line in lines]
    types = [column_type(column) for column in names]
    arrays = [
        pa.array([_value(kind, row[at]) for row in rows], ARROW[kind])
        for at, kind in enumerate(types)
    ]
    frame = pa.table(arrays, names=names).to_pandas(types_mapper=pd.ArrowDtype)
    columns = tuple(
        Column(name=column, type=kind, unit="unit", meaning=f"Meaning of {column}")
        for column, kind in zip(names, types, strict=True)
    )
    entry = entry_of(name, tuple(key.split()), columns, len(rows))
    return Pin(frame=frame, entry=entry, manifest=manifest_of(entry))


def column_type(name: str) -> ColumnType:
    for end, kind in ENDS.items():
        if name.endswith(end):
            return kind  # type: ignore[return-value]
    if name in {"baskets_mean4", "households_mean4"}:
        return "ratio"
    if name.startswith("is_"):
        return "bool"
    return "string" if name in TEXT_COLUMNS else "int64"


def _value(kind: ColumnType, text: str) -> Any:
    if text == "-":
        return None
    if kind in {"usd", "pct", "ratio"}:
        return Decimal(text)
    if kind == "date":
        return date.fromisoformat(text)
    if kind == "bool":
        return text == "yes"
    return text if kind == "string" else int(text)


def entry_of(
    name: str, key: tuple[str, ...], columns: tuple[Column, ...], rows: int, **changes: Any
) -> PinEntry:
    contract = Contract(
        title=name,
        grain="one row per " + " and ".join(key),
        key=key,
        columns=columns,
        treatment=("Lines without an amount add nothing.",),
        cadence="daily",
    )
    return PinEntry(
        **{
            "name": name,
            "version": "20261121T204500Z-abcde",
            "file": f"{name}.parquet",
            "sha256": "ab" * 32,
            "content_sha256": "cd" * 32,
            "bytes": 1234,
            "rows": rows,
            "data_to": "2017-11-21",
            "inputs": ("transactions",),
            "contract": contract,
            "results": (CheckResult(rule="key is unique", rows=rows, failed=0),),
            **changes,
        }
    )


def manifest_of(*entries: PinEntry, **changes: Any) -> Manifest:
    source = SourceEntry(
        name="transactions",
        address="package://somewhere/transactions.parquet",
        title="Transaction lines",
        licence="MIT",
        origin="The Complete Journey",
        sha256="ef" * 32,
        bytes=13_000_000,
        rows=1_300_000,
        updated="daily",
        first_date="2017-01-01",
        last_date="2017-11-21",
    )
    return Manifest(
        **{
            "format": 1,
            "id": "20261121T204500Z-0badcafe",
            "created_at": "2026-11-21T20:45:00+00:00",
            "as_of": "2017-11-21",
            "previous": None,
            "engine": "duckdb",
            "clock": "replay",
            "pins": entries,
            "sources": (source,),
            **changes,
        }
    )
