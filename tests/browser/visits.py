"""One look at one page in a browser: what it asked for, what it complained of, what it shows."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from playwright.sync_api import TimeoutError

from tests.browser.opening import arrive

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SUB_PATH = "some/where"


@dataclass
class Visit:
    """A page that is open in a browser, with what happened since it was asked for."""

    page: Page
    base: str
    scheme: str
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    @property
    def foreign(self) -> list[str]:
        """Requests that left the site's own folder; data and blobs leave nothing."""
        own = (self.base, "data:", "blob:", "about:")
        return [url for url in self.requests if not url.startswith(own)]

    @cached_property
    def pictures(self) -> list[dict[str, Any]]:
        """Scroll to each picture and wake it: its unit, whether it was drawn, what it draws.

        A picture in a tab is looked at with its tab chosen.
        """
        found = []
        for picture in self.page.query_selector_all("figure.mp-unit .mp-picture"):
            picture.evaluate(CHOOSE_ITS_TAB)
            try:
                picture.scroll_into_view_if_needed()
                picture.wait_for_selector("svg >> visible=true")
                before = picture.evaluate(LOOK_AT_DRAWING)
                picture.focus()
                picture.wait_for_selector(".mp-live .main-svg", state="attached")
            except TimeoutError as error:
                self.errors.append(f"no picture: {error}")
                before = None
            found.append({**picture.evaluate(LOOK_AT_PICTURE), "before": before})
        return found

    @contextmanager
    def a_complaint_expected(self) -> Iterator[None]:
        """What a test makes the page complain of is none of the page's own errors."""
        before = len(self.errors)
        with self.page.expect_console_message():
            yield
        del self.errors[before:]

    def values(self) -> list[dict[str, str]]:
        """Every number in a sentence, with the pin's cell it claims to be."""
        found: list[dict[str, str]] = self.page.evaluate(READ_VALUES)
        return found

    def luminance(self) -> float:
        """How bright the page's ground is: 0 black, 1 white."""
        red, green, blue = self.page.evaluate(READ_GROUND)
        return float(0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255


WATCH = """
window.refused = [];
addEventListener("securitypolicyviolation", (event) => refused.push(event.violatedDirective));
"""
CHOOSE_ITS_TAB = """picture => {
  let panel = picture.closest('[role=tabpanel]');
  while (panel) {
    document.querySelector(`[role=tab][aria-controls="${panel.id}"]`)?.click();
    panel = panel.parentElement.closest('[role=tabpanel]');
  }
}"""
LOOK_AT_DRAWING = """picture => {
  const shown = [...picture.querySelectorAll('.mp-svg')]
    .filter(svg => getComputedStyle(svg).display !== 'none');
  const {width, height} = picture.getBoundingClientRect();
  return {shown: shown.length, texts: shown.flatMap(s => [...s.querySelectorAll('text')]).length,
          marks: shown.flatMap(s => [...s.querySelectorAll('path, rect')]).length, width, height};
}"""
LOOK_AT_PICTURE = """picture => {
  // Of bars that begin somewhere: the days in the middle of them.
  const day = time => new Date(time).toISOString().slice(0, 10);
  const middles = t => t.base.map((from, at) =>
    day(Date.parse(from + 'Z') + (t.x[at] ?? 7 * 864e5) / 2));
  const traces = plot => plot.data.filter(t => !t.marker?.showscale); // that one is no series
  const plot = picture.querySelector('.js-plotly-plot');
  const block = picture.closest('figure').querySelector('script.mp-data');
  const box = picture.querySelector('.svg-container')?.getBoundingClientRect();
  return {
    unit: picture.closest('figure').id,
    drawn: Boolean(box && box.width > 100 && box.height > 60),
    width: picture.getBoundingClientRect().width, height: picture.getBoundingClientRect().height,
    data: plot ? traces(plot).map(t => (
      {x: [...(t.base ? middles(t) : t.x ?? [])], y: [...(t.y ?? [])]})) : null,
    shades: plot ? traces(plot).map(t => (t.base ? t.marker.color : null)) : null,
    block: JSON.parse(block.textContent),
  };
}"""
READ_VALUES = """() => [...document.querySelectorAll('.mp-value')].map(e => ({
  value: e.getAttribute('value') ?? e.getAttribute('datetime'),
  pin: e.dataset.pin, row: e.dataset.row, column: e.dataset.column, format: e.dataset.format,
  text: e.textContent.trim(),
}))"""
READ_GROUND = """() => {
  for (const e of [document.body, document.documentElement]) {
    const [r, g, b, a = 1] = getComputedStyle(e).backgroundColor.match(/[\\d.]+/g).map(Number);
    if (a > 0) return [r, g, b];
  }
  return [255, 255, 255];
}"""


@contextmanager
def visiting(
    browser: Browser, base: str, name: str, width: int, scheme: Literal["light", "dark"]
) -> Iterator[Visit]:
    """Open the page `name` below `base` at that width and colour scheme, and close it after."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, offline=False
    )
    context.add_init_script(WATCH)
    page = context.new_page()
    visit = Visit(page, base, scheme)
    page.on("request", lambda request: visit.requests.append(request.url))
    page.on("pageerror", lambda error: visit.errors.append(str(error)))
    page.on("requestfailed", lambda request: visit.errors.append(f"failed: {request.url}"))
    page.on(
        "console",
        lambda said: visit.errors.append(said.text) if said.type in ("error", "warning") else None,
    )
    arrive(page, base + name)
    try:
        yield visit
    finally:
        context.close()


@contextmanager
def serving(folder: Path, where: Path) -> Iterator[str]:
    """The folder below a sub-path of a server on this machine; gives the address of the site."""
    link = where / SUB_PATH
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(folder)
    handler = functools.partial(QuietHandler, directory=str(where))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/{SUB_PATH}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files and prints nothing."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
