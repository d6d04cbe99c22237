"""Quarto's search waits for who wants it, and its index can be read from a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from processing.site.finishing.quarto_search import (
    ASK_AT,
    INDEX_SCRIPT,
    with_search_on_demand,
    write_quarto_search,
)

COPIES = '<script src="site_libs/clipboard/clipboard.min.js"></script>\n'
SEARCH = "".join(
    f'<script src="site_libs/quarto-search/{name}.js"></script>\n'
    for name in ("autocomplete.umd", "fuse.min", "quarto-search")
)
PLACE = '<div id="quarto-search" class="" title="Find"></div>'
PAGE = f"<html><head>\n{COPIES}{SEARCH}</head><body>{PLACE}</body></html>"


def test_a_button_stands_in_the_place_of_the_scripts() -> None:
    """It names them all in their order; what pages may need for themselves stays as well."""
    made = with_search_on_demand(PAGE)
    head, body = made.split("</head>")
    assert COPIES in head and "quarto-search/" not in head
    assert f'<script src="{ASK_AT}" defer></script>' in head
    asked = body.split('data-scripts="')[1].split('"')[0].split()
    assert [name.rpartition("/")[2] for name in asked] == [
        "clipboard.min.js",
        "autocomplete.umd.js",
        "fuse.min.js",
        "quarto-search.js",
    ]
    assert 'aria-label="Find"' in body
    assert with_search_on_demand(made) == made


@pytest.mark.parametrize("missing", [SEARCH, PLACE])
def test_any_other_page_stays_as_it_is(missing: str) -> None:
    """Without that search, or with it in another place."""
    page = PAGE.replace(missing, "")
    assert with_search_on_demand(page) == page


def test_the_index_as_a_script_is_the_same_and_inert(tmp_path: Path) -> None:
    """No text in it ends the script or a line."""
    entries = [{"href": "a.html", "text": "</script><script>fired()</script> \u2028 {{< env X >}}"}]
    (tmp_path / "search.json").write_text(json.dumps(entries), encoding="utf-8")
    scripts = tmp_path / "site_libs/quarto-search"
    scripts.mkdir(parents=True)
    (scripts / "quarto-search.js").touch()
    write_quarto_search(tmp_path)
    said = (tmp_path / INDEX_SCRIPT).read_text(encoding="utf-8")
    assert not {"<", "\u2028", "{{"} & {
        said[at : at + n] for at in range(len(said)) for n in (1, 2)
    }
    assert json.loads(said.removeprefix("self.millpondSearch = ").rstrip(";\n")) == entries
    assert (tmp_path / ASK_AT).is_file()


def test_a_site_without_quartos_search_gets_nothing(tmp_path: Path) -> None:
    write_quarto_search(tmp_path)
    assert list(tmp_path.iterdir()) == []
