"""Drawing with a real browser, with a broken one, and with none."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from processing.site.pictures import run
from processing.site.pictures.draw import NotDrawn, draw, find_browser
from processing.site.pictures.drawing import drawings
from tests.unit.test_pictures import BLOCK

PAGE = """<html><body><figure class="mp-unit mp-unit-chart" id="sales">
<div class="mp-picture mp-size-m" role="img"><noscript>no</noscript></div>
<script type="application/json" class="mp-data">{}</script></figure></body></html>
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    out = tmp_path / "site"
    out.mkdir()
    (out / "index.html").write_text(PAGE.replace("{}", json.dumps(BLOCK)), encoding="utf-8")
    return out


def add(site: Path, said: list[str] | None = None) -> bool:
    return run.add_pictures(
        site, site.parent / "pictures", (said if said is not None else []).append
    )


@pytest.mark.browser
def test_a_chart_is_drawn_once_and_the_same_each_time(
    site: Path, chromium_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROWSER_PATH", str(chromium_path))
    page, said = site / "index.html", list[str]()
    before = page.read_text()
    assert add(site, said)
    first = page.read_text()
    assert said == ["drawing 1 charts", "drew sales"]
    assert first.count('<svg class="mp-svg mp-svg-') == 3
    assert "var(--mp-" in first and "<noscript>" not in first
    page.write_text(before)
    assert add(site, said)
    assert (len(said), page.read_text()) == (2, first)  # from the cache, without a word
    shutil.rmtree(site.parent / "pictures")
    page.write_text(before)
    assert add(site)
    assert page.read_text() == first  # drawn anew to the same bytes


def test_without_a_browser_the_page_stays_and_one_line_says_so(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROWSER_PATH", "")
    before, said = (site / "index.html").read_bytes(), list[str]()
    assert not add(site, said)
    assert not run.can_draw()
    assert said == [
        "pictures: no Chrome or Chromium by BROWSER_PATH or on PATH; charts draw themselves"
    ]
    assert (site / "index.html").read_bytes() == before


def test_a_browser_that_fails_costs_the_pictures_and_no_more(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "chrome"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("BROWSER_PATH", str(broken))
    before, said = (site / "index.html").read_bytes(), list[str]()
    assert not add(site, said)
    assert len(said) == 2
    assert said[1].startswith(f"pictures: {broken} did not draw all charts (")
    assert (site / "index.html").read_bytes() == before


@pytest.mark.browser
def test_a_figure_that_plotly_refuses_is_not_drawn(chromium_path: Path) -> None:
    wrong: dict[str, Any] = {**BLOCK, "figure": {**BLOCK["figure"], "data": [{"type": "image"}]}}

    def refuse(_: object, source: bytes) -> None:
        raise ValueError("an image that is no heat map")

    with pytest.raises(NotDrawn, match="ValueError: an image that is no heat map"):
        draw(list(drawings(wrong, "m"))[:1], str(chromium_path), refuse)


def test_a_named_browser_that_is_not_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROWSER_PATH", "/no/such/chrome")
    assert find_browser() is None
