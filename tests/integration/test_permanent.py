"""Permanent addresses of releases: kept as they were, found again byte for byte, and let go."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import feedparser
import pytest
from lxml import etree, html

from processing.board.publish import rollback
from processing.config import load_config
from processing.errors import PageError
from processing.site.run import Rendering, check_and_note, render_past, render_site
from tests.conftest import RENDERER, run_millpond
from tests.integration import faulty
from tests.integration.faulty import LATER, OLD_DAY
from tests.integration.projects import digest
from tests.integration.sites import small_site, write_page

TAKEN_BACK = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
PAGE = """---
title: What changed
description: A page of a test.
---

```{python}
#| include: false
from processing.board.reader import manifest
from processing.views import changes
```

```{python}
changes.latest(manifest())
```

```{python}
changes.earlier(manifest())
```
"""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that published three releases, a day apart, each with the last two kept."""
    folder = small_site(tmp_path_factory.mktemp("permanent") / "project")
    (folder / "reports" / "changes.qmd").write_text(PAGE, encoding="utf-8")
    toml = folder / "millpond.toml"
    toml.write_text(toml.read_text() + "\n[keep]\nreleases = 2\n", encoding="utf-8")
    for day in range(3):
        published(folder, day)
        shutil.copytree(folder / "_site", folder / f"was-{day}")
    return folder


@pytest.fixture
def project(template: Path, tmp_path: Path) -> Path:
    """A copy for one test to spoil."""
    return Path(shutil.copytree(template, tmp_path / "project"))


def published(folder: Path, day: int) -> Rendering:
    """The site of that day's release, checked and put in place."""
    ago = timedelta(days=day)
    faulty.built(folder, OLD_DAY + ago, LATER + ago)
    return render(folder)


def render(folder: Path) -> Rendering:
    out = folder / "_site"
    done = render_site(load_config(folder), RENDERER, out, lambda line: None, gate=True)
    assert isinstance(done, Rendering)
    return done


def kept(folder: Path) -> list[str]:
    """The releases with an address, oldest first."""
    return sorted(path.name for path in (folder / "_site" / "releases").iterdir())


def ids(folder: Path) -> list[str]:
    """All releases of the board, oldest first."""
    names = (path.stem for path in (folder / "board" / "releases").glob("2*.json"))
    return sorted(names)


def test_every_release_has_an_address_that_shows_what_it_showed(template: Path) -> None:
    """From its first day on; the oldest fall away, and nothing else at the address ever changes."""
    first, second, third = ids(template)
    assert kept(template) == [second, third]
    assert sorted(path.name for path in (template / "was-1" / "releases").iterdir()) == [
        first,
        second,
    ]
    site = template / "_site"
    assert digest(site / "releases" / second) == digest(template / "was-1" / "releases" / second)
    for name in ("index", "other", "changes"):
        past = html.document_fromstring((site / f"releases/{second}/{name}.html").read_bytes())
        (note,) = past.xpath("//p[@id='as-released']")
        assert f"This is the site of release {second}" in note.text_content()
        assert note.xpath("a/@href") == [f"../../{name}.html"]
        assert past.xpath("//meta[@name='robots']/@content") == ["noindex"]
        assert past.xpath("//@data-overdue-from") == []  # it is never overdue
        assert [to for to in past.xpath("//a/@href") if "releases/" in to] == []
        latest = html.document_fromstring((site / f"{name}.html").read_bytes())
        assert latest.xpath("//meta[@name='robots']") == []
        assert latest.xpath("//section[@id='release']//a[contains(@href, 'releases/')]/@href") == [
            f"releases/{third}/{name}.html"
        ]


def test_what_changed_leads_to_each_address_there_is(template: Path) -> None:
    """On the page and in the feed; a release that fell away has no link."""
    _, second, third = ids(template)
    site = template / "_site"
    page = html.document_fromstring((site / "changes.html").read_bytes())
    links = page.xpath("//p[@class='mp-permanent']/a/@href")
    assert links == [f"releases/{one}/index.html" for one in (third, second)]
    feed = etree.fromstring((site / "changes.xml").read_bytes())
    found = feed.xpath("//a:entry/a:link/@href", namespaces={"a": "http://www.w3.org/2005/Atom"})
    assert found[:2] == [f"releases/{one}/changes.html#release-{one}" for one in (third, second)]
    assert found[2].startswith("changes.html#release-")


def test_the_site_as_of_a_kept_release_byte_for_byte(project: Path) -> None:
    """By the command, from board and code alone; the second half of the main job checks it."""
    second = ids(project)[1]
    before = faulty.site_digest(project)
    shutil.rmtree(project / ".cache")
    done = run_millpond(project, "site", "--release", second, "--renderer", RENDERER)
    assert done.returncode == 0, done.stderr
    made = project / f"_site-{second}"
    assert digest(made) == digest(project / "_site" / "releases" / second)
    assert faulty.site_digest(project) == before
    assert check_and_note(load_config(project), made, lambda line: None) == []


def test_an_address_stays_when_code_changes(project: Path) -> None:
    """The latest follows the code, at its own address too; the one before does not."""
    _, second, third = ids(project)
    write_page(project, "other", 'plain.table(pin("weeks"), "weeks-anew")')
    render(project)
    site = project / "_site" / "releases"
    assert digest(site / second) == digest(project / "was-1" / "releases" / second)
    assert "weeks-anew" in (site / third / "other.html").read_text(encoding="utf-8")


def test_a_page_that_is_gone_leads_to_the_front(project: Path) -> None:
    """Of the earlier address only the way to the latest follows."""
    second = ids(project)[1]
    (project / "reports" / "other.qmd").unlink()
    config = project / "_quarto.yml"
    text = config.read_text().replace("      - {href: reports/other.qmd, text: Other}\n", "")
    config.write_text(text)
    render(project)
    past = (project / f"_site/releases/{second}/other.html").read_text(encoding="utf-8")
    assert 'href="../../index.html">The latest is here' in past
    was = (project / f"was-1/releases/{second}/other.html").read_text(encoding="utf-8")
    assert 'href="../../other.html">The latest is here' in was


def test_a_release_taken_back_is_told_and_its_address_says_so(project: Path) -> None:
    """After a rollback, and still after the next release: on the page, in the feed and as JSON."""
    _, second, third = ids(project)
    rollback(project / "board", None, now=TAKEN_BACK)
    render(project)
    for release in (second, None):
        site = project / "_site"
        page = html.document_fromstring((site / "changes.html").read_bytes())
        (told,) = page.xpath(f"//*[@id='release-{third}']")
        said = " ".join(told.text_content().split())
        assert "Taken back on 20 November 2026, 22:30 UTC. Its figures no longer hold" in said
        feed = feedparser.parse((site / "changes.xml").read_bytes())
        (entry,) = [one for one in feed.entries if one.link.endswith(f"#release-{third}")]
        assert entry.title == "Taken back: the release with data to 13 February 2017"
        assert entry.updated == "2026-11-20T22:30:00+00:00"
        releases = json.loads((site / "changes.json").read_bytes())["releases"]
        assert [one["taken_back_at"] for one in releases if one["release"] == third] == [
            "2026-11-20T22:30:00+00:00"
        ]
        assert no_number_of_it_is_left(site / "releases" / third)
        assert third not in (site / "index.html").read_text(encoding="utf-8")
        if release:
            assert kept(project) == [second, third]
            own = (site / f"releases/{second}/changes.html").read_text(encoding="utf-8")
            assert third not in own  # it is as it was made
            published(project, 3)


def no_number_of_it_is_left(folder: Path) -> bool:
    """Only notes stand at the address of a release taken back; each leads to the latest."""
    names = {path.name for path in folder.rglob("*") if path.is_file()}
    assert names == {"index.html", "other.html", "changes.html", "catalog.json"}
    for name in names - {"catalog.json"}:
        page = html.document_fromstring((folder / name).read_bytes())
        (note,) = page.xpath("//p[@id='as-released']")
        assert "taken back on 20 November 2026, 22:30 UTC" in note.text_content()
        assert note.xpath("a/@href") == [
            f"../../{name}",
            f"../../changes.html#release-{folder.name}",
        ]
    return True


def test_what_is_not_a_release_of_ours_is_not_carried_over(project: Path) -> None:
    """Torn, of another audience, or of another release than its name says."""
    second = ids(project)[1]
    folder = project / "_site" / "releases"
    (folder / "notes").mkdir()
    catalog = folder / second / "catalog.json"
    text = catalog.read_text(encoding="utf-8")
    catalog.unlink()
    catalog.write_text(text.replace('"audience": "public"', '"audience": "internal"'))
    published(project, 3)
    assert kept(project) == [ids(project)[2], ids(project)[3]]


def test_a_page_that_cannot_be_made_as_of_a_kept_release(project: Path) -> None:
    """A page that reads what that release had not: exit code 14, and nothing is written."""
    write_page(project, "other", 'plain.table(pin("weks"), "weeks-other")')
    second = ids(project)[1]
    out = project / "past"
    with pytest.raises(PageError, match="no pin 'weks'"):
        render_past(load_config(project), second, RENDERER, out, lambda line: None)
    assert not out.exists()
    usage = run_millpond(project, "site", "--release", second, "--as-of", "2017-02-12")
    assert usage.returncode == 2
    assert "A kept release is not built again" in usage.stderr
