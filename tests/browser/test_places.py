"""An address that names a place leads to it, whatever is folded above it once scripts run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.opening import arrive
from tests.conftest import BuiltSite

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

PLACE = re.compile(r'<(?:figure|section)\b[^>]* id="([^"]+)"')
# Its top stands in the upper half of the screen, or the page cannot be scrolled further.
IN_SIGHT = """id => {
  const top = document.getElementById(id).getBoundingClientRect().top;
  const left = document.documentElement.scrollHeight - scrollY - innerHeight;
  return top >= 0 && (top < innerHeight / 2 || (left < 2 && top < innerHeight));
}"""


def places(file: Path) -> list[str]:
    """The last three figures or sections of a page: what stands above them has moved them most."""
    return PLACE.findall(file.read_text(encoding="utf-8"))[-3:]


@pytest.mark.parametrize("width", [1400, 390])
def test_an_address_leads_to_its_place(browser: Browser, built_site: BuiltSite, width: int) -> None:
    files = sorted(built_site.folder.glob("*.html"))[width == 390 :: 2]
    context = browser.new_context(viewport={"width": width, "height": 900})
    for file in files:
        for place in places(file):
            page = context.new_page()  # within a page that stands already nothing moves
            arrive(page, f"{file.as_uri()}#{place}")
            page.wait_for_function(IN_SIGHT, arg=place)
            page.close()
    context.close()


def test_an_address_leads_to_the_row_of_a_store(browser: Browser, built_site: BuiltSite) -> None:
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    file = built_site.folder / "stores.html"
    last = re.findall(r'<tr id="(store-\d+)"', file.read_text(encoding="utf-8"))[-1]
    arrive(page, f"{file.as_uri()}#{last}")
    page.wait_for_function(IN_SIGHT, arg=last)
    page.close()


def test_who_scrolls_is_not_led_back(browser: Browser, built_site: BuiltSite) -> None:
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    file = built_site.folder / "about.html"
    place = places(file)[-1]
    arrive(page, f"{file.as_uri()}#{place}")
    page.wait_for_function(IN_SIGHT, arg=place)
    page.keyboard.press("Home")
    page.wait_for_function("() => scrollY === 0")
    page.locator("main details:not(.toc) > summary").first.click()
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.evaluate("scrollY") < 900
    page.close()
