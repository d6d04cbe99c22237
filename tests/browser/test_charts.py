"""Charts as readers meet them: without scripts, on paper, by keyboard, in any colours and width."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pypdf import PdfReader

from processing.views.palette import PALETTE
from tests.browser.opening import arrive
from tests.browser.test_pages import PAGES
from tests.browser.visits import serving
from tests.conftest import BuiltSite

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

LOOK = Path(__file__).with_name("charts.js").read_text("utf-8")
BEFORE_INTERACTION = 12  # requests
WIDTHS = (320, 360, 540, 768, 1440)
SMALLEST = 12  # px of text on a screen of the first width


@pytest.fixture(scope="module")
def http(built_site: BuiltSite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(built_site.folder, tmp_path_factory.mktemp("server")) as address:
        yield address


@contextmanager
def opened(browser: Browser, address: str, width: int = 1400, **ways: Any) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": width, "height": 900}, **ways)
    page = context.new_page()
    if ways.get("java_script_enabled", True):
        arrive(page, address)
    else:
        page.goto(address, wait_until="load")
    try:
        yield page
    finally:
        context.close()


def charts(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate(LOOK)
    return found


@pytest.mark.parametrize("name", PAGES)
def test_no_label_is_cut_meets_another_or_is_too_small(
    browser, built_site: BuiltSite, name: str
) -> None:
    with opened(browser, (built_site.folder / name).as_uri(), WIDTHS[0]) as page:
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            for chart in charts(page):
                assert (chart["cut"], chart["met"]) == ([], []), f"{chart['unit']} at {width} px"
                if width == WIDTHS[0]:
                    assert chart["smallest"] >= SMALLEST - 0.01, chart["unit"]


@pytest.mark.parametrize("name", PAGES)
def test_without_scripts_every_chart_shows(browser, built_site: BuiltSite, name: str) -> None:
    with opened(browser, (built_site.folder / name).as_uri(), java_script_enabled=False) as page:
        for unit in page.query_selector_all("figure.mp-unit-chart"):
            drawn = unit.query_selector_all(".mp-svg >> visible=true")
            assert len(drawn) == 1, unit.get_attribute("id")
            box = drawn[0].bounding_box()
            assert box and box["width"] > 250 and box["height"] > 150


@pytest.mark.parametrize("name", PAGES)
def test_on_paper_each_chart_is_whole_on_one_page(
    browser, built_site: BuiltSite, name: str
) -> None:
    with opened(browser, (built_site.folder / name).as_uri()) as page:
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 680, "height": 900})
        wanted = {chart["unit"]: set(chart["labels"]) for chart in charts(page)}
        printed = {
            paper: page.pdf(format=paper, margin={"top": "15mm", "bottom": "15mm"})
            for paper in ("A4", "Letter")
        }
    for paper, content in printed.items():
        texts = [squeezed(sheet.extract_text()) for sheet in PdfReader(io.BytesIO(content)).pages]
        for unit, labels in wanted.items():
            missing = [[label for label in labels if squeezed(label) not in text] for text in texts]
            assert [] in missing, f"{unit} on {paper}: {min(missing, key=len)}"


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_colours_follow_the_theme_and_the_system(browser, built_site: BuiltSite) -> None:
    address = (built_site.folder / "index.html").as_uri()
    inks, system = {}, ""
    ways: list[dict[str, Any]] = [
        {"color_scheme": "light"},
        {"color_scheme": "dark"},
        {"forced_colors": "active"},
    ]
    for way in ways:
        with opened(browser, address, **way) as page:
            (name,) = way.values()
            inks[name] = {ink for chart in charts(page) for ink in chart["inks"]}
            system = page.evaluate("""() => {
              const probe = document.body.appendChild(document.createElement('i'));
              probe.style.color = 'CanvasText';
              return getComputedStyle(probe).color;
            }""")
    for name, ink in zip(("light", "dark"), PALETTE["ink"], strict=True):
        assert f"rgb{tuple(bytes.fromhex(ink[1:]))}" in inks[name]
    assert not inks["light"] & inks["dark"]
    assert inks["active"] == {system}


@pytest.mark.parametrize("name", PAGES)
def test_plotly_is_not_asked_for_before_a_reader_points_at_a_chart(
    browser, http: str, name: str
) -> None:
    with opened(browser, "about:blank") as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url.removeprefix(http)))
        arrive(page, http + name)
        page.wait_for_load_state("networkidle")
        pictures = page.query_selector_all("figure:not(.mp-explorer figure) > .mp-picture")
        assert len(asked) <= BEFORE_INTERACTION
        assert not [url for url in asked if "plotly" in url or "live.js" in url]
        if pictures:
            pictures[0].hover()
            page.wait_for_selector(".mp-live .main-svg", state="attached")
            assert "assets/vendor/plotly.min.js" in asked


def test_arrow_keys_reach_every_point_and_say_its_cells(browser, built_site: BuiltSite) -> None:
    with opened(browser, (built_site.folder / "stores.html").as_uri()) as page:
        page.focus("#store-movers .mp-picture")
        rows = page.eval_on_selector_all(
            "#store-movers tbody tr",
            "rows => rows.map(r => [...r.cells].map(c => c.textContent))",
        )
        said = []
        for _ in rows:
            page.keyboard.press("ArrowRight")
            said.append(page.inner_text(".mp-said"))
        names = [re.match(r"Store: (.*?)\. ", one) for one in said]
        assert sorted(name[1] for name in names if name) == sorted(row[0] for row in rows)
        assert said[0].endswith(f"Point 1 of {len(rows)}.")
        page.keyboard.press("Home")
        assert page.inner_text(".mp-said") == said[0]
        page.wait_for_selector("#store-movers .mp-live .hoverlayer text", state="attached")


def test_each_chart_is_one_stop_for_the_tab_key(browser, built_site: BuiltSite) -> None:
    with opened(browser, (built_site.folder / "index.html").as_uri()) as page:
        stops = page.eval_on_selector_all(
            ".mp-picture",
            "all => all.map(p => p.tabIndex + p.querySelectorAll('[tabindex]').length)",
        )
        assert stops and set(stops) == {0}
