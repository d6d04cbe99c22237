"""Facts of the release on a page: what is not the manifest's is found, loose digits too."""

from __future__ import annotations

from pathlib import Path

import pytest

from processing.site.check.site import check_site
from processing.views.fact import fact
from tests.site.handmade import Handmade, make_site


@pytest.fixture
def site(tmp_path: Path) -> Handmade:
    made = make_site(tmp_path)
    manifest = made.release.manifest
    rows = fact(manifest, "pins", 0, "rows", format="count")
    day = fact(manifest, "as_of", format="date_long")
    said = f'<div class="mp-all-told">{rows} rows to {day} in <code>v2</code></div>'
    made.change("index.html", "<main>", f"<main>{said}")
    return made


def test_true_facts_are_no_finding(site: Handmade) -> None:
    assert site.findings() == []
    assert check_site(site.folder, None, 100) == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('value="2"', 'value="3"', "carries 3, the release has 2"),
        (">2</data>", ">3</data>", "reads '3', format count gives '2'"),
        (">14 January 2017</time> in", ">15 January 2017</time> in", "reads '15 January 2017'"),
        ("/pins/0/rows", "/pins/7/rows", "the release has nothing there"),
        ("/pins/0/rows", "/pins/0/size", "the release has nothing there"),
        (' data-format="count"', "", "lacks its value, data-path or data-format"),
        ('data-format="count"', 'data-format="counts"', "format counts cannot show '2'"),
        (" rows to ", " rows of 12 stores to ", "holds a number that nothing vouches for"),
        ("<code>v2</code>", "v2", "'in v2' holds a number"),
    ],
)
def test_a_fact_that_is_not_the_releases_is_found(
    site: Handmade, old: str, new: str, says: str
) -> None:
    site.change("index.html", old, new)
    found = [f.says for f in site.findings() if f.rule == "number"]
    assert any(says in said for said in found), found
