"""Long lists about the data: folded on a phone, in full everywhere else, opened by an address."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from processing.board.reader import Release
from tests.browser.opening import arrive, opened
from tests.conftest import BuiltSite

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

PAGE = "about.html"
FOLDS = "details.mp-fold"
OPEN = f"{FOLDS}[open]"


def test_a_phone_folds_long_lists(browser: Browser, built_site: BuiltSite) -> None:
    with opened(browser, built_site.folder / PAGE, "mobile") as page:
        assert page.locator(FOLDS).count() >= 3
        assert page.locator(OPEN).count() == 0
        assert page.evaluate("document.documentElement.scrollHeight / innerHeight") < 18
        page.locator(f"{FOLDS} > summary").first.tap()
        assert page.locator(OPEN).count() == 1


@pytest.mark.parametrize("mode", ["light", "scripts off"])
def test_elsewhere_they_stand_open(browser: Browser, built_site: BuiltSite, mode: str) -> None:
    narrow = {"viewport": {"width": 390, "height": 844}} if mode == "scripts off" else {}
    with opened(browser, built_site.folder / PAGE, mode, **narrow) as page:
        assert page.locator(OPEN).count() == page.locator(FOLDS).count() > 0


def test_paper_has_them_in_full(browser: Browser, built_site: BuiltSite) -> None:
    """Printed from a phone too, and folded again after it."""
    with opened(browser, built_site.folder / PAGE, "mobile") as page:
        page.evaluate("() => { dispatchEvent(new Event('beforeprint')); }")
        assert page.locator(OPEN).count() == page.locator(FOLDS).count()
        page.evaluate("() => { dispatchEvent(new Event('afterprint')); }")
        assert page.locator(OPEN).count() == 0


def test_an_address_opens_the_pin_it_names(
    browser: Browser, built_site: BuiltSite, release: Release
) -> None:
    """On arrival, and by the link that its box in the data flow has."""
    first, last = (release.manifest.pins[at].name for at in (0, -1))
    page = browser.new_page()
    arrive(page, f"{(built_site.folder / PAGE).as_uri()}#pin-{last}")
    page.locator(f"#schema-{last}").wait_for(state="visible")
    page.locator(f".mp-box a[href='#pin-{first}']").click()
    page.locator(f"#schema-{first}").wait_for(state="visible")
    page.close()
