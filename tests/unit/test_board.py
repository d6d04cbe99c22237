"""Pins and releases on a folder board: whole, verified, never going back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import msgspec
import pins
import pyarrow as pa
import pytest

from processing.board.content import content_sha256
from processing.board.doctor import examine, set_aside
from processing.board.manifest import Manifest, PinEntry, decode, encode
from processing.board.names import PIN_NAME, checked, inside
from processing.board.publish import (
    find_release,
    new_manifest,
    put_release,
    releases,
    rollback,
    verify,
)
from processing.board.reader import Release, open_release
from processing.board.store import store_pin
from processing.board.withdrawn import same_tables
from processing.contracts.contract import Contract
from processing.errors import BoardError
from tests.site.pages import tiny_manifest, tiny_pin

NOW = datetime(2026, 11, 21, 20, 31, 5, tzinfo=UTC)
CONTRACT = Contract(title="T", grain="one row per a", key=("a",), columns=())
ROWS = pa.table(
    {"a": pa.array([1, 2], pa.int16()), "m": pa.array([1.1, None]).cast(pa.decimal128(9, 2))}
)


def entry(board: Path, rows: pa.Table = ROWS, now: datetime = NOW, name: str = "t") -> PinEntry:
    """A stored pin as a release names it."""
    stored = store_pin(board, name, rows, now, "T", {})
    return PinEntry(
        name=name, version=stored.version, file=stored.file, sha256=stored.sha256,
        content_sha256=content_sha256(rows), bytes=stored.bytes, rows=rows.num_rows,
        data_to="2017-11-21", inputs=("raw",), contract=CONTRACT, results=(),
    )  # fmt: skip


def manifest(*pins_: PinEntry, previous: Manifest | None = None, now: datetime = NOW) -> Manifest:
    """A manifest over these pins."""
    return new_manifest(
        previous, now, as_of="2017-11-21", engine="duckdb", clock="replay", pins=pins_, sources=()
    )


@pytest.fixture
def served(tmp_path: Path) -> Release:
    """A board that serves one release of one pin."""
    return put_release(tmp_path, manifest(entry(tmp_path)))


def test_a_pin_reads_back_with_its_types(served: Release) -> None:
    """Decimals stay decimals, small integers stay small, and a null stays a null."""
    frame = served.read("t").frame
    assert [str(kind) for kind in frame.dtypes] == ["int16[pyarrow]", "decimal128(9, 2)[pyarrow]"]
    assert [str(value) for value in frame["m"]] == ["1.10", "<NA>"]


def test_plain_pins_can_read_the_board(served: Release) -> None:
    """Any R or Python user can, without this project."""
    board = pins.board_folder(str(served.board / "pins"))
    assert list(board.pin_read("t")["a"]) == [1, 2]
    assert board.pin_meta("t").title == "T"


def test_versions_are_utc_whatever_the_zone_of_the_clock(tmp_path: Path) -> None:
    """The same instant gives the same version."""
    ahead = NOW.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert entry(tmp_path, now=ahead).version.startswith("20261121T203105Z-")


def test_versions_never_go_back(tmp_path: Path) -> None:
    """Neither in the same second nor when the clock was set back."""
    first = entry(tmp_path)
    same_second = entry(tmp_path, ROWS.slice(1))
    set_back = entry(tmp_path, ROWS.slice(0, 1), NOW - timedelta(days=3))
    assert first.version < same_second.version < set_back.version


def test_nothing_is_left_beside_the_pins(served: Release) -> None:
    """Staging happens on the board, and is cleared."""
    assert sorted(path.name for path in served.board.iterdir()) == ["pins", "releases"]


def test_a_pin_that_does_not_read_back_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And no version of it appears."""
    monkeypatch.setattr("processing.board.store.pq.read_table", lambda path: ROWS.slice(1))
    with pytest.raises(BoardError, match="does not read back"):
        entry(tmp_path)
    assert list((tmp_path / "pins" / "t").iterdir()) == []


def test_a_changed_byte_is_never_served(served: Release) -> None:
    """The hash says so before the file is parsed."""
    path = served.path("t")
    path.write_bytes(path.read_bytes()[:-1] + b"X")
    with pytest.raises(BoardError, match="is not what was released"):
        served.read("t")
    assert len(verify(served)) == 1


def test_a_missing_file_is_one_message(served: Release) -> None:
    """With the pin, the version and the next step."""
    served.path("t").unlink()
    with pytest.raises(BoardError, match="millpond build --force t"):
        served.read("t")


def test_a_pin_the_release_does_not_name(served: Release) -> None:
    """The known ones are listed."""
    with pytest.raises(BoardError, match="has no pin 'nope'") as caught:
        served.read("nope")
    assert caught.value.expected == "one of t"


def test_an_empty_board_says_what_to_do(tmp_path: Path) -> None:
    """Exit code 13."""
    with pytest.raises(BoardError, match="millpond build") as caught:
        open_release(tmp_path)
    assert caught.value.exit_code == 13


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"format": 1}', b"\xff\xfe"])
def test_a_torn_manifest_is_refused(served: Release, content: bytes) -> None:
    """It never looks like an empty release."""
    (served.board / "releases" / "current.json").write_bytes(content)
    with pytest.raises(BoardError, match="cannot be read"):
        open_release(served.board)


def test_a_manifest_of_another_format_is_refused(served: Release) -> None:
    """Found and expected are named."""
    raw = json.loads(encode(served.manifest)) | {"format": 99}
    with pytest.raises(BoardError, match="format 99"):
        decode(json.dumps(raw).encode(), Path("x"))


@pytest.mark.parametrize(
    "name", ["..", "../x", "/etc", "A", "", "a b", "a/b", "a\n", "é", "a" * 65]
)
def test_odd_names_are_refused(name: str) -> None:
    """Before any file is touched."""
    with pytest.raises(BoardError, match="name refused"):
        checked(PIN_NAME, "Pin", name)


def test_a_manifest_cannot_point_outside_the_board(served: Release) -> None:
    """Even one that somebody wrote by hand."""
    away = msgspec.structs.replace(served.manifest.pins[0], file="../../secret.parquet")
    tampered = msgspec.structs.replace(served.manifest, pins=(away,))
    with pytest.raises(BoardError, match="leaves the board"):
        Release(served.board, tampered).read("t")


def test_a_link_cannot_lead_outside(tmp_path: Path) -> None:
    """Resolved, not spelled."""
    (tmp_path / "board").mkdir()
    (tmp_path / "board" / "out").symlink_to(tmp_path)
    with pytest.raises(BoardError, match="leaves the board"):
        inside(tmp_path / "board", "out", "x")


def test_releases_are_kept_and_can_be_served_again(served: Release) -> None:
    """Rollback is one command; the later release stays on the board."""
    board = served.board
    later = manifest(entry(board, ROWS.slice(1)), previous=served.manifest)
    put_release(board, later)
    assert releases(board) == [served.manifest.id, later.id]
    assert rollback(board, None).manifest == served.manifest
    assert open_release(board).manifest == served.manifest
    assert find_release(board, later.id).manifest == later


def test_release_ids_never_go_back(served: Release) -> None:
    """Though the clock does."""
    later = manifest(previous=served.manifest, now=NOW - timedelta(days=30))
    assert later.id > served.manifest.id
    assert later.created_at > served.manifest.created_at


def test_a_release_with_a_bad_pin_is_not_put_in_place(served: Release) -> None:
    """Neither as new nor by rollback."""
    board = served.board
    bad = entry(board, ROWS.slice(1))
    path = board / "pins" / bad.file
    path.write_bytes(b"torn")
    with pytest.raises(BoardError, match="is not what was released"):
        put_release(board, manifest(bad, previous=served.manifest))
    assert open_release(board).manifest == served.manifest


def test_rollback_refuses_a_release_whose_pins_are_gone(served: Release) -> None:
    """Serving half of it would be worse than serving the newer one."""
    board = served.board
    later = manifest(entry(board, ROWS.slice(1)), previous=served.manifest)
    put_release(board, later)
    served.path("t").unlink()
    with pytest.raises(BoardError, match="cannot be served again"):
        rollback(board, None)
    assert open_release(board).manifest == later


def test_there_may_be_nothing_to_go_back_to(served: Release) -> None:
    """The first release has no previous one."""
    with pytest.raises(BoardError, match="no release to roll back to"):
        rollback(served.board, None)


def test_the_doctor_finds_nothing_on_a_healthy_board(served: Release) -> None:
    """No false alarms."""
    assert examine(served.board) == []


def test_the_doctor_finds_and_sets_aside_what_does_not_belong(served: Release) -> None:
    """Nothing is deleted, and the release is served as before."""
    board, version = served.board, served.manifest.pins[0].version
    (board / "notes.txt").write_text("hello")
    (board / ".staging-x").mkdir()
    (board / "pins" / "t" / "99990101T000000Z-aaaaa").mkdir()
    (board / "pins" / "Odd Name").mkdir()
    (board / "releases" / "torn.json").write_text("{")
    found = {ailment.path.relative_to(board).as_posix() for ailment in examine(board)}
    assert found == {
        "notes.txt", ".staging-x", "pins/t/99990101T000000Z-aaaaa", "pins/Odd Name",
        "releases/torn.json",
    }  # fmt: skip
    moved = set_aside(board, examine(board), "now")
    assert len(moved) == 4
    (board / ".staging-x").rmdir()  # left where it is: the next build clears it
    assert (board / "set-aside" / "now" / "notes.txt").read_text() == "hello"
    assert examine(board) == []
    assert [p.name for p in (board / "pins" / "t").iterdir()] == [version]
    assert list(served.read("t").frame["a"]) == [1, 2]


def test_the_doctor_names_a_tampered_pin_and_leaves_it(served: Release) -> None:
    """A release needs it where it is; a build or a rollback mends it."""
    served.path("t").write_bytes(b"torn")
    (ailment, *_) = examine(served.board)
    assert "not as released" in ailment.says
    assert set_aside(served.board, [ailment], "now") == []


def test_content_has_one_hash_however_it_is_chunked() -> None:
    """So an engine's way of handing over rows makes no new version."""
    chunked = pa.concat_tables([ROWS.slice(0, 1), ROWS.slice(1)])
    assert content_sha256(chunked) == content_sha256(ROWS)
    assert content_sha256(ROWS.slice(1)) != content_sha256(ROWS)
    renamed = ROWS.rename_columns(["b", "m"])
    assert content_sha256(renamed) != content_sha256(ROWS)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (["a\x1fb", "c"], ["a", "b\x1fc"]),
        (["\x00"], [None]),
        (["\x1b'\\x1f'"], ["\x1f"]),
        ([""], []),
    ],
)
def test_no_text_looks_like_the_rows_of_another(
    one: list[str | None], other: list[str | None]
) -> None:
    """Whatever signs the data hold: else changed rows would count as the same content."""
    frames = [pa.table({"a": pa.array(values, pa.string())}) for values in (one, other)]
    assert content_sha256(frames[0]) != content_sha256(frames[1])


def test_a_rollback_holds_for_the_same_rows_under_the_same_promise(tmp_path: Path) -> None:
    """Another version or day of them is the same; other rows, or another promise, are not."""
    entry = tiny_pin(tmp_path)

    def held(**changes: object) -> bool:
        changed = msgspec.structs.replace(entry, **changes)
        return same_tables(tiny_manifest(entry), tiny_manifest(changed))

    assert held(version="20171122T000000Z-bbbbb", sha256="1" * 64, data_to="2017-11-22")
    assert not held(content_sha256="1" * 64)
    assert not held(contract=msgspec.structs.replace(entry.contract, title="Another"))
