"""Small projects for the renderers: pages written as Markdown, staged as the real ones are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lxml import html

from processing.site.rendering.pandoc import render
from processing.site.rendering.stage import stage
from tests.site.handmade import UNIT, make_release

CONFIG = """
project: {type: website, output-dir: _site, render: [reports/*.qmd], resources: [reports/assets/**]}
lang: en
website:
  title: Pond & Co
  favicon: reports/assets/favicon.svg
  navbar:
    left:
      - {text: This week, href: reports/index.qmd}
      - reports/stores.qmd
  page-footer:
    left: Made by a *press*.
    right: [{text: About, href: reports/stores.qmd}]
execute: {echo: false}
format:
  html:
    theme: default
    css: reports/assets/millpond.css
    include-in-header: [{text: '<script src="assets/millpond.js" defer></script>'}]
    toc: true
    html-math-method: mathml
"""

Cell = dict[str, Any]


def raw(text: str) -> Cell:
    return {"cell_type": "raw", "id": "front", "metadata": {}, "source": text}


def prose(text: str) -> Cell:
    return {"cell_type": "markdown", "id": "prose", "metadata": {}, "source": text}


def code(source: str, *outputs: str, mime: str = "text/markdown") -> Cell:
    """A cell that showed the given texts."""
    shown = [
        {"output_type": "display_data", "metadata": {}, "data": {mime: text}} for text in outputs
    ]
    return {
        "cell_type": "code",
        "id": "code",
        "metadata": {},
        "execution_count": 1,
        "source": source,
        "outputs": shown,
    }


def unit(text: str = UNIT) -> str:
    """The Markdown that a view gives for the figure unit of the handmade site."""
    return f"```{{=html}}\n{text}```\n"


def notebook(*cells: Cell) -> bytes:
    content = {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(content).encode()


def page(title: str, *cells: Cell | str, front: str = "") -> bytes:
    """A notebook with that title; plain strings are prose."""
    body = [prose(cell) if isinstance(cell, str) else cell for cell in cells]
    return notebook(raw(f"---\ntitle: {title}\n{front}---"), *body)


def make_stage(where: Path, pages: Mapping[str, bytes], config: str = CONFIG) -> Path:
    """The staged project of these pages, below `where`; `index` and `stores` always exist."""
    assets = where / "root" / "reports" / "assets"
    assets.mkdir(parents=True)
    for name in ("millpond.css", "millpond.js", "favicon.svg"):
        (assets / name).write_text(f"/* {name} */\n", encoding="utf-8")
    (where / "root" / "_quarto.yml").write_text(config, encoding="utf-8")
    every = {"index": page("This week", "Text."), "stores": page("Stores", "Text."), **pages}
    stage(where / "root", every, make_release(where / "board").manifest, where / "stage")
    return where / "stage"


def rendered(where: Path, *cells: Cell | str, front: str = "", config: str = CONFIG) -> Any:
    """The page `index` with these cells as the embedded renderer makes it, parsed by lxml."""
    staged = make_stage(where, {"index": page("This week", *cells, front=front)}, config)
    render(staged, where / "out")
    return html.document_fromstring((where / "out" / "index.html").read_bytes())


def words(element: Any) -> str:
    """The text of an element with single spaces."""
    return " ".join(str(element.text_content()).split())
