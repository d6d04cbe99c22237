"""A Google Sheet by its CSV export: strict, and every version kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from processing import web
from tests.integration.projects import DEPARTMENTS, NOW, TOML, make_project, run_build
from tests.sources.howto import snippet
from tests.sources.served import Served, serving
from tests.sources.shops import build, contents, refused

LATER = NOW + timedelta(hours=1)
PATH = "/spreadsheets/d/1x2y/export"
LOCAL = 'address = "departments.csv"\n'


@pytest.fixture
def sheet(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """What Google gives for the department names: no ETag, no answer to HEAD, a media type."""
    monkeypatch.setattr(web, "BACKOFF", 0)
    with serving() as served:
        edit(served, DEPARTMENTS)
        yield served


def edit(served: Served, text: str, **more: object) -> None:
    plain = {"media": "text/csv", "marked": False, "ranges": False, "heads": False}
    served.put(PATH, text.encode(), **plain | more)


@pytest.fixture
def project(tmp_path: Path, sheet: Served) -> Path:
    """The small project with its department names in a sheet."""
    address = f"sheet+{sheet.address(PATH)}?format=csv&gid=0"
    toml = make_project(tmp_path / "shop") / "millpond.toml"
    toml.write_text(TOML.replace(LOCAL, snippet("Google Sheets", address=address) + "\n"))
    return toml.parent


def kept(project: Path) -> list[str]:
    folder = project / "intake" / "department_names"
    return [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.csv"))]


def test_the_how_to_works_and_every_version_is_kept(
    tmp_path: Path, project: Path, sheet: Served
) -> None:
    """The same pins as from a file; an edit is a version more, none a version less."""
    build(project, {})
    run_build(make_project(tmp_path / "file"))
    assert contents(project) == contents(tmp_path / "file")
    assert not build(project, {}, now=LATER).is_new
    other = DEPARTMENTS.replace("Grocery", "Groceries")
    edit(sheet, other)
    assert build(project, {}, now=LATER).is_new
    edit(sheet, DEPARTMENTS)
    build(project, {}, now=LATER)
    assert kept(project) == [DEPARTMENTS, other, DEPARTMENTS]


@pytest.mark.parametrize(
    ("text", "more", "says"),
    [
        ("", {}, "it is empty"),
        ("department,name,kind\n", {}, "the sheet is empty"),
        (
            DEPARTMENTS.replace("\n", ",x\n").replace("kind,x", "kind,notes"),
            {},
            "besides them: notes",
        ),
        (DEPARTMENTS.replace("kind\n", "sort\n"), {}, "besides them: sort"),
        (DEPARTMENTS.replace(",kind\n", "\n"), {}, "no column kind"),
        ("<html>Sorry, the file is gone</html>", {}, "the answer is a web page and not data"),
        (DEPARTMENTS, {"status": 404}, "there is no such file on the server"),
        (
            DEPARTMENTS,
            {"redirect": "https://accounts.google.com/ServiceLogin"},
            "a page to log in at means that the file is not shared",
        ),
    ],
)
def test_what_is_said_of_a_fault(
    project: Path, sheet: Served, text: str, more: dict[str, object], says: str
) -> None:
    """One message, exit code 11; nothing is kept of what is no version of the sheet."""
    edit(sheet, text, **more)
    assert says in refused(project, {})
    assert kept(project) == []
