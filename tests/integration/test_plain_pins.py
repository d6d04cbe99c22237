"""Compatibility: any R or Python user reads the board with plain pins; old releases stay readable."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
import pins
import pytest
import yaml

from processing.board.manifest import Manifest, decode
from processing.board.publish import put_release, rollback
from processing.board.reader import Release, open_release
from processing.board.serve import LISTED
from processing.errors import BoardError
from tests.integration import faulty
from tests.integration.faulty import NEW_DAY, OLD_DAY
from tests.integration.projects import make_project


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A board with two releases."""
    folder = make_project(tmp_path_factory.mktemp("plain") / "project")
    faulty.built(folder, OLD_DAY)
    faulty.built(folder, NEW_DAY)
    return folder / "board"


@pytest.fixture
def board(template: Path, tmp_path: Path) -> Path:
    """A copy for one test."""
    return Path(shutil.copytree(template, tmp_path / "board"))


def same_rows(found: object, release: Release, name: str) -> bool:
    """Whether plain pins gave the rows of the release."""
    rows = release.read(name).frame.astype(str)
    return bool(rows.reset_index(drop=True).equals(found.astype(str)))  # type: ignore[attr-defined]


def test_plain_pins_read_the_folder(board: Path) -> None:
    """The newest version is what is served; older ones, search and metadata work."""
    plain = pins.board_folder(str(board / "pins"))
    release = open_release(board)
    assert sorted(plain.pin_list()) == ["trading_days_by_week", "weeks"]
    assert same_rows(plain.pin_read("weeks"), release, "weeks")
    assert plain.pin_versions("weeks")["version"].tolist() == sorted(
        path.name for path in (board / "pins" / "weeks").iterdir()
    )
    meta = plain.pin_meta("weeks")
    assert meta.title == "Weeks covered"
    assert meta.user["content_sha256"] == release.manifest.pin("weeks").content_sha256
    assert plain.pin_search("weeks")["name"].tolist() == ["weeks"]


class Quiet(SimpleHTTPRequestHandler):
    """Without a line per request."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def address(board: Path) -> Iterator[str]:
    """The board's pins on a web server, as `python -m http.server` would serve them."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(board / "pins")))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def fetched(address: str) -> dict[str, list[str]]:
    """The list of the board as a client gets it."""
    from urllib.request import urlopen

    with urlopen(f"{address}/{LISTED}") as answer:
        content = yaml.safe_load(answer.read())
    assert isinstance(content, dict)
    return content


def test_plain_pins_read_the_release_over_http(
    board: Path, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the list that the release wrote; R's `board_url(address)` reads that very file."""
    monkeypatch.setenv("PINS_CACHE_DIR", str(tmp_path / "cache"))
    release = open_release(board)
    paths = {name: path for name, (path,) in fetched(address).items()}
    assert paths == {e.name: f"{e.name}/{e.version}/" for e in release.manifest.pins}
    plain = pins.board_url(address, paths)
    assert plain.pin_list() == sorted(paths)
    for name in paths:
        assert same_rows(plain.pin_read(name), release, name)


def test_the_list_goes_back_with_a_rollback(board: Path, address: str) -> None:
    """It names exactly what the release names."""
    release = rollback(board, None)
    listed = {(name, *paths) for name, paths in fetched(address).items()}
    assert listed == {(e.name, f"{e.name}/{e.version}/") for e in release.manifest.pins}


# A manifest as the first version of this program wrote it.
FIRST = """
{"as_of": "2017-02-11", "clock": "replay", "created_at": "2026-11-21T07:30:00+00:00",
 "engine": "duckdb", "format": 1, "id": "20261121T073000Z-0123abcd", "previous": null,
 "pins": [{"bytes": BYTES, "content_sha256": "CONTENT", "data_to": "2017-02-11", "file": "FILE",
   "inputs": ["transactions"], "name": "weeks", "rows": ROWS, "sha256": "SHA256",
   "version": "VERSION",
   "results": [{"rule": "week is unique", "rows": 7, "failed": 0}],
   "contract": {"audience": "public", "cadence": "daily", "grain": "One row per week",
     "key": ["week"], "title": "Weeks covered", "treatment": ["Weeks begin on Monday."],
     "checks": [{"kind": "rows", "says": "between 1 and 53 weeks", "column": null, "terms": [],
       "minimum": 1, "maximum": 53}],
     "columns": [{"name": "week", "type": "int16", "unit": "week", "meaning": "Week of the year",
       "nullable": false, "minimum": null, "maximum": null, "allowed": null}]}}],
 "sources": [{"address": "transactions.parquet", "bytes": 10, "caveat": "", "licence": "MIT",
   "first_date": "2017-01-01", "last_date": "2017-02-11", "name": "transactions",
   "origin": "The Complete Journey", "rows": 252, "sha256": "00", "title": "Lines",
   "updated": "daily"}]}
"""


def first_manifest(board: Path) -> str:
    """The same text with the file of a pin that is on the board."""
    entry = open_release(board).manifest.pin("weeks")
    values = {
        "BYTES": entry.bytes, "ROWS": entry.rows, "CONTENT": entry.content_sha256,
        "SHA256": entry.sha256, "VERSION": entry.version, "FILE": entry.file,
    }  # fmt: skip
    text = FIRST
    for name, value in values.items():
        text = text.replace(name, str(value))
    return text


def test_a_release_of_the_first_version_is_read_and_built_upon(board: Path) -> None:
    """Its pins are read; the next build starts from it."""
    (board / "releases" / "current.json").write_text(first_manifest(board))
    (board / "state.json").write_text('{"format": 0}')
    release = open_release(board)
    assert release.manifest.pin("weeks").contract.late_after == (1, 3)
    assert len(release.read("weeks").frame) == release.manifest.pin("weeks").rows
    project = make_project(board.parent / "project")
    board.rename(project / "board")
    new = faulty.built(project, NEW_DAY).manifest
    assert new.previous == release.manifest.id
    faulty.assert_healed(project, faulty.contents(open_release(project / "board")))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"format": 0}, "another format"),
        ({"format": None}, "another format"),
        ({"format": 2, "pins": {"weeks": "else"}}, "another format"),
        ({"pins": "else"}, "cannot be read"),
        ({"as_of": None}, "cannot be read"),
    ],
)
def test_another_schema_is_one_message(board: Path, change: dict[str, object], says: str) -> None:
    """With what was found, what was expected, and the next step; never half a release."""
    content = json.dumps(json.loads(first_manifest(board)) | change).encode()
    with pytest.raises(BoardError, match=says) as caught:
        decode(content, Path("current.json"))
    assert all((caught.value.found, caught.value.expected, caught.value.next_step))


def test_a_later_field_that_is_not_known_here_is_no_obstacle(board: Path) -> None:
    """A release written by a somewhat newer version of the same format is read."""
    raw = json.loads(first_manifest(board)) | {"colour": "blue"}
    raw["pins"][0] |= {"weight": 3}
    raw["pins"][0]["contract"] |= {"mood": "good"}
    assert decode(json.dumps(raw).encode(), Path("x")).pin("weeks").name == "weeks"


def test_a_pin_of_an_earlier_schema_is_read_as_its_release_describes_it(board: Path) -> None:
    """The contract stands in the release, so a reader of old rows has their old description."""
    old: Manifest = decode(first_manifest(board).encode(), Path("x"))
    release = put_release(board, msgspec.structs.replace(old, id="20991121T073000Z-0123abcd"))
    assert [column.name for column in release.read("weeks").entry.contract.columns] == ["week"]
