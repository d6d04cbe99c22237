"""A page that fails: readers keep its last good copy, are told so, and get every other page."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from lxml import html

from processing.board.reader import open_release
from processing.config import load_config
from processing.errors import PageError
from processing.site.check.site import check_site
from processing.site.finishing.publish import release_shown
from processing.site.pages.cache import cache_folder
from processing.site.pages.shown import releases_shown
from processing.site.run import Rendering, render_site
from tests.conftest import run_millpond
from tests.integration import faulty
from tests.integration.faulty import NEW_DAY, OLD_DAY
from tests.integration.sites import GOOD_CELL, small_site, write_page

BROKEN = 'plain.table(3, "weeks-other")'


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose site shows the old day."""
    folder = small_site(tmp_path_factory.mktemp("failing") / "project")
    faulty.built(folder, OLD_DAY)
    render(folder)
    return folder


@pytest.fixture
def project(template: Path, tmp_path: Path) -> Path:
    """A copy for one test to spoil."""
    return Path(shutil.copytree(template, tmp_path / "project"))


def render(folder: Path, renderer: str = "pandoc") -> Rendering:
    """The main job's second half: the site, published only if it passes its check."""
    out = folder / "_site"
    done = render_site(load_config(folder), renderer, out, lambda line: None, gate=True)
    assert isinstance(done, Rendering)
    return done


def page(folder: Path, name: str) -> html.HtmlElement:
    """A page of the published site."""
    return html.document_fromstring((folder / "_site" / f"{name}.html").read_bytes())


def notices(folder: Path, name: str) -> list[str]:
    """What a page says at its head of being old."""
    return [
        " ".join(one.text_content().split())
        for one in page(folder, name).xpath("//p[@id='not-renewed']")
    ]


def release_of(folder: Path, name: str) -> str:
    """The release that the foot of a page names."""
    return str(page(folder, name).xpath("string(//section[@id='release']/@data-release)"))


def findings(folder: Path) -> list[str]:
    """What the quality gate finds in the published site."""
    return [str(one) for one in check_site(folder / "_site", open_release(folder / "board"), 9000)]


def test_a_page_that_fails_stays_as_it_was_and_says_so(project: Path) -> None:
    """Over two new releases: the copy, its numbers and its release stay; the other page goes on."""
    old = release_shown(project / "_site")
    assert old is not None
    table = page(project, "other").xpath("//table")[0].text_content()
    write_page(project, "other", BROKEN)
    new = faulty.built(project, NEW_DAY).manifest
    done = render(project)
    assert [(one.name, one.since) for one in done.failing] == [("other", new.created_at)]
    assert isinstance(done.error, PageError)
    assert "Page other.qmd, line 13: a cell failed" in str(done.error)
    assert f"the copy from release {old}" in str(done.error)
    assert (release_of(project, "index"), release_of(project, "other")) == (new.id, old)
    assert page(project, "other").xpath("//table")[0].text_content() == table
    assert notices(project, "index") == []
    assert notices(project, "other") == [
        "This page could not be renewed since 21 November 2026: an error came up while its figures "
        f"were made. It is a copy from release {old}, with data to 11 February 2017. "
        "The newest release has data to 12 February 2017."
    ]
    assert findings(project) == []
    first = (project / "_site" / "other.html").read_bytes()

    again = render(project)  # nothing new: it is tried again, and fails again
    assert again.is_new
    assert again.error is not None
    assert (project / "_site" / "other.html").read_bytes() == first

    third = faulty.built(project, date(2017, 2, 13), faulty.LATER.replace(day=24)).manifest
    later = render(project)
    assert later.failing[0].since == new.created_at
    assert (release_of(project, "index"), release_of(project, "other")) == (third.id, old)


def test_a_page_that_says_nothing_of_itself_holds_up_no_other(project: Path) -> None:
    """Emptied by mistake, it stays as it was: the check of the whole site need not refuse all."""
    (project / "reports" / "other.qmd").write_text("", encoding="utf-8")
    new = faulty.built(project, NEW_DAY).manifest
    done = render(project)
    assert "Page other.qmd has no description" in str(done.error)
    assert release_of(project, "index") == new.id != release_of(project, "other")
    assert findings(project) == []


def test_the_notice_goes_once_the_page_comes_through(project: Path) -> None:
    """What comes of it is, byte for byte, the site of a project that never failed."""
    whole = Path(shutil.copytree(project, project.parent / "whole"))
    write_page(project, "other", BROKEN)
    faulty.built(project, NEW_DAY)
    faulty.built(whole, NEW_DAY)
    assert render(project).error is not None
    write_page(project, "other", GOOD_CELL.format(name="other"))
    assert render(project).error is None
    assert notices(project, "other") == []
    render(whole)
    assert faulty.site_digest(project) == faulty.site_digest(whole)
    assert not render(project).is_new


def test_a_page_that_never_came_through_is_a_notice(project: Path) -> None:
    """Its place in the site, a title and why; nothing broken is published."""
    write_page(project, "third", BROKEN)
    done = render(project)
    assert done.failing[0].shows is None
    said = notices(project, "third")[0]
    assert said.startswith("This page could not be made since 21 November 2026: an error came up")
    assert page(project, "third").xpath("string(//h1)") == "Third"
    assert findings(project) == []


def test_where_every_page_fails_nothing_is_published(project: Path) -> None:
    """One error for all, and readers keep the site they have."""
    before = faulty.site_digest(project)
    for name in ("index", "other"):
        write_page(project, name, BROKEN)
    with pytest.raises(PageError, match="2 pages fail") as caught:
        render(project)
    assert "index.qmd" in str(caught.value)
    assert "other.qmd" in str(caught.value)
    assert faulty.site_digest(project) == before


FAULTS = {
    "linked": (
        "\n[x](nowhere.qmd)\n",
        "links to a page that does not exist",
        "an error stopped it",
    ),
    "set": ("\n{{< video x.mp4 >}}\n", "knows no shortcode", "its text cannot be set"),
    "fenced": ("\n```{python}\n", "never closed", "its text cannot be read"),
}


def test_pages_that_cannot_be_staged_rendered_or_read(project: Path) -> None:
    """Each step that fails for one page alone leaves that page alone behind."""
    for name, (text, _, _) in FAULTS.items():
        write_page(project, name, GOOD_CELL.format(name=name))
        path = project / "reports" / f"{name}.qmd"
        path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
    done = render(project)
    assert [one.name for one in done.failing] == sorted(FAULTS)
    for name, (_, says, told) in FAULTS.items():
        assert says in str(done.error)
        assert told in notices(project, name)[0]
    assert notices(project, "other") == []
    assert findings(project) == []


@pytest.mark.quarto
def test_a_page_that_quarto_cannot_set_stays_as_it_was(project: Path) -> None:
    """Quarto stops at the first page that it cannot set; the others are rendered all the same."""
    old = release_shown(project / "_site")
    for name in ("other", "third"):
        write_page(project, name, GOOD_CELL.format(name=name))
        path = project / "reports" / f"{name}.qmd"
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("---\n", "---\nfilters: [nothing.lua]\n", 1), encoding="utf-8")
    new = faulty.built(project, NEW_DAY).manifest
    done = render(project, "quarto")
    assert [one.name for one in done.failing] == ["other", "third"]
    assert "cannot open nothing.lua" in str(done.error)
    assert (release_of(project, "index"), release_of(project, "other")) == (new.id, old)
    assert "its text cannot be set" in notices(project, "other")[0]
    assert notices(project, "index") == []
    assert findings(project) == []


def test_the_release_of_a_copy_is_kept(project: Path) -> None:
    """A prune leaves what a page shows; without it there is a notice, and never a number."""
    old = release_shown(project / "_site")
    faulty.built(project, NEW_DAY)
    assert releases_shown(cache_folder(project)) == {old}
    done = run_millpond(project, "release", "prune", "--keep", "1")
    assert done.returncode == 0, done.stderr
    assert str(old) not in done.stdout
    write_page(project, "other", BROKEN)
    assert render(project).failing[0].shows is not None
    (project / "board" / "releases" / f"{old}.json").unlink()
    assert render(project).failing[0].shows is None
    assert page(project, "other").xpath("//table") == []
    assert findings(project) == []


def test_a_copy_that_claims_the_newest_release_is_found(project: Path) -> None:
    """The gate holds each page against the release it names, and asks for the notice."""
    write_page(project, "other", BROKEN)
    old = release_shown(project / "_site")
    new = faulty.built(project, NEW_DAY).manifest
    render(project)
    path = project / "_site" / "other.html"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('id="not-renewed"', ""), encoding="utf-8")
    assert f"other.html: copy: is of release {old} and does not say so" in findings(project)
    path.write_text(text.replace(f'data-release="{old}"', f'data-release="{new.id}"'), "utf-8")
    assert any("shows version" in one for one in findings(project))
