"""Pictures: from a unit's block to drawings, from Plotly's SVG to ours, and where they are kept."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from processing.site.pictures import store
from processing.site.pictures.cells import cells
from processing.site.pictures.drawing import WIDTHS, Drawing, drawings, filled
from processing.site.pictures.pages import places, with_pictures
from processing.site.pictures.svg import picture
from processing.views import theme
from tests.conftest import ROOT

HOSTILE = '<script>alert(1)</script><a href="javascript:x">&</a>'
BLOCK: dict[str, Any] = {
    "unit": "sales",
    "columns": ["name", "day", "sales"],
    "rows": [["A", "2017-01-02", 1.5], ["B", "2017-01-02", 2], ["A", "2017-01-09", None]],
    "figure": {
        "data": [{"type": "scatter"}],
        "layout": {"xaxis": {"nticks": 3, "type": "date"}},
        "narrow": {"xaxis": {"nticks": 2}},
        "colours": theme.variables(),
    },
    "encoding": [{"trace": 0, "x": "day", "y": "sales", "where": {"name": "A"}}],
}


def drawing(**figure: Any) -> Drawing:
    return Drawing("sales", "wide", 848, 360, figure, theme.variables())


def svg(inside: str) -> str:
    head = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">'
    return picture(f"{head}{inside}</svg>".encode(), drawing())


def test_a_trace_is_filled_with_the_rows_its_encoding_names() -> None:
    assert filled(BLOCK, 0, {"type": "scatter"}) == {
        "type": "scatter",
        "x": ["2017-01-02", "2017-01-09"],
        "y": [1.5, None],
    }


def test_the_narrow_drawing_alone_takes_the_narrow_layout() -> None:
    made = {one.variant: one for one in drawings(BLOCK, "m")}
    ticks = {name: one.figure["layout"]["xaxis"]["nticks"] for name, one in made.items()}
    assert ticks == {"narrow": 2, "middle": 3, "wide": 3}
    assert all(one.figure["layout"]["xaxis"]["type"] == "date" for one in made.values())


def test_a_key_changes_with_the_figure_the_size_the_unit_and_the_makers() -> None:
    """And with nothing else: the same figure is never drawn twice."""
    base = next(drawings(BLOCK, "m"))
    again = next(drawings(BLOCK, "m"))
    other_rows = next(drawings({**BLOCK, "rows": BLOCK["rows"][:1]}, "m"))
    other_unit = next(drawings({**BLOCK, "unit": "other"}, "m"))
    keys = [base.key("1"), base.key("2"), other_rows.key("1"), other_unit.key("1")]
    keys.append(next(drawings(BLOCK, "xl")).key("1"))
    assert again.key("1") == keys[0]
    assert len(set(keys)) == len(keys)


def test_colours_of_the_palette_become_variables_and_positions_are_rounded() -> None:
    teal = f"rgb{tuple(bytes.fromhex(theme.colour('teal')[1:]))}"
    made = svg(
        '<g transform="translate(10.04,20)"><g class="x"><path d="M0,1.2345L3.999,4" '
        f'style="fill: none; stroke: {teal}; stroke-width: 2px; opacity: 1;"/></g></g>'
    )
    assert (
        '<path d="M0,1.2L4,4" transform="translate(10,20)" fill="none" '
        'stroke="var(--mp-teal)" stroke-width="2"/>' in made
    )


def test_text_stays_text_with_its_lines_and_its_size_as_a_class() -> None:
    made = svg(
        '<g transform="translate(5,5)"><text x="1" y="2" transform="translate(10,0)" '
        'text-anchor="end" style="font-size: 12px; fill: rgb(27, 35, 39); font-family: x;">'
        '<tspan class="line" dy="0em" x="1" y="2">Health &amp;</tspan>'
        '<tspan class="line" dy="1.3em" x="1" y="2"><tspan style="font-weight:bold">B</tspan>'
        "</tspan></text></g>"
    )
    assert (
        '<text x="16" y="7" text-anchor="end" class="mp-t12" fill="var(--mp-ink)">'
        '<tspan x="16" y="7" dy="0em">Health &amp;</tspan>'
        '<tspan x="16" y="7" dy="1.3em"><tspan font-weight="650">B</tspan></tspan></text>' in made
    )


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '<foreignObject><body xmlns="http://www.w3.org/1999/xhtml">x</body></foreignObject>',
        '<a href="https://x.example"><rect width="5" height="5"/></a>',
        '<use xlink:href="https://x.example#a"/>',
        '<rect width="5" height="5" onclick="x()" style="fill: url(https://x.example#a)"/>',
        '<path d="M0,0L1,1" style="stroke: red;background:url(//x.example)"/>',
        '<path d="M0,0L1,1&quot; onload=&quot;x()" style="stroke: rgb(1,2,3);"/>',
        '<text x="1" y="1" style="font-size: 12px; fill: expression(x)"><a href="x">t</a></text>',
        "<style>@import url(//x.example)</style>",
        '<animate attributeName="href" values="javascript:x"/>',
    ],
)
def test_nothing_but_shapes_and_text_gets_through(hostile: str) -> None:
    made = svg(hostile + '<rect x="1" y="1" width="5" height="5" style="fill: rgb(1, 2, 3);"/>')
    assert not re.search(r"script|foreign|href|example|on\w+=|style|expression|import|<use", made)
    assert made.count("<rect") >= 1


def test_text_from_data_stays_inert() -> None:
    inert = HOSTILE.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    made = svg(f'<text x="1" y="1">{inert}</text>')
    root = etree.fromstring(made)
    assert [tag.tag for tag in root.iter()] == ["svg", "text"]
    assert root[0].text == HOSTILE


def test_ids_are_counted_and_the_same_each_time() -> None:
    """Plotly's own ids are random; only those in use are kept."""
    parts = '<defs><clipPath id="clip{0}"><rect width="9" height="9"/></clipPath></defs>' + (
        '<g clip-path="url(#clip{0})"><path d="M0,0L9,9" style="stroke: rgb(1, 2, 3);"/></g>'
    )
    assert svg(parts.format("a1b2c3")) == svg(parts.format("ffffff"))
    assert 'clip-path="url(#sales-wide-1)"' in svg(parts.format("a1b2c3"))
    assert svg(parts.format("x")).count("sales-wide-1") == 2


def test_what_cannot_be_seen_is_left_out() -> None:
    made = svg(
        '<rect width="9" height="9" style="fill: rgb(0, 0, 0); fill-opacity: 0;"/>'
        '<path class="xlines-below"/><path d="M0,0" style="fill: none;"/><text x="1" y="1"/>'
        '<g style="opacity: 0;"><rect width="1" height="1" style="fill: rgb(1, 1, 1)"/></g>'
    )
    assert re.sub(r"<svg[^>]*>", "<svg>", made) == "<svg></svg>"


def test_what_is_no_svg_is_an_error() -> None:
    with pytest.raises(ValueError, match="no SVG"):
        picture(b"<svg", drawing())


HEAT = {
    "type": "heatmap",
    "zmin": -30,
    "zmax": 30,
    "xgap": 1,
    "ygap": 1,
    "colorscale": [[0, "#b3450b"], [0.5, "#eef2f3"], [1, "#0a6472"]],
    "x": ["2017-01-02", "2017-01-09", "2017-01-02"],
    "y": ["A", "A", "B"],
    "z": [30, -15, 0],
}


def test_a_heat_map_is_a_ground_shades_missing_cells_and_gaps() -> None:
    made = list(cells({"data": [HEAT], "layout": {}}, (0.0, 0.0, 100.0, 40.0)))
    assert made[0] == ("#eef2f3", 1, 40.0, "M0,20h100")
    assert ("#0a6472", 1.0, 20.0, "M0,10h50") in made  # 30 is full
    assert ("#b3450b", 0.48, 20.0, "M50,10h50") in made  # half, to the nearest of 25 steps
    assert ("#ffffff", 1.0, 20.0, "M50,30h50") in made  # the second week of B is not there
    assert made[-2:] == [("#ffffff", 1, 1, "M50,0v40"), ("#ffffff", 1, 1, "M0,20h100")]


def test_a_cell_with_a_text_has_a_dash_that_stands_out_from_its_shade() -> None:
    """Nine px, in ink on a thin shade and in the colour of the ground on a full one."""
    marked = {**HEAT, "text": ["–", "–", ""]}
    made = list(cells({"data": [marked], "layout": {}}, (0.0, 0.0, 100.0, 40.0)))
    assert made[-2:] == [("#1b2327", 1, 1.5, "M70.5,10h9"), ("#ffffff", 1, 1.5, "M20.5,10h9")]


def test_a_heat_map_of_names_keeps_the_order_of_its_axes() -> None:
    """One colour, growing: the scale begins at its first colour; what is missing is the ground."""
    scale = [[0, "#eef2f3"], [1, "#0a6472"]]
    fields = {"x": ["b", "a"], "y": ["B", "A"], "z": [4, None], "zmin": 0, "zmax": 4}
    layout = {"xaxis": {"categoryarray": ["a", "b"]}, "yaxis": {"categoryarray": ["A", "B"]}}
    trace = {"type": "heatmap", "colorscale": scale, **fields}
    made = list(cells({"data": [trace], "layout": layout}, (0.0, 0.0, 100.0, 40.0)))
    assert made == [
        ("#eef2f3", 1, 40.0, "M0,20h100"),
        ("#0a6472", 1.0, 20.0, "M50,30h50"),
        ("#ffffff", 1.0, 20.0, "M0,10h50M50,10h50M0,30h50"),
    ]


def test_an_image_that_is_no_heat_map_is_an_error() -> None:
    with pytest.raises(ValueError, match="no heat map"):
        list(cells({"data": []}, (0, 0, 1, 1)))


PAGE = """<html><body><p>é</p>
<figure class="mp-unit mp-unit-chart" id="a"><div class="mp-picture mp-size-xl" role="img">
<noscript><div>no</div></noscript></div>
<script type="application/json" class="mp-data">{"unit": "a", "figure": {"data": []}}</script>
</figure><figure class="mp-unit" id="b">
<script type="application/json" class="mp-data">{"unit": "b", "figure": null}</script></figure>
<figure class="mp-unit" id="c"><div class="mp-picture"></div>
<script type="application/json" class="mp-data">{broken</script></figure></body></html>
"""


def test_a_picture_takes_the_place_of_what_stood_there_and_nothing_else_changes() -> None:
    assert [(place.block["unit"], place.size) for place in places(PAGE)] == [("a", "xl")]
    made = with_pictures(PAGE, {"a": "<svg></svg>", "b": "<svg></svg>", "c": "<svg></svg>"})
    assert made == PAGE.replace("\n<noscript><div>no</div></noscript>", "<svg></svg>")
    assert with_pictures(made, {"a": "<svg></svg>"}) == made
    assert with_pictures(PAGE, {}) == PAGE


def test_a_kept_picture_is_whole_or_not_there(tmp_path: Path) -> None:
    store.save(tmp_path, "k", "<svg >é</svg>")
    assert store.load(tmp_path, "k") == "<svg >é</svg>"
    (tmp_path / "k.svg").write_text("<svg >")
    assert store.load(tmp_path, "k") is None
    assert store.load(tmp_path, "other") is None


def test_the_store_is_bounded_but_keeps_what_is_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "KEPT", 3)
    for name in "abcde":
        store.save(tmp_path, name, "<svg ></svg>")
    store.prune(tmp_path, ["a", "b"])
    kept = {path.stem for path in tmp_path.glob("*.svg")}
    assert {"a", "b"} <= kept
    assert len(kept) == 3


def test_the_style_sheet_shows_each_drawing_where_its_width_is_near() -> None:
    """From the width at which a drawing shows, its text is at least 12 px; it grows with scale."""
    css = ROOT.joinpath("reports/assets/millpond.css").read_text("utf-8")
    for variant in WIDTHS:
        assert f".mp-svg-{variant}" in css
    assert WIDTHS["narrow"][0] <= 320 - 2 * 16
    for start, variant in re.findall(
        r"min-width: (\d+)px\) {[^}]*}? ?\.mp-svg-(\w+) { display: block", css
    ):
        assert int(start) / WIDTHS[variant][0] * theme.TEXT_SIZE >= 11, variant
