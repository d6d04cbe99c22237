"""What a chart tells of a point stands within the chart, whole, wherever the point lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.opening import arrive
from tests.conftest import BuiltSite

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

# Long labels, and labels of points at the left edge.
CHARTS = {
    "promotions.html": "promotions-by-place",
    "campaigns.html": "redemption-timing",
    "households.html": "spending-by-income",
    "weekly-sales.html": "department-heat",
}
WHOLE = """id => {
  const edge = document.querySelector(`#${id} .mp-live`).getBoundingClientRect();
  const labels = [...document.querySelectorAll(`#${id} .hovertext`)];
  return labels.length > 0 && labels.map(one => one.getBoundingClientRect()).every(box =>
    box.left > edge.left - 2 && box.right < edge.right + 2
    && box.top > edge.top - 2 && box.bottom < edge.bottom + 2);
}"""


@pytest.mark.parametrize("width", [1400, 390])
def test_what_is_told_of_a_point_is_not_cut(
    browser: Browser, built_site: BuiltSite, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    for name, chart in CHARTS.items():
        arrive(page, (built_site.folder / name).as_uri())
        page.focus(f"#{chart} .mp-picture")
        page.locator(f"#{chart} .mp-live .main-svg").first.wait_for()
        for _ in range(3):
            page.keyboard.press("ArrowRight")
            page.wait_for_function(WHOLE, arg=chart)
    page.close()
