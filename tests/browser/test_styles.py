"""The styles in a page are all that anything on it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.opening import opened
from tests.browser.test_pages import PAGES
from tests.conftest import BuiltSite

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

LATER = "search.css"  # comes whole, with the search

# Selectors of whole style sheets that the page has not, and those which, states aside, match.
MISSED = """sheets => {
  const all = (rules) => Array.from(rules).flatMap(
    rule => rule.selectorText ? [rule.selectorText] : rule.cssRules ? all(rule.cssRules) : []);
  const inside = Array.from(document.styleSheets).filter(sheet => !sheet.href);
  const own = new Set(inside.flatMap(sheet => all(sheet.cssRules)));
  const whole = sheets.flatMap(text => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    return all(sheet.cssRules);
  });
  const states = /::[a-z-]+(\\([^)]*\\))?|:(hover|focus[a-z-]*|active|target|checked|disabled)/g;
  const left = whole.filter(selector => !own.has(selector));
  const bare = (selector) => selector.replace(states, "") || "*";
  return { left: left.length, missed: left.filter(one => document.querySelector(bare(one))) };
}"""


@pytest.mark.parametrize("name", PAGES)
def test_no_rule_is_left_out_that_something_on_the_page_matches(
    browser: Browser, built_site: BuiltSite, name: str
) -> None:
    """Charts drawn by Plotly and the search open, which both make what no file of the page has."""
    folder = built_site.folder
    sheets = [*folder.glob("assets/*.css"), *folder.glob("site_libs/millpond/*.css")]
    with opened(browser, folder / name) as page:
        for picture in page.query_selector_all(".mp-unit-chart .mp-picture"):
            if picture.is_visible():
                picture.focus()
                picture.wait_for_selector(".mp-live .main-svg", state="attached")
        if button := page.query_selector("button.search-open"):
            button.click()
            page.fill("dialog.search input", "sales")
            page.wait_for_selector("dialog.search li")
        texts = [sheet.read_text("utf-8") for sheet in sheets if sheet.name != LATER]
        found = page.evaluate(MISSED, texts)
    assert found["missed"] == []
    assert found["left"] > 20
