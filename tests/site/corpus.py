"""Hostile text by kind, from the files in `hostile/`, and a project whose data is full of it."""

from __future__ import annotations

import re
import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tests.conftest import ROOT
from tests.integration.projects import TOML, build_every_table, make_project

FOLDER = Path(__file__).parent / "hostile"
CODE_POINT = re.compile(r"\\u\{([0-9a-f]+)\}")  # written like this where it would not be seen
LONG = (
    "x" * 20_000,
    "wide " * 2_000,
    "<b>" * 3_000,
    "\u202e" * 500,
    "{{<" * 1_000,
    "é\u0301" * 900,
)
BATCHES = 4  # a contract allows 100 departments, so the corpus takes several projects
DAYS = 45  # to 14 February 2017: five full weeks
CANARY = "canary-of-4179"
SECRETS = (
    "HOME", "USER", "MILLPOND_TOKEN", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "GITHUB_TOKEN",
    "PGPASSWORD", "DATABASE_URL", "QUARTO_SECRET",
)  # fmt: skip
FIRST = ("svg", "html", "urls", "attributes")  # these get the most sales, so that charts name them
UNIT = (
    'unit(pin("departments"), "drawn", headline="Drawn", subtitle="Sales", summary="Sales.", '
    'rows=records(pin("departments")), columns=[Shown("name", "text", "Name"), '
    'Shown("department", "text", "Code"), Shown("sales_usd", "usd0", "Sales")], '
    'chart=bars.plain(records(pin("departments")), "sales_usd", "name"))'
)
PAGE = """---
title: Every one
description: Every hostile string, as the views that authors start with show it.
---

```{python}
#| include: false
from processing.board.reader import pin
from processing.views import bars, plain
from processing.views.rows import records
from processing.views.table import Shown
from processing.views.unit import unit
```

```{python}
plain.table(pin("departments"), "every-one")
```

```{python}
UNIT
```
""".replace("UNIT", UNIT)


def read_corpus() -> dict[str, list[str]]:
    """Kind to its strings. One stands on each line of a file; `\\u{1b}` is the character 0x1b."""
    found = {
        path.stem: [
            CODE_POINT.sub(lambda match: chr(int(match[1], 16)), line)
            for line in path.read_text(encoding="utf-8").split("\n")
            if line
        ]
        for path in sorted(FOLDER.glob("*.txt"))
    }
    return {**found, "long": list(LONG)}


def batches() -> list[list[str]]:
    """The corpus in equal parts, each with something of every kind; `FIRST` kinds come first."""
    kinds = read_corpus()
    ordered = [text for kind in (*FIRST, *sorted({*kinds} - {*FIRST})) for text in kinds[kind]]
    return [ordered[start::BATCHES] for start in range(BATCHES)]


def hostile_project(folder: Path, number: int) -> Path:
    """The real pages over data in which departments are called by batches of the corpus.

    Batch `number` gives the codes, the next one the names, the one after it the categories.
    """
    root = make_project(folder)
    shutil.copytree(ROOT / "reports", root / "reports")
    for path in ROOT.glob("_*.yml"):
        shutil.copy2(path, root / path.name)
    if (ROOT / "node_modules").is_dir():
        (root / "node_modules").symlink_to(ROOT / "node_modules")
    (root / "reports" / "hostile.qmd").write_text(PAGE, encoding="utf-8")
    toml = TOML.replace("departments.csv", "departments.parquet")
    (root / "millpond.toml").write_text(toml + "[site]\nsize_budget_kb = 20000\n", encoding="utf-8")
    build_every_table(root)
    codes, names, categories = ((batches() * 2)[number + at] for at in range(3))
    pq.write_table(_names(codes, names), root / "departments.parquet")
    pq.write_table(_products(codes, categories), root / "products.parquet")
    sell(root, len(codes))
    return root


def sell(root: Path, departments: int, revised: int = 0) -> None:
    """Each department sells daily, earlier ones more; the first day's sales by `revised` more."""
    rows = [_line(day, place, revised) for day in range(DAYS) for place in range(departments)]
    pq.write_table(pa.Table.from_pylist(rows), root / "transactions.parquet")


def _names(codes: list[str], names: list[str]) -> pa.Table:
    """Some departments have no name: they are called by their code."""
    named = [(code, names[place]) for place, code in enumerate(codes) if place < len(names)]
    kinds = ["merchandise"] * len(named)
    columns = {"department": [c for c, _ in named], "name": [n for _, n in named], "kind": kinds}
    return pa.table(columns)


def _products(codes: list[str], categories: list[str]) -> pa.Table:
    last = len(categories) - 1
    described = [categories[min(place, last)] for place in range(len(codes))]
    numbers = list(range(1, len(codes) + 1))
    return pa.table({"product_id": numbers, "department": codes, "product_category": described})


def _line(day: int, place: int, revised: int) -> dict[str, object]:
    store, household = 7 + place % 2, 1 + (day + place) % 7
    return {
        "household_id": household,
        "store_id": store,
        "basket_id": day * 1000 + store * 10 + household,
        "product_id": 1 + place,
        "quantity": 1,
        "sales_value": 3.0 - place / 50 + (day * 7 + place) % 11 / 10 + (0 if day else revised),
        "retail_disc": 0.1,
        "coupon_disc": 0.0,
        "coupon_match_disc": 0.0,
        "week": (day + 6) // 7 + 1,
        "transaction_timestamp": datetime(2017, 1, 1, 17) + timedelta(days=day),
    }


LAST_DAY = date(2017, 2, 12)
