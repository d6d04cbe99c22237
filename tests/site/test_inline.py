"""The styles of Quarto stand in its pages, and its switch of colours finds what it looks for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from processing.site.finishing.inline import put_styles

BOOT, HTML = "site_libs/bootstrap", "site_libs/quarto-html"
SCHEME = "quarto-color-scheme"
HIGHLIGHTING = f'<link href="{HTML}/quarto-syntax-highlighting-1a.css" rel="stylesheet" %s>\n'
THEME = f'<link href="{BOOT}/bootstrap-%s.min.css" rel="stylesheet" append-hash="true" %s>\n'
DAY = f'class="{SCHEME}" id="quarto-bootstrap" data-mode="light"'
NIGHT = f'class="{SCHEME} quarto-color-alternate" id="quarto-bootstrap" data-mode="dark"'
EXTRA = f'class="{SCHEME}-extra" id="quarto-bootstrap" data-mode="light"'
PAGE = (
    "<html><head>\n"
    + HIGHLIGHTING % f'class="{SCHEME}" id="quarto-text-highlighting-styles"'
    + f'<link href="{BOOT}/bootstrap-icons.css" rel="stylesheet">\n'
    + (THEME % ("9a", DAY) + THEME % ("dark-6b", NIGHT) + THEME % ("9a", EXTRA))
    + "<style>.ours { color: red; }</style></head>\n"
    + "<body><p>Text with <code>code</code>.</p></body>"
)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A page of Quarto, with its styles beside it."""
    files = {
        f"{BOOT}/bootstrap-9a.min.css": ".note { color: #111; }",
        f"{BOOT}/bootstrap-dark-6b.min.css": ".note { color: #eee; }",
        f"{BOOT}/bootstrap-icons.css": '@font-face { src: \nurl("./bootstrap-icons.woff?1"); }',
        f"{HTML}/quarto-syntax-highlighting-1a.css": "code span.kw { color: #00f; }",
        "index.html": PAGE,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def put(out: Path, page: str = PAGE) -> str:
    """The page, once its styles were put into it."""
    (out / "index.html").write_text(page, encoding="utf-8")
    put_styles(out, [out / "index.html"], ())
    return (out / "index.html").read_text(encoding="utf-8")


def test_a_page_brings_one_style_for_day_and_night_in_the_place_of_the_first(out: Path) -> None:
    page = put(out)
    styles = re.findall("<style>(.*?)</style>", page)
    assert styles == [
        f'@font-face{{src:url("{BOOT}/bootstrap-icons.woff?1");}}',
        ":root{--theme-0:#111}:root:has(>body.quarto-dark){--theme-0:#eee}"
        ".note{color:var(--theme-0);}",
        ".ours { color: red; }",
    ]
    assert "href" not in page
    assert list(out.rglob("*.css")) == []


def test_what_quartos_switch_looks_for_stays_in_its_order(out: Path) -> None:
    links = re.findall("<link .*", put(out))
    assert [link.split(" ", 3)[3] for link in links[1:]] == [
        f"{one}>" for one in (DAY, NIGHT, EXTRA)
    ]
    assert all('rel="stylesheet"' in link for link in links)


def test_a_page_with_coloured_code_keeps_the_style_for_it(out: Path) -> None:
    coloured = PAGE.replace("<code>code", '<code class="python">a <span class="kw">in')
    assert f'href="{HTML}/quarto-syntax-highlighting-1a.css"' in put(out, coloured)
    assert (out / HTML / "quarto-syntax-highlighting-1a.css").is_file()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("#eee", "#eee; margin: 0"),
        (THEME % ("dark-6b", NIGHT), ""),
        (THEME % ("9a", EXTRA), THEME % ("dark-6b", EXTRA)),
    ],
    ids=["unlike", "one theme", "another kind of page"],
)
def test_a_page_with_other_themes_stays_as_it_is(out: Path, old: str, new: str) -> None:
    night = out / BOOT / "bootstrap-dark-6b.min.css"
    night.write_text(night.read_text().replace(old, new), encoding="utf-8")
    page = PAGE.replace(old, new)
    assert put(out, page) == page
    assert (out / BOOT / "bootstrap-9a.min.css").is_file()
