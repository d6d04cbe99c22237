"""Pages of the built site, opened in a mode of its reader."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
MODES: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "mobile": PHONE,
    "print": {},
    "forced colours": {"forced_colors": "active"},
    "scripts off": {},
}
SCRIPT = re.compile(rb"<script\b(?![^>]*application/json).*?</script>", re.S)
NOSCRIPT = re.compile(rb"</?noscript>")
# Scripts that are taken out are scripts that never come: sections show when a reader comes to them,
# and their tables six seconds later.
WAITED = """() => {
  document.querySelectorAll('main section').forEach(one => { one.dataset.laidOut = ''; });
  document.getAnimations().filter(one => one.animationName === 'mp-appear')
    .forEach(one => one.finish());
}"""
# Every section stands: the script lays out those below the first in idle time.
LAID_OUT = """() => !document.querySelector(
  ':is(.content, main) > section ~ section:not([data-laid-out]), main tr[hidden]')"""


# The site's own scripts come after the first picture: until then keys and buttons do nothing.
SCRIPTS_RAN = """() => document.documentElement.dataset.scripts === 'ran'
  || !document.querySelector('#late-scripts')?.content.childElementCount"""


def arrive(page: Page, address: str) -> None:
    """Go to a page and wait until it answers its reader: loaded, and its own scripts ran."""
    page.goto(address, wait_until="load")
    page.wait_for_function(SCRIPTS_RAN)


@contextmanager
def opened(browser: Browser, file: Path, mode: str = "light", **ways: Any) -> Iterator[Page]:
    """The page in one of `MODES`, other ways of Playwright's context laid over it."""
    usual: dict[str, Any] = {"viewport": {"width": 1400, "height": 900}}
    context = browser.new_context(**{**usual, **MODES[mode], **ways})
    page = context.new_page()
    if mode == "scripts off":
        page.route("**/*.html", without_scripts)
        page.route("**/*.js", lambda route: route.abort())
    if mode == "print":
        page.emulate_media(media="print")
    arrive(page, file.as_uri())
    if mode == "scripts off":
        page.evaluate(WAITED)
    page.wait_for_function(LAID_OUT)
    try:
        yield page
    finally:
        context.close()


def without_scripts(route: Route) -> None:
    """The page as a browser reads it whose scripts are off, while tests can still look into it."""
    file = Path(route.request.url.removeprefix("file://").partition("#")[0])
    body = NOSCRIPT.sub(b"", SCRIPT.sub(b"", file.read_bytes()))
    route.fulfill(body=body, content_type="text/html; charset=utf-8")
