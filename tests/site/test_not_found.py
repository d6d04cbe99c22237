"""What a reader sees at an address where nothing lies, and that it leads on."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

from processing.site.finishing.not_found import FILE, lay_not_found
from processing.site.preview import Handler
from tests.browser.axe import axe
from tests.conftest import BuiltSite

if TYPE_CHECKING:
    from playwright.sync_api import Browser

WEBSITE: dict[str, Any] = {
    "title": "A & B",
    "navbar": {"left": [{"text": "Z", "href": "reports/z.qmd"}, "a.qmd"]},
}
PAGES = [
    {"href": "a.html", "title": "<A>", "description": "About a."},
    {"href": "z.html", "title": "Z", "description": "About z."},
]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "catalog.json").write_text(json.dumps({"pages": PAGES}), encoding="utf-8")
    return tmp_path


def links(site: Path) -> list[tuple[str, str]]:
    root = html.document_fromstring((site / FILE).read_text(encoding="utf-8"))
    return [(link.text_content(), link.get("href")) for link in root.iter("a")]


def test_it_lists_the_pages_as_the_navigation_does(site: Path) -> None:
    lay_not_found(site, WEBSITE)
    assert links(site) == [("Z", "z.html"), ("<A>", "a.html")]
    assert "<title>Page not found – A &amp; B</title>" in (site / FILE).read_text("utf-8")


def test_links_are_absolute_where_the_address_of_the_site_is_known(site: Path) -> None:
    """Then no script has to find out where the site begins."""
    lay_not_found(site, WEBSITE | {"site-url": "https://example.org/shop/"})
    assert links(site)[0] == ("Z", "https://example.org/shop/z.html")
    assert "<script" not in (site / FILE).read_text(encoding="utf-8")


def test_a_page_of_the_project_stays(site: Path) -> None:
    (site / FILE).write_text("our own", encoding="utf-8")
    lay_not_found(site, WEBSITE)
    assert (site / FILE).read_text(encoding="utf-8") == "our own"


@pytest.fixture(scope="module")
def address(built_site: BuiltSite) -> Iterator[str]:
    """The site as `millpond preview` serves it."""
    handler = partial(Handler, directory=str(built_site.folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.mark.browser
@pytest.mark.parametrize("gone", ["gone.html", "reports/2020/stores.html"])
def test_a_reader_finds_the_way_from_any_depth(browser: Browser, address: str, gone: str) -> None:
    page = browser.new_page(viewport={"width": 320, "height": 700}, color_scheme="dark")
    answer = page.goto(address + gone)
    assert answer and answer.status == 404
    assert page.inner_text("h1") == "Page not found"
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert axe(page, "body") == {"violations": [], "incomplete": []}
    page.get_by_role("link", name="Stores", exact=True).click()
    page.wait_for_url(f"{address}stores.html")
    page.close()
