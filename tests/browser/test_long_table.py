"""A table of hundreds of rows is laid out part by part, and nothing of it is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from processing.board.reader import Release
from tests.browser.opening import arrive, opened
from tests.conftest import BuiltSite

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

PAGE = "stores.html"
ROWS = "#stores-year tbody tr"


def test_every_row_shows_after_a_moment(
    browser: Browser, built_site: BuiltSite, release: Release
) -> None:
    with opened(browser, built_site.folder / PAGE) as page:
        stores = release.manifest.pin("stores").rows
        assert page.locator(f"{ROWS}:visible").count() == stores > 100


def test_who_follows_a_link_to_a_place_finds_all_rows(
    browser: Browser, built_site: BuiltSite
) -> None:
    """Even where no moment is ever idle."""
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.add_init_script("window.requestIdleCallback = () => 0")
    arrive(page, (built_site.folder / PAGE).as_uri())
    page.evaluate("document.querySelector('#stores-year .mp-link').click()")
    assert page.locator(f"{ROWS}:visible").count() == page.locator(ROWS).count()
    page.close()
    page = browser.new_page()
    page.add_init_script("window.requestIdleCallback = () => 0")
    arrive(page, (built_site.folder / PAGE).as_uri() + "#store-367")
    assert page.locator(f"{ROWS}:visible").count() == page.locator(ROWS).count()
    page.close()
