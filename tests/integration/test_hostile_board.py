"""What lies on a board and was not put there by a release: never served, never followed, named."""

from __future__ import annotations

import ast
import io
import json
import os
import pickle
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pins
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from processing.board import parquet
from processing.board.doctor import examine, set_aside
from processing.board.manifest import PinEntry, decode, encode
from processing.board.publish import verify
from processing.board.reader import Release, open_release
from processing.build.state import named_by_state
from processing.errors import BoardError
from tests.conftest import ROOT, run_millpond
from tests.integration import faulty
from tests.integration.faulty import NEW_DAY, OLD_DAY, contents
from tests.integration.outcomes import Survived
from tests.integration.projects import make_project


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that serves the new day."""
    folder = make_project(tmp_path_factory.mktemp("hostile") / "project")
    faulty.built(folder, NEW_DAY)
    return folder


@pytest.fixture
def project(template: Path, tmp_path: Path) -> Path:
    """A copy for one test to spoil."""
    return Path(shutil.copytree(template, tmp_path / "project"))


@pytest.fixture
def board(project: Path) -> Path:
    """Its board."""
    return project / "board"


def heal(project: Path, day: object = NEW_DAY) -> float:
    """The next build; the seconds until the board serves what it should."""
    expected = contents(open_release(project / "board"))
    begun = time.perf_counter()
    faulty.built(project, NEW_DAY)
    seconds = time.perf_counter() - begun
    faulty.assert_whole(project / "board", expected)
    assert day == NEW_DAY
    return seconds


def link(path: Path) -> None:
    """A symbolic link to the very same bytes."""
    path.rename(path.with_name("moved"))
    path.symlink_to(path.with_name("moved"))


def folder(path: Path) -> None:
    """A folder where the file was."""
    path.unlink()
    path.mkdir()


def pipe(path: Path) -> None:
    """A pipe that nobody writes to; a reader that opens it would wait for ever."""
    path.unlink()
    os.mkfifo(path)


CHANGED: dict[str, Callable[[Path], object]] = {
    "a byte": lambda path: path.write_bytes(path.read_bytes()[:-9] + b"X" + path.read_bytes()[-8:]),
    "half": lambda path: path.write_bytes(path.read_bytes()[:500]),
    "more": lambda path: path.write_bytes(path.read_bytes() + b"more"),
    "empty": lambda path: path.write_bytes(b""),
    "gone": lambda path: path.unlink(),
    "a folder": folder,
    "a link": link,
    "a pipe": pipe,
}


@pytest.mark.parametrize("change", CHANGED)
def test_a_pin_that_is_not_as_released(project: Path, change: str, survived: Survived) -> None:
    """It is not served, one message names it, the doctor lists it, and the next build heals."""
    release = open_release(project / "board")
    CHANGED[change](release.path("weeks"))
    with pytest.raises(BoardError, match="Pin weeks version"):
        release.read("weeks")
    (says,) = verify(release)
    assert "weeks" in says
    assert any("weeks" in str(one.path) for one in examine(project / "board"))
    fault = "pin replaced by a link or a pipe" if change in {"a link", "a pipe"} else None
    survived(fault or "pin changed, cut, lengthened or gone", heal(project))


def test_strays_are_unseen_listed_and_set_aside(project: Path, survived: Survived) -> None:
    """Files, folders, links, pipes and versions from the future; the release is as before."""
    board = project / "board"
    weeks = board / "pins" / "weeks"
    (version,) = weeks.iterdir()
    (board / "notes.txt").write_text("x")
    (board / "elsewhere").symlink_to("/etc")
    (board / "nowhere").symlink_to("/no/such/file")
    os.mkfifo(board / "pins" / "pipe")
    (board / "pins" / "Odd Name").mkdir()
    (board / "pins" / "linked").symlink_to(weeks)
    (board / "releases" / "else.json").write_text("{")
    (board / "releases" / "20991231T000000Z-01234567.json").write_text("{")
    (version / "extra.txt").write_text("x")
    for odd in ("99991231T235959Z-aaaaa", "99999999T999999Z-aaaaa", "20990101T000000Z-bbbbb"):
        (weeks / odd).mkdir()
    found = examine(board, named_by_state(board))
    before = contents(open_release(board))
    faulty.built(project, OLD_DAY)
    faulty.built(project, NEW_DAY)
    faulty.assert_whole(board, before)
    assert len(found) == 12
    assert run_millpond(project, "doctor").returncode == 13
    begun = time.perf_counter()
    moved = set_aside(board, examine(board, named_by_state(board)), "now")
    assert len(moved) == 12
    assert (version / "weeks.parquet").exists()
    assert (board / "set-aside" / "now" / "nowhere").is_symlink()
    assert [one for one in examine(board, named_by_state(board)) if not one.harmless] == []
    faulty.assert_whole(board, before)
    survived("strays on the board", time.perf_counter() - begun)


def test_a_version_that_a_release_names_is_never_set_aside(board: Path) -> None:
    """Even when it is torn: a build or a rollback mends it where it is."""
    (version,) = (board / "pins" / "weeks").iterdir()
    (version / "data.txt").unlink()
    (torn,) = [one for one in examine(board) if "torn" in one.says]
    assert not torn.movable
    assert set_aside(board, examine(board), "now") == []
    assert verify(open_release(board)) == []


@pytest.mark.parametrize("part", ["pins", "releases"])
def test_a_part_of_the_board_that_leads_elsewhere(board: Path, part: str) -> None:
    """Resolved paths stay inside the board; nothing is read or written beyond it."""
    away = board.parent / "away"
    (board / part).rename(away)
    (board / part).symlink_to(away)
    with pytest.raises(BoardError, match="leaves the board"):
        open_release(board).read("weeks")


ASTRAY: dict[str, dict[str, object]] = {
    "name": {"name": "../weeks"},
    "version": {"version": "../../../etc"},
    "file elsewhere": {"file": "../../../../etc/passwd"},
    "absolute": {"file": "/etc/passwd"},
    "file of another pin": {"file": "stores/20261121T073000Z-aaaaa/stores.parquet"},
    "metadata": {"file": "weeks/20261121T073000Z-aaaaa/data.txt"},
}


@pytest.mark.parametrize("kind", ASTRAY)
def test_a_manifest_that_leads_astray_is_refused(
    project: Path, kind: str, survived: Survived
) -> None:
    """By its names alone, before any file is touched; the next build replaces it."""
    board = project / "board"
    current = board / "releases" / "current.json"
    raw = json.loads(current.read_text())
    before = contents(open_release(board))
    raw["pins"][0] |= ASTRAY[kind]
    current.write_text(json.dumps(raw))
    with pytest.raises(BoardError):
        open_release(board)
    begun = time.perf_counter()
    faulty.built(project, NEW_DAY)
    survived("manifest that leads astray", time.perf_counter() - begun)
    faulty.assert_whole(board, before)


@pytest.mark.parametrize("identity", ["../../x", "20261121T073000Z-ABCDEFGH", ""])
def test_odd_ids_in_a_manifest_are_refused(board: Path, identity: str) -> None:
    """Its own, that of its predecessor, and those that were taken back."""
    raw = json.loads((board / "releases" / "current.json").read_text())
    for change in ({"id": identity}, {"withdrawn": [identity]}):
        with pytest.raises(BoardError, match="name refused"):
            decode(json.dumps(raw | change).encode(), Path("x"))


def test_a_lost_torn_or_forged_state_costs_time_only(project: Path, survived: Survived) -> None:
    """A state that names a file beyond the pins counts as none, wherever that lies."""
    state = project / "board" / "state.json"
    contents_ = [b"", b"{", state.read_bytes()[:300]]
    for away in ("../secret.parquet", "../../../secret.parquet"):
        secret = project / "board" / "pins" / away
        secret.write_bytes(open_release(project / "board").path("weeks").read_bytes())
        raw = json.loads(state.read_text())
        raw["tables"]["weeks"]["pin"]["file"] = away
        contents_.append(json.dumps(raw).encode())
    for content in contents_:
        state.write_bytes(content)
        survived("state lost, torn or forged", heal(project))
        assert "secret" not in state.read_text()
        assert "secret" not in (project / "board" / "releases" / "current.json").read_text()
    state.unlink()
    survived("state lost, torn or forged", heal(project))


class Bomb:
    """Runs code when it is unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(Path(os.environ["MILLPOND_BOMB"])),)


def test_pickled_pins_are_neither_read_nor_written(
    project: Path, monkeypatch: pytest.MonkeyPatch, survived: Survived
) -> None:
    """Whatever its metadata call it; the doctor sets it aside unread."""
    board, exploded = project / "board", project / "exploded"
    monkeypatch.setenv("MILLPOND_BOMB", str(exploded))
    version = board / "pins" / "model" / "20261121T073000Z-aaaaa"
    version.mkdir(parents=True)
    (version / "model.joblib").write_bytes(pickle.dumps(Bomb()))
    text = "api_version: 1\nfile: model.joblib\nfile_size: 1\npin_hash: a\ntype: joblib\ntitle: m\n"
    (version / "data.txt").write_text(text)
    with pytest.raises(BoardError, match="has no pin 'model'"):
        open_release(board).read("model")
    (ailment,) = [one for one in examine(board, named_by_state(board)) if not one.harmless]
    assert ailment.path == version
    renamed = named(board, pickle.dumps(Bomb()))
    with pytest.raises(BoardError, match="is not read"):
        renamed.read("weeks")
    begun = time.perf_counter()
    set_aside(board, [ailment], "now")
    survived("pickled pin on the board", time.perf_counter() - begun)
    assert not exploded.exists()
    kinds = {
        pins.board_folder(str(board / "pins")).pin_meta(entry.name).type
        for entry in open_release(board).manifest.pins
    }
    assert kinds == {"parquet"}


def test_our_code_knows_no_pickle() -> None:
    """No import of a format that runs code when it is read."""
    refused = {"pickle", "joblib", "cloudpickle", "dill", "marshal", "shelve"}
    found = []
    for path in [*(ROOT / "processing").rglob("*.py"), *(ROOT / "scripts").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            if isinstance(node, ast.Attribute):
                names = [node.attr.removeprefix("read_").removeprefix("to_")]
            found += [f"{path.name}: {name}" for name in names if name.split(".")[0] in refused]
    assert found == []


def named(board: Path, content: bytes, **changes: object) -> Release:
    """The release with other bytes for a pin, hash and size as the release names them."""
    import hashlib

    served = open_release(board).manifest
    pin = served.pin("weeks")
    entry: PinEntry = msgspec.structs.replace(
        pin, bytes=len(content), sha256=hashlib.sha256(content).hexdigest(), **changes
    )
    (board / "pins" / entry.file).write_bytes(content)
    others = tuple(one for one in served.pins if one.name != "weeks")
    manifest = msgspec.structs.replace(served, pins=(*others, entry))
    assert decode(encode(manifest), board) == manifest
    return Release(board, manifest)


def parquet_of(table: pa.Table, **options: object) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(table, buffer, **options)
    return buffer.getvalue()


def test_crafted_parquet_is_refused_before_it_is_decoded(
    board: Path, monkeypatch: pytest.MonkeyPatch, survived: Survived
) -> None:
    """A few KB that would become gigabytes; the footer says so, and a reader stops there."""
    monkeypatch.setattr(pq.ParquetFile, "read", lambda *_: pytest.fail("it was decoded"))
    many = pa.table({"a": pa.array([7]).take(pa.array([0] * (parquet.MAX_ROWS + 1)))})
    wide = pa.table({f"c{at}": [1] for at in range(parquet.MAX_COLUMNS + 1)})
    cut = pa.table({"a": list(range(20_001))})
    for content, rows, says in (
        (parquet_of(many, compression="zstd"), parquet.MAX_ROWS + 1, "at most 10,000,000"),
        (parquet_of(wide), 1, "at most 1,000"),
        (parquet_of(cut, row_group_size=2), 20_001, "row groups"),
        (parquet_of(cut), 5, "5 rows, as released"),
        (b"PAR1" + b"\x00" * 99 + b"PAR1", 1, "a Parquet file"),
        (b"not Parquet at all", 1, "a Parquet file"),
    ):
        with pytest.raises(BoardError, match="is not read") as caught:
            named(board, content, rows=rows).read("weeks")
        assert says in str(caught.value)
    survived("crafted Parquet")


def test_sizes_are_bounded_before_anything_is_read(
    board: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pins by what the release says of them and by a cap, manifests by a cap."""
    monkeypatch.setattr("processing.board.reader.MAX_PIN_BYTES", 1000)
    with pytest.raises(BoardError, match="is not what was released") as caught:
        open_release(board).read("weeks")
    assert "at most 1,000 are read" in str(caught.value)
    current = board / "releases" / "current.json"
    with current.open("ab") as file:
        file.truncate(17 * 1024 * 1024)
    with pytest.raises(BoardError, match="cannot be read"):
        open_release(board)
