"""The look of every picture: one Plotly template in the colours of `_brand.yml`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from processing.views.palette import PALETTE, SERIES

if TYPE_CHECKING:
    import plotly.graph_objects as go

TEXT_SIZE = 13
SMALL_TEXT_SIZE = 12  # nothing in a picture is smaller


def colour(role: str) -> str:
    """The light colour of a role; the page's script swaps it for the reader's theme."""
    return PALETTE[role][0]


def variables() -> dict[str, str]:
    """Light colour -> CSS variable, for the script that recolours a figure."""
    return {light: f"--mp-{role}" for role, (light, _) in PALETTE.items()}


def diverging() -> list[list[object]]:
    """A colour scale from rust (below) over the middle to teal (above)."""
    return [[0, colour("rust")], [0.5, colour("middle")], [1, colour("teal")]]


def template() -> go.layout.Template:
    """Transparent ground, light grid, horizontal text of 12 px and more, no legend, no zoom."""
    import plotly.graph_objects as go

    axis = {
        "gridcolor": colour("grid"),
        "linecolor": colour("grid"),
        "zerolinecolor": colour("muted"),
        "zerolinewidth": 1,
        "tickfont": {"size": SMALL_TEXT_SIZE, "color": colour("muted")},
        "tickangle": 0,
        "ticks": "",
        "fixedrange": True,
        "automargin": True,
        "title": {"text": ""},
    }
    layout = {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"size": TEXT_SIZE, "color": colour("ink")},
        "colorway": [colour(role) for role in SERIES],
        "showlegend": False,
        "dragmode": False,
        "hovermode": "closest",
        "margin": {"l": 8, "r": 8, "t": 12, "b": 8, "pad": 4},
        "xaxis": {**axis, "showgrid": False},
        "yaxis": axis,
        "annotationdefaults": {"showarrow": False, "font": {"size": TEXT_SIZE}},
    }
    return go.layout.Template(layout=layout)
