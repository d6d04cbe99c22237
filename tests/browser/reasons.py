"""Why a point is missed under a renderer: `make quality` sets it behind the figure it measured."""

from __future__ import annotations

_BOOTSTRAP = "Bootstrap's two stylesheets, one by day and one by night, come before the first paint"
_CHARTS = "the page with the most charts has the most to lay out"
_PLOTLY = "485 KB after it are Plotly's bundle, which holds more than is drawn (decision 35)"

# A reason stands here while its point is missed; a test fails for a missed point without one.
REASONS = {
    ("pandoc", 5): "drawn charts and tables are part of a page, so its own file is what takes long",
    ("pandoc", 7): _CHARTS,
    ("pandoc", 8): _PLOTLY,
    ("quarto", 5): f"{_BOOTSTRAP}, 44 KB of them after cutting what no page uses (decision 24)",
    ("quarto", 7): _CHARTS,
    ("quarto", 8): _PLOTLY,
    ("quarto", 10): "performance follows from points 5 and 7",
}
