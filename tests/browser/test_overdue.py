"""A page that says by the reader's clock that its next update is overdue."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from processing.board.reader import Release
from tests.browser.opening import arrive
from tests.conftest import BuiltSite

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("days", "is_late"), [(0, False), (1.9, False), (2.1, True), (400, True)])
def test_a_page_is_overdue_a_period_after_its_update_was_due(
    browser, built_site: BuiltSite, release: Release, days: float, is_late: bool
) -> None:
    """Two days after a daily release was made; the replayed year of its data has no say."""
    made = datetime.fromisoformat(release.manifest.created_at)
    page = browser.new_page()
    page.clock.set_fixed_time(made + timedelta(days=days))
    arrive(page, (built_site.folder / "index.html").as_uri())
    notice = page.locator("#overdue")
    assert notice.count() == int(is_late)
    if is_late:
        due = made.date() + timedelta(days=1)
        assert notice.locator("time").get_attribute("datetime") == due.isoformat()
        assert notice.bounding_box()["y"] < 500  # at the head of the page
        assert notice.text_content().endswith("has not come: this page may be out of date.")
    page.close()
