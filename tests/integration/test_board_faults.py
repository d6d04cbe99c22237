"""What is said of a board elsewhere that fails: one message, its exit code, and the board as it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import trustme
from click.testing import CliRunner

from processing.board.publish import verify
from processing.cli import cli
from processing.errors import BoardError
from tests.integration.faulty import NEW_DAY, OLD_DAY, built
from tests.integration.projects import NOW
from tests.integration.stores import KEYS, RIGHT, guarded, make_bucket, project_on, served
from tests.sources.served import Served, cutting, serving

NOBODY = "127.0.0.1:1"  # no one listens there


@pytest.fixture(scope="module")
def strange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server whose certificate is for another name, by an issuer nobody knows."""
    chain = tmp_path_factory.mktemp("tls") / "chain.pem"
    issued = trustme.CA().issue_cert("other.example.org")
    issued.private_key_and_cert_chain_pem.write_to_path(str(chain))
    with serving(chain) as found:
        yield found


def said(
    folder: Path, address: str, credentials: Mapping[str, str], endpoint: str = "", code: int = 13
) -> str:
    """The one message of a command that reads the board; without any credential."""
    project = project_on(folder / "project", address, endpoint, credentials)
    done = CliRunner().invoke(cli, ["--project", str(project), "release", "list"])
    assert done.exit_code == code, done.output
    assert done.stderr.count("error: ") == 1
    assert "c4nary" not in done.output
    return done.stderr


@pytest.mark.parametrize(
    ("address", "endpoint", "says"),
    [
        (f"sftp://{NOBODY}/board", "", "Unable to connect"),
        (f"webdav+http://{NOBODY}/board", "", "refused"),
        ("s3://shop/board", f"http://{NOBODY}", "Could not connect"),
        (f"http://{NOBODY}/board", "", "the server cannot be reached"),
    ],
)
def test_a_server_that_is_down(tmp_path: Path, address: str, endpoint: str, says: str) -> None:
    assert says in said(tmp_path, address, KEYS if endpoint else RIGHT, endpoint)


def test_a_redirect_to_elsewhere(tmp_path: Path) -> None:
    """What another server says is not the board: it is not asked."""
    with serving() as here, serving() as elsewhere:
        for path in ("/board", "/board/"):
            here.put(path, b"", redirect=elsewhere.address(path))
        found = said(tmp_path, "webdav+" + here.address("/board"), RIGHT)
    assert "it redirects to elsewhere: http://127.0.0.1" in found
    assert here.asked
    assert not elsewhere.asked


def test_a_certificate_that_does_not_match(tmp_path: Path, strange: Served) -> None:
    """Nothing is sent to whoever answers with it."""
    place = strange.address("/board", "localhost")
    assert "certificate verify failed" in said(tmp_path / "dav", f"webdav+{place}", RIGHT)
    endpoint = strange.address("", "localhost")
    found = said(tmp_path / "s3", "s3://shop/board", KEYS, endpoint)
    assert "certificate verify failed" in found


def test_a_password_does_not_go_out_in_the_clear(tmp_path: Path) -> None:
    """Exit code 10, before anything is sent."""
    found = said(tmp_path, "webdav+http://dav.example.org/board", RIGHT, code=10)
    assert "would be sent in the clear" in found


def test_no_bucket(s3: str, tmp_path: Path) -> None:
    found = said(tmp_path, "s3://nothing-here/board", KEYS, s3)
    assert "there is no bucket or container nothing-here" in found


def test_a_connection_that_is_cut_half_way(s3: str, tmp_path: Path) -> None:
    """Amid the list of its files."""
    make_bucket(s3, "cut")
    built(project_on(tmp_path / "other", "s3://cut/board", s3, KEYS), OLD_DAY, NOW)
    with cutting(int(s3.rpartition(":")[2]), 900) as port:
        found = said(tmp_path, "s3://cut/board", KEYS, f"http://127.0.0.1:{port}")
    assert "The board fails while reading it: s3://cut/board" in found


def test_whom_s3_does_not_know(s3: str, tmp_path: Path) -> None:
    """A wrong secret, a wrong key, and who may only read: builds fail, and others see what they saw."""
    make_bucket(s3, "guarded")
    with guarded(s3, writer=["s3:*"], reader=["s3:Get*", "s3:List*"]) as may:
        other = project_on(tmp_path / "other", "s3://guarded/board", s3, may["writer"])
        before = built(other, OLD_DAY, NOW).manifest
        wrong = {**may["writer"], "secret": "secret-c4nary"}
        for name, keys in (("secret", wrong), ("key", {**wrong, "key": "AKIAC4NARY"})):
            found = said(tmp_path / name, "s3://guarded/board", keys, s3)
            assert "The board fails while reading it: s3://guarded/board" in found
            assert keys["key"] not in found
        project = project_on(tmp_path / "project", "s3://guarded/board", s3, may["reader"])
        with pytest.raises(BoardError, match="fails while putting a release in place") as caught:
            built(project, NEW_DAY)
        assert caught.value.exit_code == 13
        assert may["reader"]["secret"] not in str(caught.value)
        asked = ["--project", str(project), "release", "prune", "--keep", "1", "--dry-run"]
        assert CliRunner().invoke(cli, asked).exit_code == 0
        release = served(other)
        assert (release.manifest, verify(release)) == (before, [])


@pytest.mark.parametrize("kind", ["sftp", "webdav"])
def test_no_right_to_write(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """A file lies where the folder would be: nothing is left beside it."""
    server = request.getfixturevalue(kind)
    other = project_on(tmp_path / "other", f"{server}/{tmp_path.name}", "", RIGHT)
    built(other, OLD_DAY, NOW)
    inside = f"{server}/{tmp_path.name}/state.json/board"
    with pytest.raises(BoardError, match="fails while putting a release in place") as caught:
        built(project_on(tmp_path / "project", inside, "", RIGHT), OLD_DAY, NOW)
    assert "c4nary" not in str(caught.value)
