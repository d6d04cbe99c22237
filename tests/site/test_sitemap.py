"""A site that knows its address tells search engines its pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from processing.config import load_config
from processing.site.finishing.sitemap import ROBOTS, SITEMAP, SPACE, lay_sitemap
from processing.site.run import render_site
from tests.integration import faulty
from tests.integration.sites import small_site

AT = "https://example.org/x"
MADE = "2017-11-21T06:00:00+00:00"


def listed(folder: Path) -> dict[str, str]:
    """Address and time of each page in the sitemap."""
    root = etree.fromstring((folder / SITEMAP).read_bytes())
    assert root.tag == f"{{{SPACE}}}urlset"
    return {str(one[0].text): str(one[1].text) for one in root}


def test_pages_are_listed_with_the_time_of_their_release(tmp_path: Path) -> None:
    """Whatever a renderer wrote before is replaced."""
    (tmp_path / SITEMAP).write_text("of a renderer", encoding="utf-8")
    lay_sitemap(tmp_path, AT + "/", ["b.html", "a&b.html"], MADE)
    assert listed(tmp_path) == {f"{AT}/a&b.html": MADE, f"{AT}/b.html": MADE}
    assert (tmp_path / ROBOTS).read_text(encoding="utf-8") == f"Sitemap: {AT}/sitemap.xml\n"


def test_rules_for_robots_of_the_projects_own_stay(tmp_path: Path) -> None:
    (tmp_path / ROBOTS).write_text("User-agent: *\n", encoding="utf-8")
    lay_sitemap(tmp_path, AT, [], MADE)
    assert (tmp_path / ROBOTS).read_text(encoding="utf-8") == "User-agent: *\n"


@pytest.mark.parametrize("by", ["pandoc", pytest.param("quarto", marks=pytest.mark.quarto)])
def test_either_renderer_gives_it_for_the_latest_alone(by: str, tmp_path: Path) -> None:
    """Not for past releases, which are not to be listed, and not for where nothing lies."""
    root = small_site(tmp_path / "project")
    config = root / "_quarto.yml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("website:\n", f"website:\n  site-url: {AT}\n"), encoding="utf-8")
    made = faulty.built(root, faulty.OLD_DAY).manifest.created_at
    render_site(load_config(root), by, root / "_site", lambda line: None, gate=True)
    assert listed(root / "_site") == {f"{AT}/{name}.html": made for name in ("index", "other")}
    assert [path.name for path in (root / "_site").rglob(SITEMAP)] == [SITEMAP]
