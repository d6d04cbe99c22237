"""The table of page quality keeps up: every point stands in it, and its tests are there."""

from __future__ import annotations

import re

import pytest

from scripts.quality_table import RENDERERS, Result, told, with_part
from tests.browser.points import LIGHTHOUSE, POINTS
from tests.browser.reasons import REASONS
from tests.conftest import ROOT

ROW = re.compile(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.M)
DOCUMENT = (ROOT / "docs" / "page-quality.md").read_text(encoding="utf-8")
EVERY_RENDERER = pytest.mark.parametrize("renderer", RENDERERS)


def rows(renderer: str) -> list[tuple[str, ...]]:
    """The committed rows of one renderer: number, words, target, found, holds, measured by."""
    begin, end = f"<!-- measured: {renderer} -->", f"<!-- end of measured: {renderer} -->"
    return ROW.findall(DOCUMENT.split(begin)[1].split(end)[0])


@EVERY_RENDERER
def test_the_committed_table_has_every_point(renderer: str) -> None:
    """In order, as the points say today, each of them measured."""
    stands = [(int(number), says, target) for number, says, target, *_ in rows(renderer)]
    assert stands == [(point.number, point.says, point.target) for point in POINTS]
    assert [number for number, _, _, found, *_ in rows(renderer) if found.strip("– ") == ""] == []
    assert [number for number, *_, holds, _ in rows(renderer) if holds == "not measured"] == []


@EVERY_RENDERER
def test_a_missed_point_says_why(renderer: str) -> None:
    """Behind what was found stands the reason, as it stands among the reasons today."""
    missed = {int(row[0]): row[3] for row in rows(renderer) if row[4] != "yes"}
    reasons = {number: REASONS.get((renderer, number), "no reason") for number in missed}
    assert [n for n, found in missed.items() if not found.endswith(reasons[n])] == []


def test_a_part_is_written_and_the_other_stays() -> None:
    """Where only one renderer is installed, what was measured under the other is kept."""
    renderer, other = RENDERERS
    written = with_part(DOCUMENT, renderer, ["anew"])
    assert f"<!-- measured: {renderer} -->\nanew\n<!-- end of measured: {renderer} -->" in written
    kept = DOCUMENT.split(f"<!-- measured: {other} -->")[1]
    assert kept in written and len(kept) > 1000


def test_a_missed_point_is_told_by_how_much() -> None:
    """The worst page and its figure, and the tests that failed by their names."""
    pages = {"a.html": {"KB": 90.0, "KB after": 663.0}, "b.html": {"KB": 130.5, "KB after": 500.0}}
    assert told(8, {}, pages) == ("130.5 on b.html; 663 on a.html", False)
    mine = {"test_x": Result(held=2, failed=["a.html-dark"], figures={"wrong": 3})}
    assert told(11, mine, {}) == ("2 of 3 (wrong at most 3); not: a.html-dark", False)
    assert told(11, {}, {}) == ("–", None)


def test_there_are_forty_points_and_each_is_measured() -> None:
    assert [point.number for point in POINTS] == list(range(1, 41))
    assert [point.number for point in POINTS if not point.tests] == []


def test_every_test_that_a_point_names_is_there() -> None:
    files = (ROOT / "tests").rglob("test_*.py")
    texts = "\n".join(path.read_text(encoding="utf-8") for path in files)
    named = {name for point in POINTS for name in point.tests if name != LIGHTHOUSE}
    assert sorted(name for name in named if f"def {name}(" not in texts) == []
