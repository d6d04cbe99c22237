"""Every page for hands and eyes of any kind: by Tab, by finger, narrow, enlarged, at rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.opening import opened
from tests.browser.test_pages import PAGES
from tests.conftest import BuiltSite

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("name", PAGES)]

STOPS_IN_A_CHART = 3
FINE, TOUCH = 24, 44  # px


def test_every_control_is_reached_by_tab_and_seen(
    browser: Browser, built_site: BuiltSite, name: str, record_property: Any
) -> None:
    """In the order of the page, each with a ring around it, and few in each chart."""
    with opened(browser, built_site.folder / name, reduced_motion="reduce") as page:
        wanted = page.evaluate(CONTROLS)
        stops = walk(page, wanted + 5)
    record_property("controls not reached", wanted - len({stop["at"] for stop in stops}))
    in_charts = [stop["chart"] for stop in stops if stop["chart"]]
    most = max((in_charts.count(chart) for chart in in_charts), default=0)
    record_property("stops in a chart", most)
    assert [stop["at"] for stop in stops] == list(range(wanted)), stops[-1]
    assert [stop["says"] for stop in stops if not stop["ring"]] == []
    assert [stop["says"] for stop in stops if not stop["inSight"]] == []
    assert most <= STOPS_IN_A_CHART


def walk(page: Page, limit: int) -> list[dict[str, Any]]:
    """Press Tab until the focus leaves the page; where it stood."""
    stops: list[dict[str, Any]] = []
    for _ in range(limit):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop is None:
            break
        stops.append(stop)
    return stops


# What can take the focus and shows; a group of radio buttons is one stop.
CONTROLS = """() => {
  const all = [...document.querySelectorAll(
    'a[href], button, input, select, textarea, summary, [tabindex]')].filter(e =>
    e.tabIndex >= 0 && !e.disabled && e.checkVisibility({visibilityProperty: true})
    && !e.closest('[inert]'));
  window.controls = all;
  return all.length;
}"""
STOP = """async () => {
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const ringed = x => { const s = getComputedStyle(x);
    return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0 || s.boxShadow !== 'none'; };
  const box = e.getBoundingClientRect();
  return {
    at: window.controls.indexOf(e), says: (e.outerHTML || '').slice(0, 120),
    ring: ringed(e) || ringed(e.parentElement),
    inSight: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    chart: e.closest('.mp-picture') ? e.closest('figure').id : '',
  };
}"""


def test_targets_are_large_enough(
    browser: Browser, built_site: BuiltSite, name: str, record_property: Any
) -> None:
    """Links within a sentence are as high as its lines; all else has room for a finger."""
    small = {}
    for least, mode in ((FINE, "light"), (TOUCH, "mobile")):
        with opened(browser, built_site.folder / name, mode) as page:
            small[least] = page.evaluate(SMALL, least)
            record_property(f"below {least} px", len(small[least]))
    assert small == {FINE: [], TOUCH: []}


SMALL = """least => {
  const shown = [...document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, textarea, summary, [role=tab]'
  )].filter(e => e.checkVisibility({visibilityProperty: true}))
    .filter(e => e.getBoundingClientRect().width > 1);
  const inText = e => e.matches('a') && getComputedStyle(e).display === 'inline' &&
    [...e.parentElement.childNodes].some(n => n !== e && n.textContent.trim().length > 1);
  const box = e => (e.closest('label') || e).getBoundingClientRect();
  return shown.filter(e => !inText(e) && (box(e).height < least - 0.5 || box(e).width < 24 - 0.5))
    .map(e => `${Math.round(box(e).height)} px high: ${e.outerHTML.slice(0, 110)}`);
}"""


@pytest.mark.parametrize(("width", "scale"), [(320, 1), (320, 4)], ids=["320 px", "400 %"])
def test_pages_reflow(
    browser: Browser, built_site: BuiltSite, name: str, width: int, scale: int, record_property: Any
) -> None:
    """A screen of 1280 px enlarged four times is 320 px wide and 256 px high."""
    size = {"width": width, "height": 256 if scale > 1 else 700}
    with opened(
        browser, built_site.folder / name, viewport=size, device_scale_factor=scale
    ) as page:
        wide = page.evaluate("() => document.documentElement.scrollWidth")
        stuck = page.evaluate(STUCK)
    record_property("px wide", wide)
    assert wide <= width
    assert stuck < size["height"] / 3


# How much of the screen stays covered by what does not scroll away.
STUCK = """() => {
  scrollTo(0, 600);
  return [...document.querySelectorAll('body *')].filter(e =>
    ['fixed', 'sticky'].includes(getComputedStyle(e).position) && e.checkVisibility())
    .map(e => e.getBoundingClientRect())
    .filter(b => b.width > 200 && b.top < innerHeight && b.bottom > 0)
    .reduce((sum, b) => sum + Math.min(b.bottom, innerHeight) - Math.max(b.top, 0), 0);
}"""


def test_without_scripts_nothing_is_lost(
    browser: Browser, built_site: BuiltSite, name: str, record_property: Any
) -> None:
    """Every chart, number and table shows as it does with scripts and every table unfolded."""
    with opened(browser, built_site.folder / name, "scripts off") as page:
        hidden = page.evaluate(HIDDEN)
    record_property("hidden", len(hidden))
    assert hidden == []


HIDDEN = """() => [...document.querySelectorAll(
  'main .mp-value, main figure.mp-unit-chart svg.mp-svg, main figure.mp-unit table')]
  .filter(e => ![...e.matches('svg') ? e.parentElement.querySelectorAll('svg.mp-svg') : [e]]
    .some(one => one.checkVisibility())).filter(e => !e.closest('details:not(.mp-table)'))
  .map(e => e.outerHTML.slice(0, 120))"""


def test_nothing_moves_for_who_wants_rest(
    browser: Browser, built_site: BuiltSite, name: str, record_property: Any
) -> None:
    """No animation, no transition and no smooth scrolling where motion is unwanted."""
    with opened(browser, built_site.folder / name, reduced_motion="reduce") as page:
        moving = page.evaluate(MOVING)
    record_property("moving", len(moving))
    assert moving == []


MOVING = """() => [...document.querySelectorAll('*')].filter(e => {
  const s = getComputedStyle(e);
  const lasts = text => text.split(',').some(part => parseFloat(part) > 0.011);
  return lasts(s.transitionDuration) || s.animationName !== 'none' && lasts(s.animationDuration)
    || s.scrollBehavior === 'smooth';
}).map(e => e.outerHTML.slice(0, 100))"""


def test_nothing_moves_when_a_chart_wakes(
    browser: Browser, built_site: BuiltSite, name: str, record_property: Any
) -> None:
    """The page keeps its height and its places when Plotly takes over from the pictures."""
    with opened(browser, built_site.folder / name) as page:
        before = page.evaluate(PLACES)
        for picture in page.query_selector_all(".mp-unit-chart .mp-picture"):
            if picture.is_visible():
                picture.focus()
                picture.wait_for_selector(".mp-live .main-svg", state="attached")
        after = page.evaluate(PLACES)
    moved = [one for one, other in zip(before, after, strict=True) if one != other]
    record_property("moved", len(moved))
    assert moved == []


PLACES = """() => [...document.querySelectorAll('main h2, main h3, main figure, footer')].map(e => {
  const box = e.getBoundingClientRect();
  return [e.id || e.localName, Math.round(box.top + scrollY), Math.round(box.height)];
})"""
