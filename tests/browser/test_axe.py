"""Deque's axe on every page in every mode: nothing wrong, and nothing it cannot judge."""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.axe import axe
from tests.browser.opening import MODES, opened
from tests.browser.test_pages import PAGES
from tests.conftest import BuiltSite

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_on_any_page(
    browser: Browser, built_site: BuiltSite, name: str, mode: str, record_property: Any
) -> None:
    with opened(browser, built_site.folder / name, mode) as page:
        found = axe(page, "html")
    undecided = [one for one in found["incomplete"] if not lies_on_a_mark(one)]
    record_property("wrong", len(found["violations"]))
    record_property("not to be judged", len(undecided))
    assert (found["violations"], undecided) == ([], [])


def lies_on_a_mark(one: dict[str, Any]) -> bool:
    """Text of a chart upon a bar, whose contrast axe cannot tell: the test below measures it."""
    nodes = one["nodes"]
    return one["rule"] == "color-contrast" and all(n.startswith(("<text", "<tspan")) for n in nodes)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_chart_text_stands_out_from_its_ground(
    browser: Browser, built_site: BuiltSite, name: str, scheme: str, record_property: Any
) -> None:
    """Each text of a chart against the mark that its middle lies on, else against the page."""
    with opened(browser, built_site.folder / name, scheme) as page:
        texts = page.evaluate(GROUNDS)
    faint = [one for one in texts if contrast(one["ink"], one["ground"]) < 4.5]
    record_property("faint", len(faint))
    assert faint == []


def contrast(ink: list[float], ground: list[float]) -> float:
    """The contrast of two colours as WCAG 2 has it."""
    light, dark = sorted((luminance(ink), luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: list[float]) -> float:
    parts = [part / 255 for part in colour]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


GROUNDS = """() => {
  const rgba = text => text.match(/[\\d.]+/g).map(Number);
  const over = (top, under) => { const a = top[3] ?? 1;
    return [0, 1, 2].map(at => top[at] * a + under[at] * (1 - a)); };
  const page = e => { for (let at = e; at; at = at.parentElement) {
    const colour = rgba(getComputedStyle(at).backgroundColor);
    if ((colour[3] ?? 1) === 1) return colour; } return [255, 255, 255]; };
  const found = [];
  for (const svg of document.querySelectorAll('.mp-svg')) {
    if (!svg.checkVisibility()) continue;
    svg.scrollIntoView({block: 'center', behavior: 'instant'});
    const all = [...svg.querySelectorAll('path, rect, circle')].filter(m => !m.closest('defs'));
    const marks = all.filter(m => {
      const s = getComputedStyle(m);
      return s.fill.startsWith('rgb') && (rgba(s.fill)[3] ?? 1) > 0 && +s.fillOpacity > 0;
    });
    for (const text of svg.querySelectorAll('text')) {
      const box = text.getBoundingClientRect();
      if (!box.width) continue;
      const x = box.left + box.width / 2, y = box.top + box.height / 2;
      const mark = marks.filter(m => m.isPointInFill &&
        m.isPointInFill(new DOMPoint(x, y).matrixTransform(m.getScreenCTM().inverse()))).pop();
      let ground = page(svg);
      if (mark) { const s = getComputedStyle(mark), fill = rgba(s.fill);
        fill[3] = (fill[3] ?? 1) * s.fillOpacity * s.opacity; ground = over(fill, ground); }
      const ink = over(rgba(getComputedStyle(text).fill), ground);
      found.push({says: text.textContent, ink, ground});
    }
  }
  return found;
}"""


@pytest.mark.parametrize("name", PAGES)
def test_colours_are_told_apart_or_labelled(
    browser: Browser, built_site: BuiltSite, name: str, record_property: Any
) -> None:
    """The fills of a chart under three kinds of colour blindness and in grey.

    Two that look alike are well only where each mark is named or valued by a text of its own, or
    where each is on a mark of an outline that the other lacks.
    """
    with opened(browser, built_site.folder / name) as page:
        charts = page.evaluate(FILLS)
    alike = []
    for chart in charts:
        pairs = combinations(chart["fills"], 2)
        close = [(one["colour"], other["colour"]) for one, other in pairs if look_alike(one, other)]
        if close and chart["texts"] < chart["marks"]:
            alike.append((chart["unit"], close))
    record_property("alike", len(alike))
    assert alike == []


def look_alike(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two fills are close to some eye, and one is on no outline that the other lacks."""
    colours = one["colour"], other["colour"]
    close = min(apart(*colours, sight) for sight in SIGHTS) < APART
    mine, others = {*one["outlines"]}, {*other["outlines"]}
    return close and (mine <= others or others <= mine)


APART = 20  # CIE76: far more than the 2.3 that can just be seen
# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB; grey by luminance.
SIGHTS = (
    ((0.152, 1.052, -0.204), (0.114, 0.786, 0.099), (-0.003, -0.048, 1.051)),
    ((0.367, 0.860, -0.227), (0.280, 0.672, 0.047), (-0.011, 0.042, 0.968)),
    ((1.255, -0.076, -0.178), (-0.078, 0.930, 0.147), (0.004, 0.691, 0.303)),
    ((0.2126, 0.7152, 0.0722),) * 3,
)  # fmt: skip


def apart(one: list[float], other: list[float], sight: Any) -> float:
    """How far two colours are apart in CIE Lab for an eye of that kind."""
    a, b = (
        lab([sum(m * p for m, p in zip(row, linear(c), strict=True)) for row in sight])
        for c in (one, other)
    )
    return math.dist(a, b)


def linear(colour: list[float]) -> list[float]:
    parts = [part / 255 for part in colour[:3]]
    return [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]


def lab(rgb: list[float]) -> list[float]:
    """CIE Lab, D65, of linear RGB."""
    red, green, blue = (min(max(part, 0.0), 1.0) for part in rgb)
    xyz = (
        (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047,
        0.2126 * red + 0.7152 * green + 0.0722 * blue,
        (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883,
    )
    x, y, z = (t ** (1 / 3) if t > 0.008 else 7.787 * t + 16 / 116 for t in xyz)
    return [116 * y - 16, 500 * (x - y), 200 * (y - z)]


FILLS = """() => [...document.querySelectorAll('.mp-unit-chart .mp-picture')].map(picture => {
  const svg = [...picture.querySelectorAll('.mp-svg')].find(one => one.checkVisibility());
  if (!svg) return null;
  const outline = m => m.localName + (m.getAttribute('d') ?? '').replace(/[^a-z]/gi, '');
  const marks = [...svg.querySelectorAll('path, rect, circle')]
    .map(m => ({fill: getComputedStyle(m).fill, outline: outline(m)}))
    .filter(({fill}) => fill.startsWith('rgb') && (fill.match(/[\\d.]+/g)[3] ?? 1) > 0.5);
  const fills = [...new Set(marks.map(m => m.fill))].map(fill => ({
    colour: fill.match(/[\\d.]+/g).map(Number),
    outlines: [...new Set(marks.filter(m => m.fill === fill).map(m => m.outline))],
  })).filter(({colour: [r, g, b]}) => Math.max(r, g, b) - Math.min(r, g, b) > 24);
  return {unit: picture.closest('figure').id, fills, marks: marks.length,
          texts: svg.querySelectorAll('text').length};
}).filter(Boolean)"""
