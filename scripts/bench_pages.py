"""What each page costs a reader on a slow phone, beside the same charts and table by defaults.

Bytes are those that came over the wire in one visit, heads of answers included, with the browser's
own cache: before the reader does anything, and after every chart was woken, the
explorer was asked for a line for each department, then for one store, and the search was opened.
"""

from __future__ import annotations

import functools
import gzip
import re
import shutil
import statistics
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.default_page import write_default_page  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

RUNS = 3
# Lighthouse's mobile profile: 150 ms round trip, 1.6 Mbit/s, a processor four times slower.
LATENCY_MS, BYTES_PER_SECOND, SLOWER = 150, 1_638_400 / 8, 4
PACKED = {".html", ".css", ".js", ".mjs", ".json", ".svg", ".xml"}  # as GitHub Pages does
ONE_RANGE = re.compile(r"bytes=(\d+)-(\d+)")
SHOWN = "#explorer-result"
OBSERVE = """
window.seen = { lcp: 0, blocked: 0, shift: 0 };
new PerformanceObserver(list => { for (const e of list.getEntries()) seen.lcp = e.startTime; })
  .observe({ type: 'largest-contentful-paint', buffered: true });
new PerformanceObserver(list => {
  for (const e of list.getEntries()) seen.blocked += Math.max(0, e.duration - 50);
}).observe({ type: 'longtask', buffered: true });
new PerformanceObserver(list => { for (const e of list.getEntries()) seen.shift += e.value; })
  .observe({ type: 'layout-shift', buffered: true });
"""


@dataclass
class Wire:
    """What came over the wire so far: answers, and bytes of each kind of file."""

    answers: int = 0
    bytes: Counter[str] = field(default_factory=Counter)

    @property
    def kb(self) -> float:
        """Kilobytes of 1,024 bytes, as Lighthouse counts them."""
        return sum(self.bytes.values()) / 1024


@dataclass
class Cost:
    """One visit: what came before and after interaction, and when it showed."""

    before: Wire = field(default_factory=Wire)
    after: Wire = field(default_factory=Wire)
    lcp: float = 0
    blocked: float = 0
    shift: float = 0


class PackingHandler(SimpleHTTPRequestHandler):
    """Serves files as a host does: text packed, ranges of others, connections kept open."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer with the file, packed where that helps."""
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        content = path.read_bytes()
        wanted = ONE_RANGE.fullmatch(self.headers.get("Range", ""))
        if wanted and path.suffix not in PACKED:
            first, last = int(wanted[1]), min(int(wanted[2]), len(content) - 1)
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(content)}")
            content = content[first : last + 1]
        else:
            self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Cache-Control", "max-age=600")  # as GitHub Pages does
        if path.suffix in PACKED:
            self.send_header("Content-Encoding", "gzip")
            content = gzip.compress(content, 6)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        with suppress(ConnectionError):  # a page that is closed asks no further
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Serve the folder on this machine; gives its address."""
    handler = functools.partial(PackingHandler, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def main() -> None:
    """Print one line per page, and the slowest beside the default."""
    site = ROOT / "_site"
    chrome = shutil.which("chromium") or shutil.which("google-chrome")
    if chrome is None or not site.is_dir():
        sys.exit("needs a Chromium and a site: install chromium, run `make site`")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        maker = write_default_page(site / "weekly-sales.html", folder)
        browser = playwright.chromium.launch(executable_path=chrome, args=["--no-sandbox"])
        print("KB of 1,024 bytes over the wire (gzip); medians of times, 150 ms round trip,")
        print(f"1.6 Mbit/s, processor / {SLOWER}; the default page is made by {maker}")
        head = ("KB", "requests", "KB after", "requests", "LCP s", "TBT ms", "shift")
        print(f"{'page':<20}" + "".join(f"{one:>10}" for one in head))
        default = show(browser, folder, "default.html")
        costs = [show(browser, site, path.name) for path in sorted(site.glob("*.html"))]
        worst = max(cost.lcp for cost in costs)
        print(f"slowest page beside the default: LCP {worst / default.lcp:.2f} of its time")
        browser.close()


def show(browser: Browser, folder: Path, name: str) -> Cost:
    """Measure a page and print its line; medians of the times."""
    with serving(folder) as address:
        visits = [visit(browser, address, name) for _ in range(RUNS)]
    cost = visits[-1]
    cost.lcp = statistics.median(one.lcp for one in visits)
    cost.blocked = statistics.median(one.blocked for one in visits)
    cost.shift = max(one.shift for one in visits)
    line = f"{name:<20}{cost.before.kb:>10.0f}{cost.before.answers:>10}"
    line += f"{cost.after.kb:>10.0f}{cost.after.answers:>10}{cost.lcp / 1000:>10.2f}"
    print(f"{line}{cost.blocked:>10.0f}{cost.shift:>10.3f}", flush=True)
    return cost


def weigh(site: Path, pages: Iterable[str]) -> dict[str, Cost]:
    """What each page of the site weighs, before and after interaction; empty without Chromium."""
    chrome = shutil.which("chromium") or shutil.which("google-chrome")
    if chrome is None:
        return {}
    with sync_playwright() as playwright, serving(site) as address:
        browser = playwright.chromium.launch(executable_path=chrome, args=["--no-sandbox"])
        found = {page: visit(browser, address, page, slow=False) for page in pages}
        browser.close()
    return found


def visit(browser: Browser, address: str, name: str, *, slow: bool = True) -> Cost:
    """Open the page, on a slow phone or not, wait until it is quiet, then do all there is to do."""
    context = browser.new_context(viewport={"width": 412, "height": 823}, device_scale_factor=1.75)
    context.add_init_script(OBSERVE)
    page = context.new_page()
    wire = listen(page)
    if slow:
        slow_down(page)
    page.goto(address + name, wait_until="networkidle", timeout=120_000)
    page.wait_for_function("window.seen.lcp > 0", timeout=120_000)
    page.wait_for_timeout(1000)
    before, seen = Wire(wire.answers, wire.bytes.copy()), page.evaluate("window.seen")
    wake(page)
    shift: Any = page.evaluate("window.seen.shift")
    interact(page)
    page.wait_for_timeout(500)
    context.close()
    return Cost(before, wire, seen["lcp"], seen["blocked"], shift)


def listen(page: Page) -> Wire:
    """Count what comes over the wire for this page from now on; its cache asks for nothing."""
    wire, kinds = Wire(), dict[str, str]()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")

    def answered(told: dict[str, Any]) -> None:
        kinds[told["requestId"]] = Path(urlsplit(told["response"]["url"]).path).suffix

    def finished(told: dict[str, Any]) -> None:
        if told["encodedDataLength"]:
            wire.answers += 1
            wire.bytes[kinds.get(told["requestId"], "")] += int(told["encodedDataLength"])

    session.on("Network.responseReceived", answered)
    session.on("Network.loadingFinished", finished)
    return wire


def wake(page: Page) -> None:
    """Give every chart the focus, and wait until each is drawn anew."""
    for picture in page.query_selector_all(".mp-unit-chart .mp-picture"):
        picture.scroll_into_view_if_needed()
        picture.focus()
        picture.wait_for_selector(".mp-live .main-svg", state="attached", timeout=120_000)


def interact(page: Page) -> None:
    """Use the explorer where there is one, and open the search."""
    if page.locator("form.mp-explorer-form").count():
        choose(page)
    if (search := page.locator(".search-open:visible")).count():
        search.click()
        page.wait_for_selector("dialog[open]")


def choose(page: Page) -> None:
    """In the explorer: a line for each department, then one store."""
    page.locator("form.mp-explorer-form").scroll_into_view_if_needed()
    page.wait_for_selector("form.mp-explorer-form[data-ready]", timeout=120_000)
    page.select_option("[name=by]", "department")
    page.wait_for_selector(SHOWN, timeout=120_000)
    page.click("[data-do=reset]")
    page.locator("details:has([data-boxes=store]) > summary").click()
    page.locator("[data-boxes=store] input").first.check()
    page.wait_for_selector(SHOWN, timeout=120_000)


def slow_down(page: Page) -> None:
    """The network and the processor of Lighthouse's mobile profile."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    speed = {"downloadThroughput": BYTES_PER_SECOND, "uploadThroughput": BYTES_PER_SECOND}
    session.send(
        "Network.emulateNetworkConditions", {"offline": False, "latency": LATENCY_MS, **speed}
    )
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})


if __name__ == "__main__":
    main()
