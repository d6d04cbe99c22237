"""The board between runs: kept and restored whole, on a branch, in a folder, and in S3 over HTTP."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from processing.board import shelf
from processing.board.publish import find_release, releases, verify
from processing.build.state import named_by_state
from processing.config import load_config
from processing.errors import BoardError, ConfigError, MillpondError
from processing.keeping import branch, bucket
from processing.keeping.branch import Branch
from processing.keeping.bucket import Bucket
from processing.keeping.parcel import (
    Parcel,
    carried,
    digest,
    pack_board,
    pack_intake,
    pack_pages,
    unpack,
    unpack_intake,
    unpack_site,
)
from processing.keeping.place import Overtaken, Place, open_place
from tests.integration.projects import NOW, make_project, run_build
from tests.integration.stores import s3_server

DAYS = [datetime(2017, 2, day).date() for day in range(7, 12)]
Opener = Callable[[], Place]


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    with s3_server() as endpoint:
        yield endpoint


@pytest.fixture(params=["branch", "folder", "s3"])
def opener(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Opener:
    """A place where nothing was ever kept, opened anew by each call."""
    if request.param == "branch":
        remote = tmp_path / "remote.git"
        subprocess.run(["git", "init", "--quiet", "--bare", str(remote)], check=True)
        return lambda: Branch(str(remote), "board")
    if request.param == "folder":
        return lambda: Bucket((tmp_path / "kept").as_uri())
    return bucket_at(request.getfixturevalue("s3"), tmp_path.name, monkeypatch)


def bucket_at(s3: str, name: str, monkeypatch: pytest.MonkeyPatch) -> Opener:
    import s3fs

    for key, value in {
        "AWS_ENDPOINT_URL": s3,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(key, value)
    bucket_name = name.replace("_", "-")[:60].strip("-").lower()
    s3fs.S3FileSystem(skip_instance_cache=True).mkdir(bucket_name)
    return lambda: Bucket(f"s3://{bucket_name}/millpond")


def state(folder: Path, **files: str) -> Path:
    """A folder of files to keep."""
    for name, text in files.items():
        path = folder / "board" / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def fetched(place: Place, folder: Path) -> dict[str, str]:
    folder.mkdir()
    place.fetch(folder)
    return {path.name: path.read_text() for path in folder.rglob("*.json")}


def test_nothing_was_ever_kept(opener: Opener, tmp_path: Path) -> None:
    assert opener().fetch(tmp_path / "empty") is None


def test_what_is_kept_comes_back_and_what_is_gone_stays_gone(
    opener: Opener, tmp_path: Path
) -> None:
    """Each state is a whole: files that a later one lacks do not come back with it."""
    first = opener().put(state(tmp_path / "one", a="1", b="2"), None, "one")
    assert fetched(opener(), tmp_path / "back") == {"a.json": "1", "b.json": "2"}
    second = opener().put(state(tmp_path / "two", a="1", c="3"), first, "two")
    assert second != first
    assert fetched(opener(), tmp_path / "again") == {"a.json": "1", "c.json": "3"}
    assert opener().put(tmp_path / "two", second, "the same") == second


def test_of_two_runs_at_once_the_second_stands_down(opener: Opener, tmp_path: Path) -> None:
    """Both follow the same state; the one that keeps first stays, the other writes nothing."""
    start = opener().put(state(tmp_path / "start", a="0"), None, "start")
    one, other = opener(), opener()
    one.put(state(tmp_path / "one", a="1"), start, "one")
    with pytest.raises(Overtaken, match="Another run has kept a newer state"):
        other.put(state(tmp_path / "other", a="2"), start, "other")
    assert fetched(opener(), tmp_path / "back") == {"a.json": "1"}


def test_a_first_run_does_not_overwrite_what_it_did_not_see(opener: Opener, tmp_path: Path) -> None:
    opener().put(state(tmp_path / "one", a="1"), None, "one")
    with pytest.raises(Overtaken):
        opener().put(state(tmp_path / "other", a="2"), None, "other")


def test_the_store_itself_refuses_the_second_writer(
    opener: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even when both have looked before either wrote: no moment in which the later one wins."""
    start = opener().put(state(tmp_path / "start", a="0"), None, "start")
    late = opener()
    reach = "_push" if isinstance(late, Branch) else "_create"
    real = getattr(type(late), reach)

    def overtaken_at_the_last_moment(self: Place, *arguments: object) -> str:
        monkeypatch.setattr(type(late), reach, real)
        opener().put(state(tmp_path / "quick", a="1"), start, "quick")
        return str(real(self, *arguments))

    monkeypatch.setattr(type(late), reach, overtaken_at_the_last_moment)
    with pytest.raises(Overtaken):
        late.put(state(tmp_path / "late", a="2"), start, "late")
    assert fetched(opener(), tmp_path / "back") == {"a.json": "1"}


def test_the_branch_does_not_grow(tmp_path: Path) -> None:
    """One commit without parents, whatever was kept before."""
    remote = tmp_path / "remote.git"
    subprocess.run(["git", "init", "--quiet", "--bare", str(remote)], check=True)
    mark = None
    for number in range(4):
        folder = state(tmp_path / str(number), a=str(number))
        mark = Branch(str(remote), "board").put(folder, mark, "next")
    command = ["git", "-C", str(remote), "rev-list", "--count", "board"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "1\n"


def test_a_push_whose_answer_was_lost_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server has taken it, the line broke: no error, and no second commit."""
    remote = tmp_path / "remote.git"
    subprocess.run(["git", "init", "--quiet", "--bare", str(remote)], check=True)
    real = branch._Git.__call__

    def breaks(self: branch._Git, *arguments: str, cwd: Path | None = None) -> str:
        said = real(self, *arguments, cwd=cwd)
        if arguments[0] == "push":
            raise BoardError("the line broke")
        return said

    monkeypatch.setattr(branch._Git, "__call__", breaks)
    assert Branch(str(remote), "board").put(state(tmp_path / "one", a="1"), None, "one")


def test_a_token_never_stands_on_a_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """It reaches git by its environment, for that host alone; not for other kinds of remote."""
    monkeypatch.setenv(branch.TOKEN, "s3cret")
    found = branch._credentials("https://github.com/owner/fork")
    assert found["GIT_CONFIG_KEY_0"] == "http.https://github.com/owner/fork.extraheader"
    assert "s3cret" not in "".join(found.values())
    assert branch._credentials("http://github.com/owner/fork") == {}


def test_a_remote_that_cannot_be_reached(tmp_path: Path) -> None:
    with pytest.raises(BoardError, match="The branch that keeps the board cannot be used"):
        Branch(str(tmp_path / "nowhere"), "board").fetch(tmp_path / "x")


def test_a_bucket_does_not_grow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Old heads go, and files that no head names once they are old enough."""
    monkeypatch.setattr(shelf, "LONG_AGO", timedelta(seconds=-1))
    mark = None
    for number in range(6):
        folder = state(tmp_path / str(number), a=str(number))
        mark = Bucket((tmp_path / "kept").as_uri()).put(folder, mark, "next")
    assert len([*(tmp_path / "kept/heads").iterdir()]) == bucket.HEADS_KEPT
    assert len([*(tmp_path / "kept/objects").iterdir()]) == bucket.HEADS_KEPT


def test_a_file_of_a_bucket_that_was_changed_is_found_out(tmp_path: Path) -> None:
    Bucket((tmp_path / "kept").as_uri()).put(state(tmp_path / "one", a="1"), None, "one")
    next((tmp_path / "kept/objects").iterdir()).write_text("other")
    with pytest.raises(BoardError, match="files are not what they were"):
        Bucket((tmp_path / "kept").as_uri()).fetch(tmp_path / "back")


def test_a_head_that_names_a_file_elsewhere_is_refused(tmp_path: Path) -> None:
    Bucket((tmp_path / "kept").as_uri()).put(state(tmp_path / "one", a="1"), None, "one")
    head = next((tmp_path / "kept/heads").iterdir())
    head.write_text(head.read_text().replace("board/a.json", "../a.json"))
    with pytest.raises(BoardError, match="a file that would lie elsewhere"):
        Bucket((tmp_path / "kept").as_uri()).fetch(tmp_path / "back")


def test_a_bucket_that_is_not_there(
    s3: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One message; nothing of the library's own."""
    bucket_at(s3, "another", monkeypatch)
    with pytest.raises(MillpondError, match="The place that keeps the board fails while writing"):
        Bucket("s3://not-there/x").put(state(tmp_path / "one", a="1"), None, "one")


@pytest.mark.parametrize("address", ["board", "", "nonsense://x"])
def test_an_address_of_no_kind(address: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"\[keep\] address cannot be used"):
        open_place(address, tmp_path)


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project after five days of builds."""
    root = make_project(tmp_path_factory.mktemp("keeping") / "project")
    for number, day in enumerate(DAYS):
        run_build(root, day, NOW + timedelta(days=number))
    return root


@pytest.fixture
def kept(worked: Path, tmp_path: Path) -> tuple[Path, Parcel]:
    """A copy of that project, and a parcel of its last three releases."""
    root = Path(shutil.copytree(worked, tmp_path / "project"))
    board = load_config(root).board_path
    parcel = Parcel(tmp_path / "parcel")
    pack_board(parcel, board, 3, named_by_state(board))
    return root, parcel


def test_the_parcel_holds_the_last_releases_whole(kept: tuple[Path, Parcel]) -> None:
    """All that they name, and far less than the board."""
    root, parcel = kept
    board = load_config(root).board_path
    assert releases(parcel.board) == releases(board)[-3:]
    assert [verify(find_release(parcel.board, one)) for one in releases(parcel.board)] == [[]] * 3
    versions = [len([*folder.glob("pins/weeks/*")]) for folder in (parcel.board, board)]
    assert versions[0] < versions[1]


def test_a_restored_board_has_nothing_to_build(kept: tuple[Path, Parcel], tmp_path: Path) -> None:
    """The state travels too, so that the next run goes on where the last one ended."""
    _, parcel = kept
    other = make_project(tmp_path / "other")
    unpack(parcel, load_config(other).board_path, tmp_path / "pages")
    report = run_build(other, DAYS[-1], NOW + timedelta(days=30))
    assert not report.is_new
    assert report.built == []
    before = digest(parcel.board)
    board = load_config(other).board_path
    pack_board(parcel, board, 3, named_by_state(board))
    assert digest(parcel.board) == before


def test_restoring_does_not_touch_a_board_of_other_releases(
    kept: tuple[Path, Parcel], tmp_path: Path
) -> None:
    _, parcel = kept
    other = make_project(tmp_path / "other")
    run_build(other, DAYS[0], datetime(2026, 1, 1, tzinfo=UTC))
    before = digest(other / "board")
    with pytest.raises(BoardError, match="The board holds other releases"):
        unpack(parcel, other / "board", tmp_path / "pages")
    assert digest(other / "board") == before


def test_temporary_files_and_failing_rows_do_not_travel(
    kept: tuple[Path, Parcel], tmp_path: Path
) -> None:
    root, parcel = kept
    (root / "board/.lock").write_text("")
    (root / "board/secret.txt").write_text("")
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / ".index.ipynb.123.tmp").write_text("")
    (pages / "index.ipynb").write_text("{}")
    pack_board(parcel, root / "board", 3, named_by_state(root / "board"))
    assert pack_pages(parcel, pages) == 1
    assert not [*parcel.kept.rglob(".*"), *parcel.kept.rglob("secret.txt")]


def put(path: Path) -> None:
    """A file that holds its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(path.name, encoding="utf-8")


def test_what_open_feeds_gave_travels(tmp_path: Path) -> None:
    """A folder for each source that needs no credential; a secret one stays where it is."""
    intake, parcel = tmp_path / "intake", Parcel(tmp_path / "parcel")
    put(intake / "weather" / "000001_ab.json")
    put(intake / "customers" / "000001_cd.csv")
    assert pack_intake(parcel, intake, ["weather", "never_asked"]) == 1
    later = tmp_path / "later"
    put(later / "weather" / "000002_ef.json")
    unpack_intake(parcel, later)
    assert sorted(path.name for path in later.rglob("*.json")) == [
        "000001_ab.json",
        "000002_ef.json",
    ]
    assert not (later / "customers").exists()


def test_the_published_site_comes_back_where_there_is_none(tmp_path: Path) -> None:
    parcel = Parcel(tmp_path / "parcel")
    put(parcel.site / "index.html")
    page = tmp_path / "_site" / "index.html"
    unpack_site(parcel, page.parent)
    assert page.read_text() == "index.html"
    page.write_text("newer")
    unpack_site(parcel, page.parent)
    assert page.read_text() == "newer"


def test_a_release_that_a_page_still_shows_travels(tmp_path: Path) -> None:
    """Though it is not among the last ones; its pins with it."""
    project = make_project(tmp_path / "project")
    for day in DAYS[:3]:
        run_build(project, day, NOW + timedelta(days=day.day))
    board = project / "board"
    first = releases(board)[0]
    names, also = {*carried(board, 1)}, {*carried(board, 1, (), [first])}
    manifest = board / "releases" / f"{first}.json"
    assert manifest not in names
    assert manifest in also
    pins = [find_release(board, first).path("weeks"), find_release(board, first).path("stores")]
    assert also.issuperset(pins)
