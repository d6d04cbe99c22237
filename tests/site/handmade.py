"""A small site and its board, made by hand: good as it is, so that a test can break one thing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from processing.board.manifest import Manifest, PinEntry
from processing.board.reader import Release
from processing.contracts.contract import Column, Contract
from processing.site.check.site import Finding, check_site

PIN = "sales_by_week"
VERSION = "20171121T060000Z-abcde"

HEAD = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="description" content="What {title} says.">
<meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="assets/site.css"></head>
<body><nav aria-label="Pages"><a href="index.html">This week</a>
<a href="stores.html#top-stores">Stores</a></nav><main><h1>{title}</h1>
"""
FOOT = """</main></body></html>
"""
UNIT = """<figure class="mp-unit" id="sales-line" data-pin="sales_by_week">
<figcaption><h3 class="mp-headline">Sales <span
class="mp-claim" data-claim="max" data-pin="sales_by_week" data-row="week_end_date=2017-01-14"
data-column="sales_usd" data-among="">rose</span></h3><p class="mp-subtitle">Sales by week</p>
</figcaption>
<div class="mp-picture"></div>
<p class="mp-summary">Sales were highest in week 2.</p>
<details class="mp-table"><summary>Table</summary><div class="mp-scroll">
<table><caption>Sales by week</caption>
<thead><tr><th scope="col">Week ending</th><th scope="col">Sales</th><th scope="col">Note</th></tr>
</thead><tbody>
<tr><td>7 January 2017</td><td>$1,200.50</td><td>low</td></tr>
<tr><td>14 January 2017</td><td>$2,400.75</td><td>=SUM(1)</td></tr>
</tbody></table></div></details>
<p class="mp-source">Source: tills. Data to <time datetime="2017-01-14">14 January 2017</time>.
<a href="data/sales-line.csv" download>Download CSV, 0.1 KB</a></p>
<script type="application/json" class="mp-data">{"unit": "sales-line", "pin": "sales_by_week",
"version": "20171121T060000Z-abcde", "sha256": "SHA",
"columns": ["week_end_date", "sales_usd", "note"], "formats": ["date_long", "usd2", "text"],
"rows": [["2017-01-07", 1200.50, "low"], ["2017-01-14", 2400.75, "=SUM(1)"]],
"figure": {"data": [{"type": "scatter", "x": ["2017-01-07", "2017-01-14"],
"y": [1200.5, 2400.75]}], "layout": {}},
"encoding": [{"trace": 0, "x": "week_end_date", "y": "sales_usd", "where": {}}]}</script>
</figure>
"""
SENTENCE = """<p>Sales were <data class="mp-value" value="2400.75" data-pin="sales_by_week"
data-row="week_end_date=2017-01-14" data-column="sales_usd" data-format="usd0">$2,401</data>.</p>
<p><img src="assets/pond.png" alt="A pond"></p>
"""
CSV = "week_end_date,sales_usd,note\n2017-01-07,1200.50,low\n2017-01-14,2400.75,'=SUM(1)\n"


@dataclass
class Handmade:
    """The folder of the site and the release its numbers come from."""

    folder: Path
    release: Release

    def change(self, name: str, old: str, new: str) -> None:
        """Replace text that must be there in one file of the site."""
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {name}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def findings(self, budget_kb: int = 100) -> list[Finding]:
        return check_site(self.folder, self.release, budget_kb)


def make_release(board: Path) -> Release:
    """A board with one release of one pin of two rows."""
    file = board / "pins" / PIN / VERSION / f"{PIN}.parquet"
    file.parent.mkdir(parents=True)
    rows = {
        "week_end_date": pa.array([date(2017, 1, 7), date(2017, 1, 14)], pa.date32()),
        "sales_usd": pa.array([Decimal("1200.50"), Decimal("2400.75")], pa.decimal128(14, 2)),
        "note": pa.array(["low", "=SUM(1)"]),
    }
    pq.write_table(pa.table(rows), file)
    content = file.read_bytes()
    contract = Contract(
        title="Sales by week",
        grain="one row per week",
        key=("week_end_date",),
        columns=(
            Column(name="week_end_date", type="date", unit="date", meaning="last day"),
            Column(name="sales_usd", type="usd", unit="USD", meaning="sales"),
            Column(name="note", type="string", unit="text", meaning="a note"),
        ),
    )
    entry = PinEntry(
        name=PIN,
        version=VERSION,
        file=f"{PIN}/{VERSION}/{PIN}.parquet",
        sha256=hashlib.sha256(content).hexdigest(),
        content_sha256="",
        bytes=len(content),
        rows=2,
        data_to="2017-01-14",
        inputs=(),
        contract=contract,
        results=(),
    )
    manifest = Manifest(
        format=1,
        id="20171121T060000Z-abcdef01",
        created_at="2017-11-21T06:00:00Z",
        as_of="2017-01-14",
        previous=None,
        engine="duckdb",
        clock="replay",
        pins=(entry,),
        sources=(),
    )
    return Release(board=board, manifest=manifest)


def make_site(where: Path) -> Handmade:
    """A good site of two pages below `where`, with its board beside it."""
    release = make_release(where / "board")
    folder = where / "site"
    files = {
        "index.html": HEAD.format(title="This week")
        + SENTENCE
        + UNIT.replace("SHA", release.manifest.pins[0].sha256)
        + FOOT,
        "stores.html": HEAD.format(title="Stores") + '<h2 id="top-stores">Top</h2>' + FOOT,
        "assets/site.css": "body { background: url(pond.png) }",
        "assets/pond.png": "not looked at",
        "data/sales-line.csv": CSV,
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Handmade(folder, release)
