"""Start a new page or table from a pattern that works as it stands."""

from __future__ import annotations

import keyword
from pathlib import Path

from processing.board.names import PIN_NAME
from processing.config import Config
from processing.errors import UsageError
from processing.site.pages.qmd import PAGE_NAME
from processing.tables.registry import load_tables

PAGE = """---
title: {title}
description: One sentence for search results, under 160 characters.
---

```{{python}}
#| include: false
from processing.board.reader import pin
from processing.views import plain
```

What this page answers, in a sentence or two.

```{{python}}
plain.table(pin("weeks"), "{unit}-weeks")
```
"""

TABLE = '''"""{title}: one line that says what these tables are for."""

from __future__ import annotations

import narwhals as nw

from processing.contracts.contract import Check, Contract
from processing.contracts.frames import LazyFrame
from processing.tables import columns as c
from processing.tables.registry import table


@table(
    Contract(
        title="{title}",
        grain="One row per week",
        key=("week",),
        columns=(
            c.WEEK,
            c.column("lines", "int64", "transaction lines", "Lines on the receipts"),
        ),
        checks=(Check(kind="rows", says="between 1 and 53 weeks", minimum=1, maximum=53),),
        treatment=(c.WEEKS,),
        cadence="daily",
    )
)
def {name}(sales_by_week_store_department: LazyFrame) -> LazyFrame:
    """One row per week: how many lines the receipts had."""
    return sales_by_week_store_department.group_by("week").agg(
        lines=nw.col("lines").sum().cast(nw.Int64)
    )
'''

TEST = '''"""What the table {name} promises, on rows small enough to check by eye."""

from __future__ import annotations

from processing.tables.{name} import {name}
from tests.spec.frames import frame, rows


def test_lines_are_summed_by_week() -> None:
    """Each week has the lines of all its stores and departments."""
    lookup = frame("""
        week | lines
        1    | 2
        1    | 3
        2    | 5
    """)
    assert rows({name}(lookup), "week") == [(1, 5), (2, 5)]
'''


def scaffold_page(config: Config, name: str) -> str:
    """Write `reports/NAME.qmd`; what to do next. UsageError for an odd or taken name."""
    if not PAGE_NAME.fullmatch(name):
        raise _refused("Page", name, PAGE_NAME.pattern, "digits, hyphens and underscores")
    title = name.replace("-", " ").replace("_", " ").capitalize()
    path = config.root / config.site.pages / f"{name}.qmd"
    _create({path: PAGE.format(title=title, unit=name.replace("_", "-"))})
    return f"wrote {path}; add it to the navbar in _quarto.yml, then run `millpond site`"


def scaffold_table(config: Config, name: str) -> str:
    """Write the table's module and its spec test. UsageError for an odd or taken name."""
    if not PIN_NAME.fullmatch(name) or keyword.iskeyword(name):
        expected = f"{PIN_NAME.pattern}, and no word of Python"
        raise _refused("Table", name, expected, "digits and underscores")
    if name in load_tables() or name in config.sources:
        what = "table" if name in load_tables() else "source"
        raise UsageError(f"There already: a {what} {name}", next_step="choose another name")
    title = name.replace("_", " ").capitalize()
    module = config.root / "processing" / "tables" / f"{name}.py"
    test = config.root / "tests" / "spec" / f"test_{name}.py"
    _create({module: TABLE.format(name=name, title=title), test: TEST.format(name=name)})
    return f"wrote {module} and {test}; run `millpond build`, then `pytest {test}`"


def _refused(kind: str, name: str, expected: str, signs: str) -> UsageError:
    step = f"begin with a letter, and use lower-case letters, {signs}"
    return UsageError(f"{kind} name refused: {name!r}", expected=expected, next_step=step)


def _create(files: dict[Path, str]) -> None:
    """Write all files, or none when one of them is there already."""
    taken = [str(path) for path in files if path.exists()]
    if taken:
        raise UsageError(f"There already: {', '.join(taken)}", next_step="choose another name")
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
