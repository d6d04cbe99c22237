"""What a search can find, and what it leads to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from processing.site.finishing.search import index_script, sections_of, write_search
from processing.site.finishing.vendor import BUNDLES, NO_READER, copy_reader

BUTTON = (
    '<button class="search-open" type="button" hidden><svg></svg><span>Search</span></button>\n'
)
PAGE = """<!doctype html><html><body><header>{button}</header><main>
<h1>Weekly <em>sales</em></h1><p>Before the first section, <b>bold</b>ly.</p>
<section id="one"><h2>One</h2><p>First words.</p>
<figure class="mp-unit" id="chart"><h3>Grocery leads</h3><p>Sum<wbr>mary</p>
<script type="application/json">{{"hidden": 1}}</script>
<table><caption>cap</caption><thead><tr><th>Week</th></tr></thead><tbody>
<tr><th>Deli</th><td>12</td></tr><tr><th>Deli</th><td>13</td></tr></tbody></table></figure>
<p>After the chart.</p></section>
<section class="mp-release" id="release"><h2>Release</h2><p>On every page.</p></section>
</main></body></html>"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "page.html").write_text(PAGE.format(button=BUTTON), encoding="utf-8")
    return tmp_path


def bundled(root: Path) -> Path:
    (root / BUNDLES).mkdir(parents=True)
    (root / BUNDLES / "minisearch.js").write_text("var MiniSearch;", encoding="utf-8")
    return root


def test_sections_and_units_are_places_of_their_own(site: Path) -> None:
    """Each has its address, the title of its page, its heading and its own words."""
    found = sections_of(site / "page.html", site)
    assert [(one.href, one.page, one.heading, one.text) for one in found] == [
        ("page.html", "Weekly sales", "", "Before the first section, boldly."),
        ("page.html#one", "Weekly sales", "One", "First words. After the chart."),
        ("page.html#chart", "Weekly sales", "Grocery leads", "Summary Deli"),
    ]


def test_the_index_of_hostile_text_is_inert(site: Path) -> None:
    """Nothing in it ends a script or a line, and it reads back as it was."""
    hostile = "</script><script>alert(1)</script> \u2028 {{< env HOME >}} 'x' \\ `y`"
    (section, *_) = sections_of(site / "page.html", site)
    section.words = [hostile]
    script = index_script([section])
    assert "<" not in script
    assert "\u2028" not in script
    assert "{{" not in script
    prefix = "self.millpondSections = "
    assert script.startswith(prefix)
    assert json.loads(script.removeprefix(prefix).rstrip(";\n"))[0]["text"] == " ".join(
        hostile.split()
    )


def test_library_and_index_lie_beside_the_pages(site: Path, tmp_path_factory) -> None:
    """Both are there once a page has the button."""
    root = bundled(tmp_path_factory.mktemp("root"))
    write_search(root, site, [site / "page.html"])
    assert sorted(path.name for path in (site / "site_libs/millpond").iterdir()) == [
        "minisearch.js",
        "search-index.js",
    ]
    assert "search-open" in (site / "page.html").read_text(encoding="utf-8")


def test_without_npm_there_is_no_button_that_does_nothing(site: Path) -> None:
    """The page loses its button and nothing else."""
    write_search(site, site, [site / "page.html"])
    assert (site / "page.html").read_text(encoding="utf-8") == PAGE.format(button="")
    assert not (site / "site_libs").exists()


def test_pages_of_another_renderer_are_left_alone(site: Path) -> None:
    """Quarto brings its own search, so its pages have no such button."""
    (site / "page.html").write_text(PAGE.format(button=""), encoding="utf-8")
    write_search(bundled(site), site, [site / "page.html"])
    assert not (site / "site_libs").exists()


def test_without_npm_the_explorer_gets_an_empty_reader(tmp_path: Path) -> None:
    """The script asks for the file by name: that it is empty tells it what to say."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets/explorer.js").touch()
    copy_reader(tmp_path, tmp_path)
    assert (tmp_path / "assets/vendor/hyparquet.js").read_text(encoding="utf-8") == NO_READER


def test_a_site_without_the_explorer_gets_no_reader(tmp_path: Path) -> None:
    """Nothing is copied that no page uses."""
    copy_reader(tmp_path, tmp_path)
    assert list(tmp_path.iterdir()) == []
