"""The charts and a table of one page as Plotly and Great Tables give them untouched."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import plotly.graph_objects as go
from great_tables import GT
from lxml import html
from plotly.offline import get_plotlyjs

from processing.site.pictures.drawing import filled

HEAD = '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Default</title>'
VIEWPORT = '<meta name="viewport" content="width=device-width, initial-scale=1">'


def write_default_page(page: Path, folder: Path) -> None:
    """Write `default.html`: the figures and first table of `page`; plotly.js lies beside it."""
    root = html.fromstring(page.read_bytes())
    blocks = [json.loads(s.text) for s in root.xpath("//script[contains(@class, 'mp-data')]")]
    charts = [block for block in blocks if block["figure"]]
    parts = [HEAD, VIEWPORT, '</head><body><script src="plotly.min.js"></script>']
    for block in charts:
        figure = block["figure"]
        data = [filled(block, number, trace) for number, trace in enumerate(figure["data"])]
        made = go.Figure(data=data, layout=figure["layout"])
        parts.append(made.to_html(full_html=False, include_plotlyjs=False))
    table = pd.DataFrame(charts[0]["rows"], columns=charts[0]["columns"])
    parts += [GT(table).as_raw_html(), "</body></html>"]
    (folder / "default.html").write_text("\n".join(parts), encoding="utf-8")
    (folder / "plotly.min.js").write_text(get_plotlyjs(), encoding="utf-8")
