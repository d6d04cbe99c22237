"""The site that the real data gives, against its own quality gate."""

from __future__ import annotations

from processing.board.reader import Release
from processing.config import load_config
from processing.site.check.site import check_site
from tests.conftest import BuiltSite


def test_the_built_site_passes_its_check(built_site: BuiltSite, release: Release) -> None:
    budget = load_config(built_site.root).site.size_budget_kb
    assert list(map(str, check_site(built_site.folder, release, budget))) == []


def test_the_check_sees_numbers_on_the_front_page(built_site: BuiltSite) -> None:
    text = (built_site.folder / "index.html").read_text(encoding="utf-8")
    assert text.count("mp-value") >= 4
    assert "mp-unit" in text
