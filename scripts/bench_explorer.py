"""How long the explorer takes to follow a choice, and what each choice fetches, in Chromium."""

from __future__ import annotations

import statistics
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.browser.ranges import Served, serving_ranges
from tests.conftest import CHROMIUM_FLAGS, find_chromium

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parent.parent
PAGE = "weekly-sales.html"
AIM_MS = 100
TURNS = 5
# What a reader does one after the other: a name and the values it takes in turn.
STEPS = [
    ("first choice, one department", "department", ["GROCERY"]),
    ("another measure of it", "measure", ["lines"]),
    ("back to the first measure", "measure", ["sales_usd"]),
    ("a line for each store", "by", ["store"]),
    ("all departments, a line for each store", "clear", ["department"]),
    ("a line for each department", "by", ["department"]),
    ("fewer weeks, more weeks", "from", ["2017-06-05", "2017-01-02"] * TURNS),
    ("all together, each department", "by", ["store", "department"] * TURNS),
]
CHOOSE = """async ([name, value]) => {
  const form = document.querySelector('form.mp-explorer-form');
  const result = document.querySelector('.mp-explorer-result');
  const shown = new Promise(done => {
    const watch = new MutationObserver(() => { watch.disconnect(); done(); });
    watch.observe(result, { childList: true });
  });
  const start = performance.now();
  if (name === 'clear') form.querySelector(`[data-do=clear-${value}]`).click();
  else if (name === 'department') form.querySelector(`input[value=${value}]`).click();
  else {
    form.elements[name].value = value;
    form.elements[name].dispatchEvent(new Event('change', { bubbles: true }));
  }
  await shown;
  await new Promise(requestAnimationFrame);
  return performance.now() - start;
}"""


def measure(page: Page, served: Served) -> None:
    """Print a line for each step: median of its turns, the longest, and what it fetched."""
    page.goto(served.address + PAGE + "#explorer")
    page.wait_for_selector("form.mp-explorer-form[data-ready]")
    print(f"{'explorer: what the reader does':<44}{'ms':>8}{'worst':>8}{'KB':>8}{'requests':>10}")
    for says, name, values in STEPS:
        served.forget()
        times = [float(page.evaluate(CHOOSE, [name, value])) for value in values]
        fetched = served.bytes_of(".parquet") / 1000
        print(
            f"{says:<44}{statistics.median(times):>8.0f}{max(times):>8.0f}"
            f"{fetched:>8.1f}{len(served.ranges):>10}"
        )


def main() -> None:
    """Measure on the site in `_site`; stops where there is none, or no Chromium."""
    from playwright.sync_api import sync_playwright

    chromium = find_chromium()
    if not (ROOT / "_site" / PAGE).is_file() or chromium is None:
        sys.exit("explorer: not measured; run `make site` first, and install Chromium")
    with serving_ranges(ROOT / "_site") as served, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_FLAGS))
        measure(browser.new_page(viewport={"width": 1400, "height": 900}), served)
        browser.close()
    print(f"aim: {AIM_MS} ms once the rows are there; the first choice also loads the reader")


if __name__ == "__main__":
    main()
