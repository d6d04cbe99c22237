"""What the benchmark copies is a project whose pages can be told apart by audience."""

from __future__ import annotations

from pathlib import Path

from processing.site.pages.audience import is_internal, left_out_of_public
from scripts.bench import project
from tests.conftest import ROOT


def test_the_copy_has_the_pages_of_both_audiences(tmp_path: Path) -> None:
    copy = project(tmp_path)
    left_out = left_out_of_public(copy, "reports")
    pages = {path.name: is_internal(path, left_out) for path in copy.glob("reports/*.qmd")}
    assert pages.keys() == {path.name for path in ROOT.glob("reports/*.qmd")}
    assert set(pages.values()) == {True, False}
