"""A credential of a board is in nothing that is said or left: each fault, with every traceback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from processing.board.shelf import Shelf, Words
from processing.cli import cli
from tests.conftest import run_millpond
from tests.integration.projects import make_project
from tests.integration.sites import small_site
from tests.integration.stores import make_bucket, move_board, refusing, s3_server
from tests.integration.test_shelf import sftp, webdav
from tests.sources.shops import bytes_of

__all__ = ["sftp", "webdav"]  # servers that ask for a password

CANARY = "c4nary"
# What has to be written otherwise in an address, in a header, as a literal or in JSON.
SECRET = f"{CANARY}&S 'é\"cret}}/+"
DAY = "2017-02-12"


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    with s3_server() as endpoint:
        yield endpoint


def on_s3(folder: Path, endpoint: str, bucket: str) -> Path:
    """Let the board of a project lie in a bucket, with credentials that are canaries."""
    keys = {"key": f"{CANARY}-key", "secret": f"{CANARY}-secret"}
    return move_board(folder, f"s3://{bucket}/board", endpoint, keys)


def told(folder: Path, *arguments: str) -> Result:
    """The command with its tracebacks; what it says and reports holds no credential."""
    report = folder / "report.json"
    given = ["--project", str(folder), "--debug", "--report", str(report), *arguments]
    done = CliRunner().invoke(cli, given)
    said = done.output + repr(done.exception)
    if report.exists():
        said += report.read_text() + repr(json.loads(report.read_text()))
    assert CANARY not in said
    return done


def test_nothing_that_is_left_holds_it(s3: str, tmp_path: Path) -> None:
    """After a whole run: board, replica, caches, executed pages, site, and what was said."""
    make_bucket(s3, "whole")
    folder = on_s3(small_site(tmp_path / "one"), s3, "whole")
    done = run_millpond(folder, "--debug", "site", "--as-of", DAY, "--renderer", "pandoc")
    assert done.returncode == 0, done.stderr
    assert CANARY not in done.stdout + done.stderr
    (folder / ".env").unlink()
    left = bytes_of(folder)
    assert b"<html" in left
    keys = {"key": "testing", "secret": "testing"}
    shelf = Shelf("s3://whole/board", Words("The board", "board"), keys.get, s3)
    sent = shelf.read(shelf.files())
    assert any(name.startswith("served/") for name in sent)
    assert CANARY.encode() not in left + b"".join(sent.values())


@pytest.mark.parametrize(("method", "status"), [("GET", 403), ("PUT", 403), ("PUT", 500)])
def test_a_server_that_refuses(s3: str, tmp_path: Path, method: str, status: int) -> None:
    bucket = f"no-{method.lower()}-{status}"
    make_bucket(s3, bucket)
    with refusing(s3, method, status) as endpoint:
        done = told(
            on_s3(make_project(tmp_path / "one"), endpoint, bucket), "build", "--as-of", DAY
        )
    assert (done.exit_code, "Traceback" in done.stderr) == (13, True)
    assert "error: The board fails while" in done.stderr


@pytest.mark.parametrize("command", [["doctor"], ["doctor", "--ask"], ["release", "verify"]])
def test_no_bucket(s3: str, tmp_path: Path, command: list[str]) -> None:
    assert told(on_s3(make_project(tmp_path / "one"), s3, "nothing-here"), *command).exit_code == 13


@pytest.mark.parametrize("kind", ["sftp", "webdav"])
def test_a_password_that_is_wrong(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = {"user": "me", "password": "in the environment"}
    address = request.getfixturevalue(kind)
    folder = move_board(make_project(tmp_path / "one"), address, credentials=wrong)
    monkeypatch.setenv("BOARD_PASSWORD", SECRET)
    done = told(folder, "build", "--as-of", DAY)
    assert (done.exit_code, "Traceback" in done.stderr) == (13, True)


def test_a_token_with_a_line_break(
    webdav: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one that was pasted: the library repeats the header that it refuses to send."""
    token = {"token": "in the environment"}
    folder = move_board(make_project(tmp_path / "one"), webdav, credentials=token)
    monkeypatch.setenv("BOARD_TOKEN", f"{CANARY}-first\nt4il")
    done = told(folder, "build", "--as-of", DAY)
    assert done.exit_code != 0
    assert "t4il" not in done.output


@pytest.mark.parametrize("shown", ["{}", "{!r}", "https://me:{quoted}@host/"])
def test_a_fault_of_a_projects_own_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shown: str
) -> None:
    """Which no rule of ours foresees: neither message nor traceback has it, in any writing."""
    folder = make_project(tmp_path / "one")
    toml = folder / "millpond.toml"
    toml.write_text(
        toml.read_text().replace("[clock]", 'declarations = ["leaky_shop"]\n[clock]', 1)
        + '[sources.own]\naddress = "x.csv"\ncredentials.password = "OWN_PASSWORD"\n'
    )
    (folder / "leaky_shop.py").write_text(
        "import os\nfrom urllib.parse import quote\nsecret = os.environ['OWN_PASSWORD']\n"
        f"raise RuntimeError({shown!r}.format(secret, quoted=quote(secret, safe='')))\n"
    )
    monkeypatch.setenv("OWN_PASSWORD", SECRET)
    done = told(folder, "build", "--as-of", DAY)
    assert done.exit_code != 0
    assert "•••" in done.stderr
