"""The explorer's manners: its formatter, its downloads, keys, small screens, and what it lacks."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from processing.site.finishing.vendor import NO_READER
from processing.views.csv import csv_text, neutral
from processing.views.format import format_value
from tests.browser.axe import axe
from tests.browser.ranges import Served, serving_ranges
from tests.browser.visits import serving
from tests.conftest import BuiltSite

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

PAGE = "weekly-sales.html"
VIEW = PAGE + "?by=department#explorer"
NOTE = ".mp-explorer-note[role=alert]"


@pytest.fixture(scope="module")
def served(built_site: BuiltSite) -> Iterator[Served]:
    with serving_ranges(built_site.folder) as server:
        yield server


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": 1200, "height": 900})
    yield opened
    opened.close()


def called(page: Page, served: Served, name: str, part: str, cases: list[list[Any]]) -> list[Any]:
    """What a function of the explorer gives for each case."""
    page.goto(served.address + PAGE)
    address = f"{served.address}assets/explorer/{name}.js"
    found: list[Any] = page.evaluate(
        "([address, part, cases]) => import(address).then(m => cases.map(c => m[part](...c)))",
        [address, part, cases],
    )
    return found


def amounts() -> list[int]:
    """Whole numbers about every place where rounding or a separator turns, and some between."""
    edges = [0, 49, 50, 51, 99, 100, 149, 150, 151, 250, 99_949, 99_950, 99_951, 10**11 + 50]
    some = random.Random(7).sample(range(10**13), 60)
    return [sign * value for value in [*edges, *some] for sign in (1, -1)]


def test_money_reads_as_the_one_formatter_writes_it(page: Page, served: Served) -> None:
    """Cents to dollars, halves to the even dollar, separators, true minus."""
    found = called(page, served, "format", "usd0", [[cents] for cents in amounts()])
    assert found == [format_value("usd0", Decimal(cents) / 100) for cents in amounts()]


def test_counts_and_dates_read_as_the_one_formatter_writes_them(page: Page, served: Served) -> None:
    """Whole numbers, days short and long, and sizes of files."""
    cases: list[tuple[str, str, list[Any]]] = [
        ("count", "count", amounts()),
        ("bytes", "bytes", [0, 999, 1000, 1049, 1050, 1051, 2149, 999_949, 999_950, 1_234_567]),
        ("dateShort", "date_short", ["2017-01-02", "2017-12-31", "2016-02-29"]),
        ("dateLong", "date_long", ["2017-05-01", "2017-11-21"]),
    ]
    for part, name, values in cases:
        found = called(page, served, "format", part, [[value] for value in values])
        assert found == [format_value(name, value) for value in values], name


def test_digits_of_a_download_are_exact(page: Page, served: Served) -> None:
    """As the pin has them, with both decimals."""
    found = called(page, served, "format", "raw", [[cents, "usd0"] for cents in amounts()])
    assert found == [str((Decimal(c) / 100).quantize(Decimal("0.01"))) for c in amounts()]


HOSTILE = [
    *("=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\r=1", "\x00=1", "＝1", "\u00a0=1", "\n"),
    *("Grocery", "a=b", "3-pack", "", "'quoted'", 'say "no"', "a,b", "two\nlines", "\u202e=1"),
    *("\ufeff=1", "😀=1", "=😀", "\u2028=1", "a\rb", "\u0085=1"),
]


def test_a_download_is_inert_by_the_same_rules(page: Page, served: Served) -> None:
    """Text that a spreadsheet would run gets the same apostrophe, and the same quotes."""
    assert called(page, served, "csv", "neutral", [[text] for text in HOSTILE]) == [
        neutral(text) for text in HOSTILE
    ]
    rows = [[text, "1.50"] for text in HOSTILE]
    (found,) = called(page, served, "csv", "csv", [[["name", "=x"], rows, [False, True]]])
    assert found == csv_text(["name", "=x"], [[text, Decimal("1.50")] for text in HOSTILE])


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1400, "light")])
def test_axe_finds_nothing(browser: Browser, served: Served, width: int, scheme: Any) -> None:
    """With both lists and the table open, in light and in dark."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto(served.address + VIEW)
    page.wait_for_selector("#explorer-result")
    for summary in page.query_selector_all("#explorer details > summary"):
        if summary.is_visible() and not summary.evaluate("e => e.parentElement.open"):
            summary.click()
    found = axe(page, "#explorer")
    page.close()
    assert found == {"violations": [], "incomplete": []}


def test_a_small_phone_shows_all_of_it(browser: Browser, served: Served) -> None:
    """At 320 px nothing is wider than the screen, no letter below 12 px, no target below 44 px."""
    page = browser.new_page(viewport={"width": 320, "height": 700}, has_touch=True)
    page.goto(served.address + VIEW)
    page.wait_for_selector("#explorer-result svg")
    page.click("text=Departments: all")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    letters = "[...document.querySelectorAll('#explorer-result svg text')]"
    assert (
        page.evaluate(f"Math.min(...{letters}.map(t => parseFloat(getComputedStyle(t).fontSize)))")
        >= 12
    )
    boxes = page.evaluate(f"{letters}.map(t => t.getBoundingClientRect().toJSON())")
    assert all(box["left"] >= 0 and box["right"] <= 320 for box in boxes)
    controls = "#explorer form :is(select, button, label:has(input[type=checkbox]), summary)"
    heights = page.evaluate(
        f"[...document.querySelectorAll('{controls}')].filter(e => e.checkVisibility())"
        ".map(e => e.getBoundingClientRect().height)"
    )
    assert len(heights) > 30
    assert min(heights) >= 44
    page.close()


def test_keys_alone_choose_and_read(page: Page, served: Served) -> None:
    """Tab, arrows, space and letters: a department is found and ticked, a week is read."""
    page.goto(served.address + PAGE + "#explorer")
    page.wait_for_selector("form.mp-explorer-form[data-ready]")
    page.focus("[name=measure]")
    page.keyboard.press("ArrowDown")
    page.wait_for_url("**measure=discount_usd**")
    for _ in range(4):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # opens the departments
    page.keyboard.press("Tab")
    page.keyboard.type("deli")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.wait_for_url("**department=DELI**")
    page.wait_for_function(
        "() => document.querySelector('.mp-explorer-said').textContent.startsWith('Deli')"
    )
    assert page.evaluate("document.activeElement.value") == "DELI"
    before = page.text_content(".mp-week-values")
    page.focus("#explorer-result input[type=range]")
    page.keyboard.press("ArrowLeft")
    assert page.text_content(".mp-week-values") != before
    said = page.get_attribute("#explorer-result input[type=range]", "aria-valuetext") or ""
    assert said.startswith("Week of 6 Nov 2017. Deli: $")


def test_the_filter_hides_what_does_not_match_and_never_what_is_ticked(
    page: Page, served: Served
) -> None:
    """A reader who filters on sees what the choice holds already."""
    page.goto(served.address + PAGE + "?department=DELI#explorer")
    page.wait_for_selector("#explorer-result")
    page.click("text=Departments: Deli")
    page.fill("[data-filter=department]", "FUEL")
    shown = page.locator("[data-boxes=department] label:visible").all_text_contents()
    assert sorted(shown) == ["Deli", "Fuel"]


def test_without_npm_it_says_what_is_missing(page: Page, served: Served) -> None:
    """The static figure stays, the controls go, and there is no error."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.route(
        "**/vendor/hyparquet.js",
        lambda route: route.fulfill(body=NO_READER, content_type="text/javascript"),
    )
    page.goto(served.address + VIEW)
    page.wait_for_selector(NOTE + ":not([hidden])")
    assert "npm was not at hand" in (page.text_content(NOTE) or "")
    assert page.is_visible("#explorer-all")
    assert not page.is_visible("form.mp-explorer-form")
    assert errors == []


def test_a_server_without_ranges_serves_it_too(
    page: Page, built_site: BuiltSite, tmp_path: Path
) -> None:
    """The whole file comes once, and the view is the same."""
    with serving(built_site.folder, tmp_path) as address:
        page.goto(address + VIEW)
        page.wait_for_selector("#explorer-result")
        assert page.locator("#explorer-table tbody tr").count() >= 40


def test_a_site_that_was_published_anew_meanwhile_is_said(page: Page, served: Served) -> None:
    """Bytes of another release are never read with this one's footer."""
    page.route(
        "**/*.parquet",
        lambda route: route.fulfill(
            status=206, body=b"PAR1", headers={"Content-Range": "bytes 0-3/123456"}
        ),
    )
    page.goto(served.address + VIEW)
    page.wait_for_selector(NOTE + ":not([hidden])")
    assert "published anew" in (page.text_content(NOTE) or "")
    assert page.is_visible("#explorer-all")


def test_the_table_of_a_view_has_an_address(page: Page, served: Served) -> None:
    """The address of the table opens it."""
    page.goto(served.address + PAGE + "?by=department#explorer-table")
    page.wait_for_selector("#explorer-table[open]")


def test_without_scripts_the_figure_and_a_word_are_there(browser: Browser, served: Served) -> None:
    """No control that does nothing."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(served.address + PAGE)
    assert page.is_visible("#explorer noscript p")
    assert page.is_visible("#explorer-all table")
    assert not page.is_visible("form.mp-explorer-form")
    context.close()
