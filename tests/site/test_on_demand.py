"""Scripts of Quarto wait for who wants them, and its index can be read from a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from processing.site.finishing.on_demand import (
    INDEX_SCRIPT,
    LOADER_AT,
    with_scripts_on_demand,
    write_scripts_on_demand,
)

COPIES = '<script src="site_libs/clipboard/clipboard.min.js"></script>\n'
SEARCH = "".join(
    f'<script src="site_libs/quarto-search/{name}.js"></script>\n'
    for name in ("autocomplete.umd", "fuse.min", "quarto-search")
)
PLACE = '<div id="quarto-search" class="" title="Find"></div>'
PAGE = f"<html><head>\n{COPIES}{SEARCH}</head><body>{PLACE}</body></html>"
BOOTSTRAP = '<script src="site_libs/bootstrap/bootstrap.min.js"></script>\n'
FOLDS = '<button type="button" data-bs-toggle="collapse">Pages</button>'
LOADER = f'<script src="{LOADER_AT}" defer></script>\n'


def test_a_button_stands_in_the_place_of_the_search() -> None:
    """It names all its scripts in their order; what pages may need for themselves stays as well."""
    made = with_scripts_on_demand(PAGE)
    head, body = made.split("</head>")
    assert COPIES in head and "quarto-search/" not in head
    assert LOADER in head
    asked = body.split('data-scripts="')[1].split('"')[0].split()
    assert [name.rpartition("/")[2] for name in asked] == [
        "clipboard.min.js",
        "autocomplete.umd.js",
        "fuse.min.js",
        "quarto-search.js",
    ]
    assert 'aria-label="Find"' in body
    assert with_scripts_on_demand(made) == made


def test_what_folds_names_the_script_it_needs() -> None:
    """Bootstrap's is not loaded for it before it is pressed."""
    made = with_scripts_on_demand(f"<html><head>\n{BOOTSTRAP}</head><body>{FOLDS}</body></html>")
    assert made == (
        f"<html><head>\n{LOADER}</head><body>"
        '<button type="button" data-bs-toggle="collapse"'
        ' data-scripts="site_libs/bootstrap/bootstrap.min.js">Pages</button></body></html>'
    )


@pytest.mark.parametrize(
    "page",
    [
        PAGE.replace(SEARCH, ""),
        PAGE.replace(PLACE, ""),
        f'<head>{BOOTSTRAP}</head>{FOLDS}<a data-bs-toggle="tab">One</a>',
        f"<head>{BOOTSTRAP}</head>{FOLDS}<script>new bootstrap.Tooltip(document.body)</script>",
        "<head></head><p>Embedded.</p>",
    ],
    ids=["no search", "a search elsewhere", "tabs", "a script that calls it", "another renderer"],
)
def test_any_other_page_stays_as_it_is(page: str) -> None:
    assert with_scripts_on_demand(page) == page


def test_the_index_as_a_script_is_the_same_and_inert(tmp_path: Path) -> None:
    """No text in it ends the script or a line."""
    entries = [{"href": "a.html", "text": "</script><script>fired()</script> \u2028 {{< env X >}}"}]
    (tmp_path / "index.html").write_text(with_scripts_on_demand(PAGE), encoding="utf-8")
    (tmp_path / "search.json").write_text(json.dumps(entries), encoding="utf-8")
    scripts = tmp_path / "site_libs/quarto-search"
    scripts.mkdir(parents=True)
    (scripts / "quarto-search.js").touch()
    write_scripts_on_demand(tmp_path)
    said = (tmp_path / INDEX_SCRIPT).read_text(encoding="utf-8")
    assert not [sign for sign in ("<", "\u2028", "{{") if sign in said]
    assert json.loads(said.removeprefix("self.millpondSearch = ").rstrip(";\n")) == entries
    assert (tmp_path / LOADER_AT).is_file()


def test_a_site_of_the_embedded_renderer_gets_nothing(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<p>Text.</p>", encoding="utf-8")
    write_scripts_on_demand(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]
