"""What the bytes of every page must hold: parts, words, numbers and dates in one form."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from tests.conftest import PUBLIC_PAGES, BuiltSite

PAGES = PUBLIC_PAGES
EVERY_PAGE = pytest.mark.parametrize("name", PAGES)
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
DAY = re.compile(rf"\b\d{{1,2}} (?:{MONTHS}|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{{4}}\b")
SLASHED = re.compile(r"\b\d{1,2}[/.]\d{1,2}[/.]\d{2,4}\b")
# Five digits or more in a row, or more decimals than any format has; ids and years are none.
RAW = re.compile(r"(?<![\w.,-])(?:\d{5,}(?:\.\d+)?|\d+\.\d{5,})(?![\w-])")
FIRST_WEEK = "week 1 is 1 January 2017 alone"  # in the words of a contract
SAID = ("Source", "Data to", "Built", "Next update", "Release")


@pytest.fixture
def root(built_site: BuiltSite, name: str) -> Any:
    return parsed(built_site.folder / name)


def parsed(path: Path) -> Any:
    return html.document_fromstring(path.read_bytes())


def words(element: Any) -> str:
    return " ".join(str(element.text_content()).split())


def texts(root: Any, without: str) -> list[str]:
    """The pieces of text in `main` that no ancestor in `without` holds."""
    found = root.xpath(f"//main//text()[not(ancestor::*[{without}])]")
    return [str(text) for text in found]


@EVERY_PAGE
def test_every_page_has_its_landmarks(root: Any, built_site: BuiltSite, name: str) -> None:
    """One main, one h1, a header, a footer, a navigation, headings without a gap, a summary."""
    for path in ("//main", "//h1", "//body//footer", "//html[@lang]"):
        assert len(root.xpath(path)) == 1, path
    assert root.xpath("//body//header") and root.xpath("//nav[@aria-label] | //nav")
    levels = [
        int(element.tag[1])
        for element in root.xpath("//main//*[self::h1 or self::h2 or self::h3 or self::h4]")
    ]
    gaps = [pair for pair in pairwise(levels) if pair[1] > pair[0] + 1]
    assert gaps == []
    (summary,) = root.xpath("//meta[@name='description']/@content")
    assert 40 < len(summary) < 160
    titles = [words(parsed(built_site.folder / other).find(".//title")) for other in PAGES]
    assert len(set(titles)) == len(titles)


@EVERY_PAGE
def test_every_page_says_where_it_comes_from(root: Any, name: str) -> None:
    """Source, data to, built, next update and release, each with a value."""
    notes = root.xpath("//*[contains(@class, 'mp-release')]//dt")
    said = {words(term): words(term.getnext()) for term in notes}
    assert [term for term in SAID if not said.get(term)] == []


@EVERY_PAGE
def test_every_chart_is_said_in_words(root: Any, name: str, record_property: Any) -> None:
    """A name that begins with what it is and holds a number; the check holds these against pins."""
    charts = root.xpath("//figure[contains(@class, 'mp-unit-chart')]")
    record_property("charts", len(charts))
    for chart in charts:
        (picture,) = chart.xpath(".//*[contains(@class, 'mp-picture')]")
        label = picture.get("aria-label")
        assert label.startswith("Chart. ") and re.search(r"\d", label), chart.get("id")
        numbers = chart.xpath(".//figcaption//*[contains(@class, 'mp-value')]")
        numbers += chart.xpath(
            ".//*[contains(@class, 'mp-summary')]//*[contains(@class, 'mp-value')]"
        )
        assert numbers, f"{chart.get('id')}: no number of its pin in headline or summary"


@EVERY_PAGE
def test_every_unit_can_be_downloaded_and_linked_to(
    root: Any, built_site: BuiltSite, name: str, record_property: Any
) -> None:
    units = root.xpath("//figure[contains(@class, 'mp-unit')][not(ancestor::template)]")
    record_property("charts and tables", len(units))
    for unit in units:
        id = unit.get("id")
        (link,) = unit.xpath(".//a[@download][contains(@href, '.csv')]")
        size = (built_site.folder / link.get("href")).stat().st_size
        assert re.fullmatch(r"Download CSV, [\d.,]+ (bytes|KB|MB)", words(link)), words(link)
        assert size > 10
        assert unit.xpath(f".//a[@href='#{id}']"), id


@EVERY_PAGE
def test_every_subtitle_says_measure_and_period(root: Any, name: str) -> None:
    """What is measured, in which unit or of what, and a day or week it belongs to."""
    for line in root.xpath("//figure//*[contains(@class, 'mp-subtitle')]"):
        said = words(line)
        assert said.count(",") >= 1, said
        assert re.search(r"\b(19|20)\d\d\b|\bno week yet\b", said), said


@EVERY_PAGE
def test_every_table_is_whole(root: Any, name: str, record_property: Any) -> None:
    tables = root.xpath("//main//table[not(ancestor::template)]")
    record_property("tables", len(tables))
    for table in tables:
        assert table.xpath("./caption[normalize-space()]"), html.tostring(table)[:120]
        assert not table.xpath(".//th[not(@scope)]")
        empty = [cell for cell in table.xpath(".//td | .//th") if not words(cell) and not len(cell)]
        assert empty == [], html.tostring(table)[:120]


@EVERY_PAGE
def test_numbers_and_dates_have_one_form(root: Any, name: str, record_property: Any) -> None:
    """Grouped numbers with few decimals; days as `1 March 2017` inside `<time>`."""
    code = "self::code or self::pre or self::script or self::style or self::svg or self::option"
    caption = f"{code} or self::time or self::caption"  # repeats the subtitle as plain text
    raw = [m for text in texts(root, code) for m in RAW.findall(text) if "Store" not in text]
    loose = [m for text in texts(root, caption) for m in DAY.findall(text.replace(FIRST_WEEK, ""))]
    slashed = [m for text in texts(root, code) for m in SLASHED.findall(text)]
    record_property("raw numbers", len(raw))
    record_property("loose dates", len(loose))
    assert (raw, loose, slashed) == ([], [], [])


def test_every_key_figure_is_set_against_something(built_site: BuiltSite) -> None:
    """Unit, period, and a change in words on a baseline that is named."""
    found = parsed(built_site.folder / "index.html").xpath("//li[contains(@class, 'mp-kpi')]")
    assert len(found) >= 3
    for figure in found:
        parts = {part.get("class").split()[0]: words(part) for part in figure.xpath("./p[@class]")}
        assert parts["mp-kpi-unit"] and re.search(r"\d{4}", parts["mp-kpi-period"])
        change = [words(part) for part in figure.xpath(".//*[contains(@class, 'mp-kpi-change')]")]
        assert change and re.search(r"(above|below|level with).* (mean|week)", change[0]), change


@EVERY_PAGE
def test_charts_are_plain(root: Any, name: str, record_property: Any) -> None:
    """At most six series to a panel, ten grid lines, one scale a side, and level text."""
    most = 0
    for svg in root.xpath("//svg[contains(@class, 'mp-svg')]"):
        lines = {(p.get("x1"), p.get("y1")) for p in svg.xpath(".//*[contains(@class, 'mp-grid')]")}
        most = max(most, len(lines))
        turned = [
            t for t in svg.xpath(".//text/@transform") if "rotate" in t and "rotate(0" not in t
        ]
        assert turned == []
    record_property("grid lines", most)
    assert most <= 10
