"""Pages of Quarto are made lighter without losing what they use."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from processing.errors import SiteError
from processing.site.finishing.lighten import STYLES, lighten, lighter
from tests.conftest import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HEAD = """<script src="site_libs/quarto-nav/quarto-nav.js"></script>
<script src="site_libs/clipboard/clipboard.min.js"></script>
<script src="site_libs/quarto-html/quarto.js" type="module"></script>
<script src="site_libs/quarto-html/popper.min.js"></script>
<script src="site_libs/quarto-html/tippy.umd.min.js"></script>
<link href="site_libs/quarto-html/tippy.css" rel="stylesheet">
<script src="assets/millpond.js" defer></script>
"""
DEFINED = "<script>function tippyHover(el) { window.tippy(el); }</script>"
NEEDED = "site_libs/quarto-html/tippy.umd.min.js"


def test_what_no_script_of_the_page_calls_goes_and_the_rest_does_not_block() -> None:
    assert lighter(HEAD + DEFINED) == (
        '<script src="site_libs/quarto-nav/quarto-nav.js" defer></script>\n'
        '<script src="site_libs/quarto-html/quarto.js" type="module"></script>\n'
        '<script src="assets/millpond.js" defer></script>\n' + DEFINED
    )


def test_what_a_script_of_the_page_calls_stays() -> None:
    hovering = lighter(HEAD + DEFINED + "<script>tippyHover(note)</script>")
    assert all(name in hovering for name in (NEEDED, "popper.min.js", "tippy.css"))
    assert "clipboard.min.js" not in hovering
    for using in ("new window.ClipboardJS('.copy')", '{"copy-button": true}'):
        copying = lighter(f"{HEAD}<script>{using}</script>")
        assert "clipboard.min.js" in copying and NEEDED not in copying


def test_a_page_of_the_embedded_renderer_stays_as_it_is() -> None:
    page = '<script src="site_libs/millpond/page.js" defer></script><p>Text.</p>'
    assert lighter(page) == page


NPM = pytest.mark.skipif(
    not ((ROOT / "node_modules" / "purgecss").is_dir() and shutil.which("node")),
    reason="needs npm's bundles (`make setup`) and Node",
)
SCRIPTS = {
    "quarto-nav/quarto-nav.js": "const first = 'made'; window.said = [first];",
    "quarto-html/quarto.js": 'import * as tabs from "./tabs/tabs.js";\nsaid.push(tabs.name());',
    "quarto-html/tabs/tabs.js": "export function name() { return 'tabs'; }",
    "bootstrap/bootstrap.min.js": "/*! A licence */ said.push(first + ' last');",
}
PAGE = """<p class="used">Text.</p>
<script src="site_libs/quarto-nav/quarto-nav.js" defer></script>
<meta name="between">
<script src="site_libs/quarto-html/quarto.js" type="module"></script>
<script src="site_libs/quarto-html/tabs/tabs.js" type="module"></script>
<script src="site_libs/bootstrap/bootstrap.min.js" defer></script>
<script src="assets/millpond.js" defer></script>
"""


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A site of one page with scripts of every kind, over a stylesheet of which they use a part."""
    for name, text in SCRIPTS.items():
        (tmp_path / "site_libs" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "site_libs" / name).write_text(text, encoding="utf-8")
    rules = [f".{name} {{ margin: 0; }}" for name in ("used", "made", "unused")]
    (tmp_path / STYLES / "bootstrap.min.css").write_text("\n".join(rules), encoding="utf-8")
    (tmp_path / "index.html").write_text(PAGE, encoding="utf-8")
    return tmp_path


def styles(out: Path) -> str:
    return (out / STYLES / "bootstrap.min.css").read_text(encoding="utf-8")


@NPM
def test_rules_that_neither_page_nor_script_can_use_are_cut(out: Path) -> None:
    lighten(ROOT, out, [out / "index.html"])
    assert ".used" in styles(out) and ".made" in styles(out)
    assert ".unused" not in styles(out)


@NPM
def test_scripts_become_one_file_with_their_licences(out: Path) -> None:
    lighten(ROOT, out, [out / "index.html"])
    page = (out / "index.html").read_text(encoding="utf-8")
    found = re.findall('<script src="([^"]+)" defer></script>', page)
    assert found == [found[0], "assets/millpond.js"] and "module" not in page
    assert '<meta name="between">' in page
    assert "A licence" in (out / found[0]).read_text(encoding="utf-8")


@NPM
@pytest.mark.browser
def test_the_one_file_does_what_the_scripts_did_even_from_a_file(
    out: Path, browser: Browser
) -> None:
    """In the order of the page, with the names that they share; a module too."""
    (out / "assets").mkdir()
    (out / "assets" / "millpond.js").write_text("said.push('ours')", encoding="utf-8")
    lighten(ROOT, out, [out / "index.html"])
    page = browser.new_page()
    page.goto((out / "index.html").as_uri())
    assert page.evaluate("said") == ["made", "tabs", "made last", "ours"]
    page.close()


def test_without_npm_scripts_and_styles_stay(out: Path, tmp_path: Path) -> None:
    before = styles(out)
    lighten(tmp_path / "no-such-root", out, [out / "index.html"])
    assert styles(out) == before
    assert (out / "index.html").read_text(encoding="utf-8") == PAGE


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")
def test_a_program_that_fails_is_reported_with_what_it_said(out: Path, tmp_path: Path) -> None:
    program = tmp_path / "node_modules" / "purgecss" / "bin" / "purgecss.js"
    program.parent.mkdir(parents=True)
    program.write_text("console.error('it broke'); process.exit(3)", encoding="utf-8")
    with pytest.raises(SiteError, match="it broke"):
        lighten(tmp_path, out, [])
