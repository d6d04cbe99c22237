"""Why a point is missed under a renderer: `make quality` sets it behind the figure it measured."""

from __future__ import annotations

_CHARTS = "the page with the most charts has the most to lay out"

# A reason stands here while its point is missed; a test fails for a missed point without one.
REASONS = {
    ("pandoc", 5): "drawn charts and tables are part of a page, so its own file is what takes long",
    ("pandoc", 7): _CHARTS,
    (
        "quarto",
        5,
    ): "12 KB of Bootstrap's rules are part of each page (decision 39)",
    ("quarto", 7): _CHARTS,
    ("quarto", 10): "performance follows from points 5 and 7",
}
