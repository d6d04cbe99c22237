"""The charts and a table of one page as Quarto, Plotly and Great Tables give them untouched."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import plotly.graph_objects as go
from great_tables import GT
from lxml import html
from nbformat.v4 import new_code_cell, new_notebook, new_output
from plotly.offline import get_plotlyjs

from processing.site.pictures.drawing import filled
from processing.site.rendering.quarto import find_quarto

HEAD = '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Default</title>'
VIEWPORT = '<meta name="viewport" content="width=device-width, initial-scale=1">'
SCRIPT = '<script src="plotly.min.js"></script>'


def write_default_page(page: Path, folder: Path) -> str:
    """Write `default.html`: the figures and first table of `page`; who made it, in words.

    By Quarto where it is found, from an executed notebook as its users have; else by hand, without
    what Quarto adds. plotly.js lies beside it, where by default it comes from another host.
    """
    parts = [SCRIPT, *_parts(page)]
    (folder / "plotly.min.js").write_text(get_plotlyjs(), encoding="utf-8")
    if quarto := find_quarto():
        _by_quarto(quarto, parts, folder)
        return "Quarto and Plotly"
    text = "\n".join([HEAD, VIEWPORT, "</head><body>", *parts, "</body></html>"])
    (folder / "default.html").write_text(text, encoding="utf-8")
    return "Plotly, without Quarto"


def _parts(page: Path) -> list[str]:
    root = html.fromstring(page.read_bytes())
    blocks = [json.loads(s.text) for s in root.xpath("//script[contains(@class, 'mp-data')]")]
    charts = [block for block in blocks if block["figure"]]
    table = pd.DataFrame(charts[0]["rows"], columns=charts[0]["columns"])
    return [*map(_chart, charts), GT(table).as_raw_html()]


def _chart(block: dict[str, Any]) -> str:
    figure = block["figure"]
    data = [filled(block, number, trace) for number, trace in enumerate(figure["data"])]
    made = go.Figure(data=data, layout=figure["layout"])
    return str(made.to_html(full_html=False, include_plotlyjs=False))


def _by_quarto(quarto: Path, parts: list[str], folder: Path) -> None:
    """Render a notebook whose cells gave those parts; nothing is executed."""
    cells = [
        new_code_cell("…", outputs=[new_output("display_data", {"text/html": part})])
        for part in parts
    ]
    notebook = new_notebook(cells=cells, metadata={"title": "Default"})
    (folder / "default.ipynb").write_text(nbformat.writes(notebook), encoding="utf-8")
    command = [str(quarto), "render", "default.ipynb", "--to", "html", "-M", "title:Default"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=300)
