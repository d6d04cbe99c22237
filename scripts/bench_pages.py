"""What each page costs a reader on a slow phone, beside the same charts and table by defaults."""

from __future__ import annotations

import functools
import gzip
import shutil
import statistics
import sys
import tempfile
import threading
from collections.abc import Iterator
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
class Cost:
    """One visit: what was asked for before and after interaction, and when it showed."""

    before: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    lcp: float = 0
    blocked: float = 0
    shift: float = 0


class PackingHandler(SimpleHTTPRequestHandler):
    """Serves files as a host does: text packed with gzip, connections kept open."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer with the file, packed where that helps."""
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        content = path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
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
        write_default_page(site / "weekly-sales.html", folder)
        browser = playwright.chromium.launch(executable_path=chrome, args=["--no-sandbox"])
        head = ("KB", "KB raw", "requests", "KB after", "LCP s", "TBT ms", "shift")
        print("KB of 1,000 bytes as sent (gzip); 150 ms round trip, 1.6 Mbit/s, processor / 4")
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
    line = f"{name:<20}{size(folder, cost.before):>10.0f}"
    line += f"{size(folder, cost.before, packed=False):>10.0f}{len(cost.before):>10}"
    line += f"{size(folder, cost.before + cost.after):>10.0f}{cost.lcp / 1000:>10.2f}"
    print(f"{line}{cost.blocked:>10.0f}{cost.shift:>10.3f}", flush=True)
    return cost


def size(folder: Path, urls: list[str], *, packed: bool = True) -> float:
    """KB of the files behind these addresses, each counted once."""
    total = 0
    for path in sorted({urlsplit(url).path.lstrip("/") for url in urls}):
        content = (folder / path).read_bytes() if (folder / path).is_file() else b""
        pack = packed and Path(path).suffix in PACKED
        total += len(gzip.compress(content, 6) if pack else content)
    return total / 1000


def visit(browser: Browser, address: str, name: str) -> Cost:
    """Open the page on a slow phone, wait until it is quiet, then wake every chart."""
    context = browser.new_context(viewport={"width": 412, "height": 823}, device_scale_factor=1.75)
    context.add_init_script(OBSERVE)
    page, asked = context.new_page(), list[str]()
    slow_down(page)
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address + name, wait_until="networkidle", timeout=120_000)
    page.wait_for_function("window.seen.lcp > 0", timeout=120_000)
    page.wait_for_timeout(1000)
    before, seen = list(asked), page.evaluate("window.seen")
    for picture in page.query_selector_all(".mp-unit-chart .mp-picture"):
        picture.scroll_into_view_if_needed()
        picture.focus()
    page.wait_for_load_state("networkidle", timeout=120_000)
    shift: Any = page.evaluate("window.seen.shift")
    context.close()
    return Cost(before, asked[len(before) :], seen["lcp"], seen["blocked"], shift)


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
