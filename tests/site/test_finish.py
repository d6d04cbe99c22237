"""Finishing: what lies beside the pages, and what is cut out of them."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest
from lxml import html

from processing.board.reader import Release
from processing.errors import BoardError, SiteError
from processing.site.finishing.finish import finish
from processing.site.finishing.foreign import is_foreign, without_foreign, without_foreign_imports
from processing.site.finishing.landmarks import with_landmarks
from processing.site.finishing.late import with_late_scripts
from processing.site.finishing.plotly import BUNDLES, find_plotly, kinds
from processing.site.finishing.publish import is_ours
from processing.site.finishing.rules import script_words
from processing.site.finishing.styles import with_styles
from processing.site.rendering.pandoc import render
from scripts import lay_downloads
from tests.conftest import ROOT, BuiltSite
from tests.site.handmade import CSV, PIN, UNIT, make_release
from tests.site.staged import code, make_stage, page, unit


class Finished:
    """A staged site, rendered and finished below a folder."""

    def __init__(self, where: Path, **pages: bytes) -> None:
        shown = pages or {"index": page("This week", code("view()", unit()))}
        self.out, self.root = where / "out", where / "root"
        render(make_stage(where, shown), self.out)
        self.release = make_release(where / "finished")

    def finish(self, audience: str = "public") -> dict[str, Any]:
        finish(self.out, self.release, self.root, audience)
        found: dict[str, Any] = json.loads((self.out / "catalog.json").read_text())
        return found


def test_each_unit_gets_its_numbers_as_csv(tmp_path: Path) -> None:
    site = Finished(tmp_path)
    site.finish()
    assert (site.out / "data" / "sales-line.csv").read_text(encoding="utf-8") == CSV


def test_each_pin_lies_beside_the_pages_byte_for_byte(tmp_path: Path) -> None:
    site = Finished(tmp_path)
    (pin,) = site.finish()["pins"]
    content = (site.out / pin["href"]).read_bytes()
    assert pin["href"] == f"data/pins/{PIN}.parquet"
    assert hashlib.sha256(content).hexdigest() == pin["sha256"]
    assert len(content) == pin["bytes"]
    assert [column["unit"] for column in pin["columns"]] == ["date", "USD", "text"]


def test_the_catalog_names_pages_units_and_the_release(tmp_path: Path) -> None:
    site = Finished(tmp_path)
    found = site.finish()
    assert (found["generator"], found["site"]) == ("millpond", "Pond & Co")
    assert found["release"]["id"] == "20171121T060000Z-abcdef01"
    assert found["pages"] == [
        {
            "href": "index.html",
            "title": "This week",
            "description": "",
            "pins": [PIN],
            "units": ["sales-line"],
            "release": "20171121T060000Z-abcdef01",
        },
        {
            "href": "stores.html",
            "title": "Stores",
            "description": "",
            "pins": [],
            "units": [],
            "release": "20171121T060000Z-abcdef01",
        },
    ]
    assert found["units"] == [
        {
            "id": "sales-line",
            "title": "Sales rose",
            "kind": "chart",
            "href": "index.html#sales-line",
            "pin": PIN,
            "columns": ["week_end_date", "sales_usd", "note"],
            "rows": 2,
            "csv": "data/sales-line.csv",
            "csv_bytes": len(CSV.encode()),
        }
    ]
    assert is_ours(site.out)


def test_the_same_site_is_finished_to_the_same_bytes(tmp_path: Path) -> None:
    sites = [Finished(tmp_path / name) for name in ("a", "b")]
    contents = []
    for site in sites:
        site.finish()
        site.finish()  # a second time changes nothing
        files = sorted(path for path in site.out.rglob("*") if path.is_file())
        contents.append([(path.relative_to(site.out), path.read_bytes()) for path in files])
    assert contents[0] == contents[1]


def test_plotly_comes_only_where_a_chart_is_drawn(tmp_path: Path) -> None:
    chart, table = Finished(tmp_path / "a"), Finished(tmp_path / "b", index=page("T", "Text."))
    chart.finish()
    table.finish()
    assert (chart.out / "assets/vendor/plotly.min.js").stat().st_size > 100_000
    assert not (table.out / "assets/vendor").exists()


def test_a_page_brings_the_styles_it_would_wait_for(tmp_path: Path) -> None:
    """In their order; those that name files, and those of others, stay links."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets/a.css").write_text("/* why */\na {\n  color: red;\n}\n")
    (tmp_path / "assets/b.css").write_text("b { background: url(b.png); }")
    (tmp_path / "assets/late.css").write_text("i { color: blue; }")
    names = ("assets/a.css", "assets/b.css", "site_libs/x/a.css", "assets/../x.css", "assets/n.css")
    links = [f'<link rel="stylesheet" href="{name}">' for name in names]
    late = '<link rel="stylesheet" href="assets/late.css">'
    made = with_styles(f"<head>{''.join(links)}</head><body><p>{late}</p></body>", tmp_path)
    first = "<style>a { color: red; }</style>\n"
    last = "<style>i { color: blue; }</style>\n"
    assert made == f"<head>{first}{''.join(links[1:])}{last}</head><body><p></p></body>"


def test_the_smallest_bundle_that_draws_every_chart_is_taken(tmp_path: Path) -> None:
    assert find_plotly(tmp_path).name == "plotly.min.js"
    basic, cartesian = (tmp_path / path for path, _ in BUNDLES)
    for bundle in (basic, cartesian):
        bundle.parent.mkdir(parents=True)
        bundle.write_text("x")
    assert find_plotly(tmp_path, {"bar", "scatter"}) == basic
    assert find_plotly(tmp_path, {"bar", "box"}) == cartesian
    assert find_plotly(tmp_path, {"bar", "sankey"}).name == "plotly.min.js"
    basic.unlink()
    assert find_plotly(tmp_path, {"bar"}) == cartesian


def test_the_bundles_draw_what_they_say() -> None:
    """As npm brought them: each registers a module for each type that is named."""
    for path, able in BUNDLES:
        if not (ROOT / path).is_file():
            pytest.skip("needs npm")
        text = (ROOT / path).with_name("README.md").read_text(encoding="utf-8")
        (said,) = re.findall(r"Contains trace modules (.+)\.", text)
        assert set(re.findall(r"`(\w+)`", said)) == able


@pytest.mark.parametrize(
    ("axis", "types", "drawn"),
    [
        ("date", ["heatmap"], {"bar"}),
        ("category", ["heatmap", "scatter"], {"heatmap", "scatter"}),
        ("linear", ["box", None], {"box", "scatter"}),
    ],
)
def test_what_a_browser_draws(axis: str, types: list[str | None], drawn: set[str]) -> None:
    """A heat map over days is drawn as the bars of a timeline; a trace without a type is a line."""
    data = [{"type": name} if name else {} for name in types]
    assert kinds({"data": data, "layout": {"xaxis": {"type": axis}}}) == drawn


def with_audience(release: Release, audience: str) -> Release:
    (entry,) = release.manifest.pins
    contract = msgspec.structs.replace(entry.contract, audience=audience)
    pins = (msgspec.structs.replace(entry, contract=contract),)
    return dataclasses.replace(
        release, manifest=msgspec.structs.replace(release.manifest, pins=pins)
    )


def test_an_internal_pin_never_reaches_a_public_site(tmp_path: Path) -> None:
    site = Finished(tmp_path)
    site.release = with_audience(site.release, "internal")
    with pytest.raises(SiteError, match=rf"index\.html shows pin {PIN}, which this site may not"):
        site.finish()
    assert not (site.out / "data").exists()
    assert [pin["name"] for pin in site.finish("internal")["pins"]] == [PIN]


def test_a_pin_whose_bytes_are_not_those_released_stops_it(tmp_path: Path) -> None:
    site = Finished(tmp_path)
    site.release.path(PIN).write_bytes(b"other")
    with pytest.raises(BoardError, match="is not what was released"):
        site.finish()


def test_a_unit_id_stands_once_in_the_whole_site(tmp_path: Path) -> None:
    twice = {name: page(name, code("view()", unit())) for name in ("index", "stores")}
    with pytest.raises(SiteError, match=r"stands twice: on index\.html and on stores\.html"):
        Finished(tmp_path, **twice).finish()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('{"unit": "sales-line"', '{"unit": "../../x"'),
        ('{"unit": "sales-line"', '{"unit": "other"'),
        ('{"unit": "sales-line",', "{"),
        ('"rows": [[', '"rows": [['.rstrip("[")),
    ],
)
def test_a_broken_unit_is_named(tmp_path: Path, old: str, new: str) -> None:
    assert old in UNIT
    site = Finished(tmp_path, index=page("T", code("view()", unit(UNIT.replace(old, new)))))
    with pytest.raises(SiteError, match=r"index\.html: unit 'sales-line' cannot be read"):
        site.finish()


FOREIGN = """<html><head>
<link rel="preconnect" href="//fonts.example.org">
<link rel="stylesheet" href="https://fonts.example.org/a.css">
<link rel="canonical" href="https://site.example.org/"/>
<link rel="stylesheet" href="a.css">
<style>@import url("https://x.example.org/a;b.css"); b { c: d }</style>
<script src="https://cdn.example.org/require.js" integrity="a>b"></script>
<script src="a.js"></script></head>
<body><p>&lt;script src="https://kept.example.org"&gt;</p>
<!-- <script src="https://comment.example.org"></script> -->
<script type="application/json">{"a": "<link href='https://kept.example.org'>"}</script>
<a href="https://kept.example.org">b</a></body></html>
"""


def test_only_what_is_fetched_from_elsewhere_is_cut() -> None:
    kept = """<html><head>


<link rel="canonical" href="https://site.example.org/"/>
<link rel="stylesheet" href="a.css">
<style> b { c: d }</style>

"""
    after = FOREIGN[FOREIGN.index('<script src="a.js">') :]
    assert without_foreign(FOREIGN) == kept + after


@pytest.mark.parametrize(
    "rule",
    [
        '@import "https://x.example.org/a.css";',
        "@import url(//x.example.org/a.css) screen;",
        "@IMPORT url( 'http://x.example.org/a?b;c' );",
    ],
)
def test_foreign_imports_leave_a_stylesheet(rule: str) -> None:
    assert without_foreign_imports(f"a{{}}{rule}b{{}}") == "a{}b{}"


def test_own_imports_stay() -> None:
    assert without_foreign_imports('@import "a.css"; b{}') == '@import "a.css"; b{}'


@pytest.mark.parametrize("address", ["https://a.b", "HTTP://a", "//a", " //a", "\\\\a", "https:/a"])
def test_addresses_of_other_hosts(address: str) -> None:
    assert is_foreign(address)


@pytest.mark.parametrize("address", [None, "", "a.js", "/a.js", "data:text/css,x", "#a", "../a"])
def test_addresses_of_our_own(address: str | None) -> None:
    assert not is_foreign(address)


def test_pages_and_styles_are_cleaned_and_untouched_ones_keep_their_bytes(tmp_path: Path) -> None:
    site = Finished(tmp_path)
    (site.out / "old.html").write_bytes(b"<meta http-equiv=refresh content='0; url=a'>\r\n\xff")
    (site.out / "assets" / "a.css").write_text("@import url(https://x.example.org/a.css);b{}")
    before = (site.out / "index.html").read_text()
    site.finish()
    after = (site.out / "index.html").read_text()
    (meta,) = re.findall('<meta http-equiv="Content-Security-Policy"[^>]*>', after)
    # No npm here, so there is nothing to search with.
    before = re.sub('<button class="search-open".*?</button>\n', "", before)
    words = script_words(site.out, find_plotly(tmp_path))
    before = with_late_scripts(with_styles(before, site.out, words))
    assert "<style>" in before and "<template" in before
    assert after.replace(meta, "") == before
    assert (site.out / "old.html").read_bytes().endswith(b"\r\n\xff")
    assert (site.out / "assets" / "a.css").read_text() == "b{}"


def test_quartos_navigation_is_named_and_its_button_is_no_menu() -> None:
    bar = '<nav class="navbar navbar-expand-lg " data-bs-theme="dark">'
    button = '<button class="navbar-toggler" type="button" role="menu" aria-expanded="false">'
    made = with_landmarks(f'{bar}{button}</button></nav><nav id="TOC" role="doc-toc"></nav>')
    assert made == (
        '<nav class="navbar navbar-expand-lg " aria-label="Pages" data-bs-theme="dark">'
        '<button class="navbar-toggler" type="button" aria-expanded="false"></button></nav>'
        '<nav id="TOC" role="doc-toc" aria-label="On this page"></nav>'
    )
    assert with_landmarks(made) == made


def test_a_page_of_quarto_gets_a_way_past_its_navigation() -> None:
    """As the first thing on the page, and once."""
    main = '<main class="content" id="quarto-document-content">'
    made = with_landmarks(f'<body class="nav-fixed">\n<header></header>{main}</main></body>')
    assert made.startswith(
        '<body class="nav-fixed">\n<a class="skip-link" href="#quarto-document-content">'
    )
    assert with_landmarks(made) == made
    assert with_landmarks("<body><main></main></body>") == "<body><main></main></body>"


def test_the_links_of_a_site_by_plain_quarto_lead_somewhere(
    built_site: BuiltSite, tmp_path: Path
) -> None:
    """What the post-render script of `_quarto.yml` does with pages that lie below `reports`."""
    pages = tmp_path / "_site" / "reports"
    pages.mkdir(parents=True)
    for path in built_site.folder.glob("*.html"):
        shutil.copy2(path, pages)
    lay_downloads.main(built_site.root, {"QUARTO_PROJECT_OUTPUT_DIR": str(tmp_path / "_site")})
    for path in pages.glob("*.html"):
        links = html.fromstring(path.read_bytes()).xpath("//main//a/@href")
        files = {str(link).partition("#")[0] for link in links} - {""}
        # A site by plain Quarto has no permanent addresses, and no link to any.
        files = {name for name in files if not name.startswith("releases/")}
        assert [name for name in files if not (pages / name).is_file()] == [], path.name
