"""Why a point is missed under a renderer: `make quality` sets it behind the figure it measured."""

from __future__ import annotations

_BOOTSTRAP = "Bootstrap's two stylesheets, one by day and one by night, come before the first paint"
_SCRIPTS = "scripts, 80 KB for Bootstrap, navigation and search, start on every page"

# A reason stands here while its point is missed; a test fails for a missed point without one.
REASONS = {
    ("pandoc", 5): "drawn charts and tables are part of a page, so its own file is what takes long",
    ("pandoc", 7): "the page with the most charts has the most to lay out",
    (
        "pandoc",
        8,
    ): "485 KB after it are Plotly's bundle, which holds more than is drawn (decision 35)",
    ("quarto", 5): f"{_BOOTSTRAP}, 44 KB of them after cutting what no page uses (decision 24)",
    ("quarto", 7): f"Quarto's {_SCRIPTS}",
    (
        "quarto",
        8,
    ): "of these 80 KB are Quarto's scripts and 44 KB Bootstrap's styles (decision 24), "
    "and after it 485 KB Plotly's bundle (decision 35)",
    ("quarto", 10): "performance follows from points 5 and 7",
}
