"""A small project with two pages, for tests that render it."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.conftest import ROOT
from tests.integration.projects import make_project

PAGE = """---
title: {title}
description: A page of a test.
---

```{{python}}
#| include: false
from processing.board.reader import pin
from processing.views import plain
```

```{{python}}
{cell}
```
"""
GOOD_CELL = 'plain.table(pin("weeks"), "weeks-{name}")'
QUARTO = """project:
  type: website
  output-dir: _site
  render: [reports/*.qmd]
website:
  title: Small
  navbar:
    left:
      - {href: reports/index.qmd, text: Home}
      - {href: reports/other.qmd, text: Other}
execute: {echo: false}
format:
  html: {toc: false}
"""


def write_page(root: Path, name: str, cell: str) -> None:
    """A page with one cell besides its imports."""
    text = PAGE.format(title=name.capitalize(), cell=cell)
    (root / "reports" / f"{name}.qmd").write_text(text, encoding="utf-8")


def small_site(folder: Path) -> Path:
    """A project of small files and two pages."""
    root = make_project(folder)
    (root / "reports").mkdir()
    (root / "_quarto.yml").write_text(QUARTO, encoding="utf-8")
    shutil.copytree(ROOT / "reports" / "assets", root / "reports" / "assets")
    for name in ("index", "other"):
        write_page(root, name, GOOD_CELL.format(name=name))
    return root
