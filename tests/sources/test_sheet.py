"""A Google Sheet by its CSV export: strict, and every version kept."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

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


def edit(served: Served, text: str, path: str = PATH, **more: Any) -> None:
    plain = {"media": "text/csv", "marked": False, "ranges": False, "heads": False}
    served.put(path, text.encode(), **plain | more)


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
    "says", [{"marked": True}, {"changed": "Sun, 12 Feb 2017 08:00:00 GMT"}], ids=["ETag", "time"]
)
def test_a_server_that_says_so_sends_an_unchanged_sheet_once(
    project: Path, sheet: Served, says: dict[str, Any]
) -> None:
    """Google does not; others that export tables do."""
    edit(sheet, DEPARTMENTS, **says)
    build(project, {})
    sheet.asked.clear()
    assert not build(project, {}, now=LATER).is_new
    assert [sent for _, _, sent in sheet.asked] == [0]
    other = DEPARTMENTS.replace("Grocery", "Groceries")
    edit(
        sheet, other, **says | {k: "Sun, 12 Feb 2017 09:00:00 GMT" for k in says if k == "changed"}
    )
    assert build(project, {}, now=LATER).is_new
    assert kept(project) == [DEPARTMENTS, other]
    for path in (project / "intake" / "department_names").glob("*.csv"):
        path.unlink()  # what was said of a version that is not here any more is no use
    build(project, {}, now=LATER)
    assert kept(project) == [other]


@pytest.mark.parametrize("now", ["Sun, 12 Feb 2017 08:00:00 GMT", "Sun, 12 Feb 2017 07:59:00 GMT"])
def test_a_second_edit_in_the_second_of_the_first_is_not_missed(
    project: Path, sheet: Served, now: str
) -> None:
    """Whole seconds tell the two edits apart only once the first of them is clearly past."""
    says = {"changed": "Sun, 12 Feb 2017 08:00:00 GMT"}
    edit(sheet, DEPARTMENTS, now=now, **says)
    build(project, {})
    other = DEPARTMENTS.replace("Grocery", "Groceries")
    edit(sheet, other, now="Sun, 12 Feb 2017 08:01:00 GMT", **says)
    assert build(project, {}, now=LATER).is_new
    assert kept(project) == [DEPARTMENTS, other]
    sheet.asked.clear()
    assert not build(project, {}, now=LATER).is_new
    assert [sent for _, _, sent in sheet.asked] == [0]


GOOGLE = "docs.google.com"
EXPORT = "/export/70cmver1f290kjsnpar5ku2h9g/1x2y"
HANDS_OVER = "doc-0k-1s-sheets.googleusercontent.com"


@pytest.fixture
def google(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """Google's names and certificates on the loopback: another host hands an export over."""
    issuer, chain, trusted = trustme.CA(), tmp_path / "chain.pem", tmp_path / "ca.pem"
    issuer.issue_cert(GOOGLE, HANDS_OVER).private_key_and_cert_chain_pem.write_to_path(str(chain))
    issuer.cert_pem.write_to_path(str(trusted))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(trusted))
    look_up = socket.getaddrinfo

    def ours(host: str, *more: Any, **named: Any) -> Any:
        here = "127.0.0.1" if host in (GOOGLE, HANDS_OVER) else host
        return look_up(here, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", ours)
    with serving(chain) as served:
        plain = {"marked": False, "ranges": False, "heads": False}
        there = served.address(EXPORT, HANDS_OVER)
        served.put(PATH, b"", redirect=there, **plain)
        edit(served, DEPARTMENTS, path=EXPORT)
        yield served


def test_as_google_exports_it(tmp_path: Path, google: Served) -> None:
    """The how-to, but for the port; each build asks once, and only an edit costs more."""
    address = snippet("Google Sheets").split('"')[1].replace(GOOGLE, f"{GOOGLE}:{google.port}")
    toml = make_project(tmp_path / "shop") / "millpond.toml"
    toml.write_text(TOML.replace(LOCAL, snippet("Google Sheets", address=address) + "\n"))
    project = toml.parent
    build(project, {})
    taken = project / ".cache/sources/department_names/taken.json"
    at = taken.stat().st_mtime_ns
    google.asked.clear()
    assert not build(project, {}, now=LATER).is_new
    assert [path for _, path, _ in google.asked] == [
        f"{PATH}?format=csv&gid=0", EXPORT,
    ]  # fmt: skip
    assert taken.stat().st_mtime_ns == at
    edit(
        google,
        DEPARTMENTS.replace("Fuel", "Gas"),
        path=EXPORT,
    )
    assert build(project, {}, now=LATER).is_new
    assert kept(project) == [DEPARTMENTS, DEPARTMENTS.replace("Fuel", "Gas")]


def test_a_credential_is_for_its_own_server(
    tmp_path: Path, google: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whom it redirects to is not shown it, and what `~/.netrc` says is shown to nobody."""
    netrc = tmp_path / "netrc"
    logins = (f"machine {host} login me password netrc-c4nary\n" for host in (GOOGLE, HANDS_OVER))
    netrc.write_text("".join(logins), encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    address = f'address = "sheet+https://{GOOGLE}:{google.port}{PATH}"\n'
    google.resources[PATH].token = "sheet-c4nary"
    toml = make_project(tmp_path / "shop") / "millpond.toml"
    token = 'credentials.token = "SHEET_TOKEN"\n'
    toml.write_text(TOML.replace(LOCAL, address + token))
    build(toml.parent, {"SHEET_TOKEN": "sheet-c4nary"})
    assert google.shown == [PATH]
    assert google.asked[-1][1] == EXPORT


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
    project: Path, sheet: Served, text: str, more: dict[str, Any], says: str
) -> None:
    """One message, exit code 11; nothing is kept of what is no version of the sheet."""
    edit(sheet, text, **more)
    assert says in refused(project, {})
    assert kept(project) == []
