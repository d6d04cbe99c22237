"""Publishing: a reader finds the old site or the new one, whole, whatever happens meanwhile."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from processing.errors import SiteError
from processing.site.finishing import publish
from processing.site.finishing.publish import heal, is_ours, swap


def make(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True)
    (folder / "index.html").write_text(text)
    (folder / "catalog.json").write_text('{"generator": "millpond"}')
    return folder


def shown(live: Path) -> str:
    return (live / "index.html").read_text()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_first_site_goes_where_nothing_was(tmp_path: Path) -> None:
    swap(make(tmp_path / "new", "1"), tmp_path / "deep" / "_site")
    assert shown(tmp_path / "deep" / "_site") == "1"
    assert names(tmp_path / "deep") == ["_site"]


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "_site").mkdir()
    swap(make(tmp_path / "new", "1"), tmp_path / "_site")
    assert shown(tmp_path / "_site") == "1"


def test_a_site_of_ours_is_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    make(tmp_path / "_site", "1")
    swap(make(tmp_path / "new", "2"), tmp_path / "_site")
    assert shown(tmp_path / "_site") == "2"
    assert names(tmp_path) == ["_site"]


def test_without_an_exchange_two_renames_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish, "exchange_names", lambda one, other: False)
    make(tmp_path / "_site", "1")
    swap(make(tmp_path / "new", "2"), tmp_path / "_site")
    assert shown(tmp_path / "_site") == "2"
    assert names(tmp_path) == ["_site"]


def test_another_file_system_is_crossed_by_a_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = Path.rename

    def far(path: Path, target: Path) -> Path:
        if path.name == "new":
            raise OSError(errno.EXDEV, "cross-device")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", far)
    make(tmp_path / "_site", "1")
    swap(make(tmp_path / "new", "2"), tmp_path / "_site")
    assert shown(tmp_path / "_site") == "2"
    assert names(tmp_path) == ["_site"]


def test_a_link_to_the_live_folder_stays_a_link(tmp_path: Path) -> None:
    make(tmp_path / "real" / "www", "1")
    (tmp_path / "_site").symlink_to(tmp_path / "real" / "www")
    swap(make(tmp_path / "new", "2"), tmp_path / "_site")
    assert (tmp_path / "_site").is_symlink()
    assert shown(tmp_path / "real" / "www") == "2"


@pytest.mark.parametrize("catalog", [None, "{", "[]", '{"generator": "else"}'])
def test_a_folder_that_is_not_ours_is_refused_and_untouched(
    tmp_path: Path, catalog: str | None
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "thesis.txt").write_text("years")
    if catalog is not None:
        (home / "catalog.json").write_text(catalog)
    with pytest.raises(SiteError, match="does not look like a site of ours"):
        swap(make(tmp_path / "new", "1"), home)
    assert (home / "thesis.txt").read_text() == "years"
    assert shown(tmp_path / "new") == "1"


def test_a_file_in_the_place_of_the_site_is_refused(tmp_path: Path) -> None:
    (tmp_path / "_site").write_text("x")
    with pytest.raises(SiteError, match="found: a file"):
        swap(make(tmp_path / "new", "1"), tmp_path / "_site")


def test_a_kill_between_two_renames_is_healed(tmp_path: Path) -> None:
    make(tmp_path / "_site-millpond-old", "1")
    make(tmp_path / "_site-millpond-new", "2")
    heal(tmp_path / "_site")
    assert shown(tmp_path / "_site") == "1"
    assert names(tmp_path) == ["_site"]


def test_a_kill_after_the_exchange_leaves_the_new_site_and_is_cleared(tmp_path: Path) -> None:
    make(tmp_path / "_site", "2")
    make(tmp_path / "_site-millpond-new", "1")
    heal(tmp_path / "_site")
    assert shown(tmp_path / "_site") == "2"
    assert names(tmp_path) == ["_site"]


@pytest.mark.skipif(sys.platform != "linux", reason="renameat2 is Linux's")
def test_linux_exchanges_two_names_in_one_step(tmp_path: Path) -> None:
    one, other = make(tmp_path / "one", "1"), make(tmp_path / "other", "2")
    assert publish.exchange_names(one, other)
    assert (shown(one), shown(other)) == ("2", "1")


def test_an_exchange_with_nothing_is_an_error_and_no_fallback(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        publish.exchange_names(tmp_path / "no", tmp_path / "none")


KILLED = """
import os, sys
from pathlib import Path
from processing.site.finishing import publish
calls = 0
def count(event, arguments):
    global calls
    if event in ("os.rename", "os.remove", "os.rmdir", "shutil.rmtree", "ctypes.call_function"):
        calls += 1
        if calls == int(sys.argv[3]):
            os.kill(os.getpid(), 9)
if sys.argv[4] == "renames":
    publish.exchange_names = lambda one, other: False
sys.addaudithook(count)
publish.swap(Path(sys.argv[1]), Path(sys.argv[2]))
"""


@pytest.mark.parametrize("way", ["exchange", "renames"])
@pytest.mark.parametrize("step", [1, 2, 3, 4, 5])
def test_killed_at_any_step_the_old_or_the_new_site_is_whole(
    tmp_path: Path, way: str, step: int
) -> None:
    make(tmp_path / "_site", "1")
    make(tmp_path / "new", "2")
    arguments = [str(tmp_path / "new"), str(tmp_path / "_site"), str(step), way]
    subprocess.run([sys.executable, "-c", KILLED, *arguments], check=False, env=os.environ)
    if way == "exchange":
        assert is_ours(tmp_path / "_site")
    heal(tmp_path / "_site")
    assert is_ours(tmp_path / "_site")
    assert shown(tmp_path / "_site") in {"1", "2"}
    assert names(tmp_path) in (["_site"], ["_site", "new"])
