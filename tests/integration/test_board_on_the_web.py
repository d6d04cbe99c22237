"""A board on a plain web server: read by anybody, written by nobody, and one message for a fault."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from processing.board.manifest import sha256_file
from processing.board.publish import releases, verify
from processing.cli import cli
from processing.config import load_config
from processing.config_sources import SourceConfig
from processing.credentials import Credentials
from processing.errors import BoardError, MillpondError, SourceError
from processing.sources.asked import Asked
from processing.sources.find import find
from processing.sources.source import RawColumn, Source
from tests.integration.faulty import LATER, NEW_DAY, OLD_DAY, built, contents
from tests.integration.projects import NOW, make_project
from tests.integration.stores import move_board, served
from tests.sources.served import Resource, Served, serving


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with two releases on a board in a folder."""
    folder = make_project(tmp_path_factory.mktemp("web") / "project")
    built(folder, OLD_DAY, NOW)
    built(folder, NEW_DAY, LATER)
    return folder


@pytest.fixture
def server(written: Path) -> Iterator[Served]:
    """A web server with that board below /board."""
    with serving() as found:
        board = written / "board"
        for path in board.rglob("*"):
            if path.is_file():
                found.put(f"/board/{path.relative_to(board).as_posix()}", path.read_bytes())
        yield found


@pytest.fixture
def reader(server: Served, tmp_path: Path) -> Path:
    """Another project, whose board is that address."""
    return move_board(make_project(tmp_path / "reader"), server.address("/board"))


def test_the_served_release_is_read(reader: Path, written: Path, server: Served) -> None:
    """Whole, verified, and fetched once."""
    release = served(reader)
    assert contents(release) == contents(served(written))
    assert verify(release) == []
    server.asked.clear()
    served(reader)
    assert [path for _, path, _ in server.asked if ".parquet" in path] == []


def test_a_pin_of_it_is_a_source(tmp_path: Path, written: Path, server: Served) -> None:
    """Of the release it serves; unchanged, two questions and no data."""
    columns = (RawColumn("week", "integer", "the week"),)
    source = Source(name="weeks", title="", origin="", licence="", updated="", columns=columns)
    config = SourceConfig(address=f"board:{server.address('/board')}", table="weeks")
    paths = (tmp_path, tmp_path / ".cache", tmp_path / "intake", NEW_DAY, "UTC")
    asked = Asked(source, config, *paths, Credentials({}, tmp_path / ".env"))
    (file,) = find(asked).files
    entry = served(written).manifest.pin("weeks")
    assert sha256_file(file) == entry.sha256
    assert asked.shown == f"board:{server.address('/board')} weeks"
    server.asked.clear()
    find(asked)
    assert {path.split("/")[2] for _, path, _ in server.asked} == {"releases"}
    server.put("/board/releases/current.json", b"<html>log in</html>")
    with pytest.raises(SourceError, match="the board does not give it"):
        find(asked)


def test_earlier_releases_are_found_by_name(reader: Path) -> None:
    """A web server lists nothing: each manifest names the one before."""
    done = CliRunner().invoke(cli, ["--project", str(reader), "release", "list"])
    assert done.exit_code == 0
    assert len(done.stdout.splitlines()) == len(releases(load_config(reader).board_path)) == 2


@pytest.mark.parametrize(
    "command",
    [
        ["build"],
        ["release", "rollback"],
        ["release", "prune", "--keep", "1"],
        ["doctor", "--fix"],
    ],
)
def test_it_cannot_be_written(reader: Path, command: list[str]) -> None:
    done = CliRunner().invoke(cli, ["--project", str(reader), *command])
    assert done.exit_code == 13
    assert "The board can only be read: http://127.0.0.1" in done.stderr
    assert "millpond render" in done.stderr


def test_what_only_reads_works(reader: Path) -> None:
    for command in (
        ["freshness", "--as-of", "2017-02-12"],
        ["release", "show"],
        ["release", "verify"],
        ["release", "prune", "--keep", "1", "--dry-run"],
    ):
        done = CliRunner().invoke(cli, ["--project", str(reader), *command])
        assert (done.exit_code, done.stderr) == (0, "")


def test_a_pin_that_is_not_what_was_released(reader: Path, server: Served) -> None:
    release = served(reader)
    entry = release.manifest.pin("weeks")
    server.put(f"/board/pins/{entry.file}", b"other")
    release.path("weeks").unlink()
    with pytest.raises(BoardError, match="is not what was released"):
        served(reader).read("weeks")


@pytest.mark.parametrize(
    ("resource", "says"),
    [
        (Resource(status=404), "there is no board at this address"),
        (Resource(status=403), "the server refuses to give it"),
        (Resource(token="other"), "the server asks for other credentials"),
        (Resource(status=500), "the server answers with an error"),
        (Resource(redirect="https://elsewhere.example.org/x"), "redirects to elsewhere"),
        (Resource(b"<html>log in</html>", media="text/html"), "manifest cannot be read"),
        (Resource(b"x" * 5000, cut_after=100), "cut"),
    ],
)
def test_an_answer_that_is_no_board(
    reader: Path, server: Served, resource: Resource, says: str
) -> None:
    """One message, exit code 13, and the replica stays what it was."""
    before = served(reader).manifest
    server.resources["/board/releases/current.json"] = resource
    with pytest.raises(BoardError, match=says) as caught:
        served(reader)
    assert "/board" in str(caught.value)
    board = load_config(reader).board_path
    kept = (board / "releases" / "current.json").read_bytes()
    assert before.id.encode() in kept


def test_a_certificate_that_does_not_match(tmp_path: Path) -> None:
    import trustme

    authority = trustme.CA()
    chain = tmp_path / "chain.pem"
    authority.issue_cert("other.example.org").private_key_and_cert_chain_pem.write_to_path(chain)
    with serving(chain) as found:
        folder = move_board(make_project(tmp_path / "p"), found.address("/board", "localhost"))
        with pytest.raises(BoardError, match="certificate cannot be trusted"):
            served(folder)


def test_credentials_do_not_go_out_in_the_clear(tmp_path: Path) -> None:
    folder = make_project(tmp_path / "project")
    toml = folder / "millpond.toml"
    text = toml.read_text().replace(
        'address = "board"',
        'address = "http://example.org/board"\ncredentials.token = "BOARD_TOKEN"',
    )
    toml.write_text(text)
    (folder / ".env").write_text("BOARD_TOKEN=c4nary\n")
    done = CliRunner().invoke(cli, ["--project", str(folder), "release", "show"])
    assert done.exit_code == 10
    assert "would be sent in the clear" in done.stderr
    assert "c4nary" not in done.stderr


def test_a_pin_on_the_web_is_asked_for_by_its_own_credentials(
    tmp_path: Path, server: Served
) -> None:
    """What is wrong is said of the source: its table in millpond.toml, the names of its credentials."""
    columns = (RawColumn("week", "integer", "the week"),)
    source = Source(name="weeks", title="", origin="", licence="", updated="", columns=columns)
    paths = (tmp_path, tmp_path / ".cache", tmp_path / "intake", NEW_DAY, "UTC")
    held = Credentials({"SHOP_TOKEN": "wrong-c4nary"}, tmp_path / ".env")
    server.resources["/board/releases/current.json"] = Resource(token="other")
    for address, says in (
        (server.address("/board"), "correct SHOP_TOKEN (found in the environment)"),
        ("http://example.org/board", "correct [sources.weeks] in millpond.toml"),
    ):
        given = {"token": "SHOP_TOKEN"}
        config = SourceConfig(address=f"board:{address}", table="weeks", credentials=given)
        with pytest.raises(MillpondError) as caught:
            find(Asked(source, config, *paths, held))
        assert says in str(caught.value)
        assert "c4nary" not in str(caught.value)
