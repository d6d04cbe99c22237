"""The table of page quality keeps up: every point stands in it, and its tests are there."""

from __future__ import annotations

import re

from tests.browser.points import LIGHTHOUSE, POINTS
from tests.conftest import ROOT

ROW = re.compile(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.M)


def test_the_committed_table_has_every_point() -> None:
    """In order, as the points say today, each measured or missed for a stated reason."""
    rows = ROW.findall((ROOT / "docs" / "page-quality.md").read_text(encoding="utf-8"))
    stands = [(int(number), says, target) for number, says, target, *_ in rows]
    assert stands == [(point.number, point.says, point.target) for point in POINTS]
    assert [number for number, _, _, found, _, _ in rows if found.strip() in ("", "–")] == []
    assert [number for number, *_, holds, _ in rows if holds == "not measured"] == []


def test_there_are_forty_points_and_each_is_measured_or_missed() -> None:
    assert [point.number for point in POINTS] == list(range(1, 41))
    assert [point.number for point in POINTS if not point.tests and not point.misses] == []


def test_every_test_that_a_point_names_is_there() -> None:
    files = (ROOT / "tests").rglob("test_*.py")
    texts = "\n".join(path.read_text(encoding="utf-8") for path in files)
    named = {name for point in POINTS for name in point.tests if name != LIGHTHOUSE}
    assert sorted(name for name in named if f"def {name}(" not in texts) == []
