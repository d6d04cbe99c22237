"""Two styles that differ in their colours become one, which says the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from processing.site.finishing.themes import compact, one_style

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NIGHT = ":root:has(>body.quarto-dark)"
DAY_CSS = """/*! A licence */ /* day */
:root { --own: #111; --only-by-day: 1; --unused: 2; }
.note { color: #111; border: 1px solid #ccc; margin: 0; }
@media (min-width: 1px) { .note.loud { background: url("data:a;b{}") !important; } }
.late { color: var(--own); }
"""
NIGHT_CSS = (
    DAY_CSS.replace("#111", "#eee")
    .replace("#ccc", "#333")
    .replace("data:a", "data:z")
    .replace(" --only-by-day: 1;", "")
    .replace("A licence", "Another remark")
)


def test_values_that_differ_are_named_and_all_else_stays_in_its_order() -> None:
    assert one_style(DAY_CSS, NIGHT_CSS, NIGHT, {"--only-by-day"}) == (
        ':root{--theme-0:#111;--theme-1:1px solid #ccc;--theme-2:url("data:a;b{}")}'
        ":root:has(>body.quarto-dark){--theme-0:#eee;--theme-1:1px solid #333;"
        '--theme-2:url("data:z;b{}")}'
        "/*! A licence */:root{--own:var(--theme-0);--only-by-day:1;}"
        ".note{color:var(--theme-0);border:var(--theme-1);margin:0;}"
        "@media (min-width: 1px){.note.loud{background:var(--theme-2) !important;}}"
        ".late{color:var(--own);}"
    )


def test_a_property_that_nothing_asks_for_goes_and_so_does_what_only_it_asked_for() -> None:
    css = ":root { --deep: 1; --middle: var(--deep); --top: var(--middle); } p { margin: 0; }"
    assert one_style(css, css, NIGHT, ()) == "p{margin:0;}"
    assert one_style(css, css, NIGHT, {"--top"}) == compact(css)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("margin: 0;", ""),
        ("margin: 0;", "padding: 0;"),
        (".late", ".later"),
        ("!important", ""),
        ("min-width", "max-width"),
        (".late { color: var(--own); }", ""),
        ("margin: 0;", "margin: 0; --only-by-night: 1;"),
    ],
)
def test_styles_that_differ_in_more_than_values_stay_two(old: str, new: str) -> None:
    assert old in NIGHT_CSS
    assert one_style(DAY_CSS, NIGHT_CSS.replace(old, new), NIGHT, ()) is None


def test_a_font_whose_file_differs_stays_two() -> None:
    """In a rule for a font no value can be named."""
    font = "@font-face { font-family: a; src: url(%s.woff) }"
    assert one_style(font % "day", font % "night", NIGHT, ()) is None


# What a browser makes of each element; one rule of either style is stronger than a later one.
COMPUTED = """() => [...document.querySelectorAll('*')].map(e => {
  const all = getComputedStyle(e);
  return [...all].filter(name => !name.startsWith('--theme'))
    .map(name => name + all.getPropertyValue(name)).sort();
})"""


@pytest.mark.browser
@pytest.mark.parametrize("night", [False, True], ids=["day", "night"])
def test_a_browser_computes_what_it_did(browser: Browser, night: bool) -> None:
    """By night Quarto lays the second style over the first; by day the first stands alone."""
    told = {"--only-by-day", "--unused"}
    one = one_style(DAY_CSS, NIGHT_CSS, NIGHT, told)
    two = DAY_CSS + NIGHT_CSS * night
    body = f'<body class="quarto-{"dark" if night else "light"}"><p class="note loud late">a</p>'
    page = browser.new_page()
    found = []
    for style in (one, two):
        page.set_content(f"<!doctype html><html><head><style>{style}</style></head>{body}</html>")
        found.append(page.evaluate(COMPUTED))
    page.close()
    assert found[0] == found[1]
    assert ("colorrgb(238, 238, 238)" in found[0][-1]) == night
