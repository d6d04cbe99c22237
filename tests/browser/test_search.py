"""The search of the embedded renderer, by keyboard, from a server and from a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.opening import arrive
from tests.browser.ranges import Served, serving_ranges
from tests.conftest import RENDERER, BuiltSite

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(RENDERER == "quarto", reason="Quarto brings a search of its own"),
]

FIELD = "dialog.search input"
STATUS = "dialog.search [role=status]"
RESULTS = "dialog.search ol a"


@pytest.fixture(scope="module")
def served(built_site: BuiltSite) -> Iterator[Served]:
    with serving_ranges(built_site.folder) as server:
        yield server


@pytest.fixture(params=["file", "http"])
def page(
    browser: Browser, served: Served, built_site: BuiltSite, request: pytest.FixtureRequest
) -> Iterator[Page]:
    base = served.address if request.param == "http" else built_site.folder.as_uri() + "/"
    opened = browser.new_page(viewport={"width": 390, "height": 800})
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("dialog", lambda dialog: complaints.append(dialog.message))
    arrive(opened, base + "about.html")
    yield opened
    opened.close()
    assert complaints == []


def search(page: Page, words: str) -> None:
    page.wait_for_selector(".search-open")
    page.focus(".search-open")
    page.keyboard.press("Enter")
    page.wait_for_selector(FIELD)
    page.keyboard.type(words)


def test_words_find_the_unit_they_stand_in(page: Page) -> None:
    """Down and Enter go to the best place, and the dialog is gone."""
    search(page, "weeks stood out")
    assert "weekly-sales.html#weeks-that-stood-out" in [
        link.get_attribute("href") for link in page.query_selector_all(RESULTS)
    ]
    page.keyboard.press("ArrowDown")
    best = page.evaluate("document.activeElement.href")
    page.keyboard.press("Enter")
    page.wait_for_url(best)


def test_a_store_is_found_by_its_name(page: Page) -> None:
    """Names of rows are in the index, beginnings of words and slips of the finger count."""
    search(page, "Groccery")
    assert page.locator(RESULTS).count() > 0
    page.fill(FIELD, "32004")
    assert "stores.html#" in (page.get_attribute(RESULTS, "href") or "")


def test_nothing_found_is_said(page: Page) -> None:
    """The status says so, and no link is left from before."""
    search(page, "grocery")
    assert page.locator(RESULTS).count() > 0
    page.fill(FIELD, "qwertzuiop")
    assert page.text_content(STATUS) == "Nothing on this site holds these words."
    assert page.locator(RESULTS).count() == 0


HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "(((",
    "\\",
    "[a-",
    "__proto__",
    "grocery <b>",
    ".*",
    "\u202e",
)


def test_hostile_words_do_nothing(page: Page) -> None:
    """No markup, no error, whatever is typed."""
    search(page, "grocery")
    for hostile in HOSTILE:
        page.fill(FIELD, hostile)
        assert page.locator("dialog.search :is(img, b)").count() == 0, hostile


def test_escape_closes_and_gives_the_focus_back(page: Page) -> None:
    """As a dialog must."""
    search(page, "deli")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")  # the first empties the field in some browsers
    page.wait_for_selector("dialog.search", state="hidden")
    page.wait_for_selector(".search-open:focus")


def test_nothing_of_the_search_is_fetched_before_it_is_wanted(
    browser: Browser, served: Served
) -> None:
    """Neither library nor index weighs on a reader who does not search."""
    page = browser.new_page()
    served.forget()
    arrive(page, served.address + "index.html")
    page.wait_for_load_state("networkidle")
    assert [path for path in served.paths if "search" in path] == []
    page.close()
