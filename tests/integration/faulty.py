"""Builds and sites in processes of their own, with a fault armed; and what must hold afterwards."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime, timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import pins
import pytest

from processing import faults
from processing.board.doctor import examine
from processing.board.lock import StoodDown, board_held
from processing.board.prune import Pruning, plan_pruning, prune
from processing.board.publish import verify
from processing.board.reader import Release, open_release
from processing.board.serve import LISTED, listed
from processing.build.elsewhere import run_build
from processing.build.run import Build, Report
from processing.build.state import named_by_state
from processing.config import load_config
from processing.errors import MillpondError
from processing.tables.registry import Table, load_tables
from tests.conftest import RENDERER
from tests.forks import FORKS
from tests.integration.projects import NOW, digest

OLD_DAY, NEW_DAY = date(2017, 2, 11), date(2017, 2, 12)
LATER = NOW + timedelta(hours=1)
SECONDS = 300  # no child may take longer, however slow or busy the machine is
STOOD_DOWN = 99  # exit code of a child whose build or site stood down


def few_tables() -> dict[str, Table]:
    """Two real tables, one above the other: every step of a build, in a quarter of a second."""
    return {name: load_tables()[name] for name in ("trading_days_by_week", "weeks")}


def build(folder: Path, day: date, now: datetime = LATER) -> Report | StoodDown:
    """A build of the few tables in this process, on the board wherever it lies."""

    def make() -> Build:
        return Build(load_config(folder), day, now, lambda line: None, tables=few_tables())

    return run_build(make)


def built(folder: Path, day: date, now: datetime = LATER) -> Release:
    """The release that a build in this process ends with."""
    report = build(folder, day, now)
    assert isinstance(report, Report)
    return report.release


def render(folder: Path) -> object:
    """The site of the project, by the renderer under test, in this process."""
    from processing.site.run import render_site

    return render_site(load_config(folder), RENDERER, folder / "_site", lambda line: None)


def pruned(folder: Path, keep: int) -> Pruning:
    """What a prune of the project's board deleted."""
    board = folder / "board"
    with board_held(board):
        pruning = plan_pruning(board, keep, named_by_state(board))
        prune(board, pruning)
    return pruning


def start(work: str, folder: Path, fault: str = "", *arguments: Any) -> ForkServerProcess:
    """Begin `build` or `render` in a process of its own; `said` tells what came of it."""
    child = FORKS.Process(target=_child, args=(work, folder, fault, arguments, dict(os.environ)))
    child.start()
    return child


def _child(
    work: str, folder: Path, fault: str, arguments: tuple[Any, ...], environment: dict[str, str]
) -> None:
    os.environ.clear()  # what was set when the process began that forks may be set no more
    os.environ |= environment | {faults.VARIABLE: fault}
    works: dict[str, Callable[..., object]] = {
        "build": build,
        "render": render,
        "read": read_until_told,
        "prune": pruned,
    }
    done: object
    try:
        done = works[work](folder, *arguments)
        code = STOOD_DOWN if isinstance(done, StoodDown) else 0
    except MillpondError as error:
        done, code = error, error.exit_code
    said(folder, os.getpid()).write_text(str(done), encoding="utf-8")
    os._exit(code)


def said(folder: Path, pid: int | None) -> Path:
    """Where the process says what it did; outside the disk that may be full."""
    return folder.parent / f"said-{pid}"


def end(child: ForkServerProcess) -> int:
    """Its exit code, -9 for a kill."""
    child.join(SECONDS)
    assert child.exitcode is not None, "the child does not end"
    return child.exitcode


def run(work: str, folder: Path, fault: str = "", *arguments: Any) -> int:
    """Start and end in one."""
    return end(start(work, folder, fault, *arguments))


def until_stopped(child: ForkServerProcess) -> None:
    """Wait until the child has stopped itself at its point; it holds what it holds."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline and child.is_alive():
        status = Path(f"/proc/{child.pid}/stat").read_text(encoding="ascii")
        if status.rpartition(")")[2].split()[0] == "T":
            return
        time.sleep(0.01)
    pytest.fail(f"the child did not stop: exit code {child.exitcode}")


def go_on(child: ForkServerProcess) -> None:
    """Let a stopped child continue."""
    os.kill(child.pid or 0, signal.SIGCONT)


@contextmanager
def armed(fault: str) -> Iterator[None]:
    """A fault for this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(faults.VARIABLE, fault)
        faults._visits.clear()
        yield


def visits(work: str, folder: Path, log: Path, *arguments: Any) -> list[tuple[str, int]]:
    """Every visit of a point in a run that nothing disturbs: the point, and which visit it was."""
    assert run(work, folder, f"log:{log}", *arguments) == 0
    points = log.read_text(encoding="utf-8").splitlines()
    return [(point, points[: at + 1].count(point)) for at, point in enumerate(points)]


def contents(release: Release) -> dict[str, str]:
    """The content hash of every pin."""
    return {entry.name: entry.content_sha256 for entry in release.manifest.pins}


def assert_whole(board: Path, *allowed: dict[str, str]) -> Release:
    """What is served is one of the allowed releases, every hash is right, and anybody can read it."""
    release = open_release(board)
    assert contents(release) in allowed
    assert verify(release) == []
    for entry in release.manifest.pins:
        assert len(release.read(entry.name).frame) == entry.rows
        plain = pins.board_folder(str(board / "pins")).pin_read(entry.name, version=entry.version)
        assert len(plain) == entry.rows
    return release


def assert_healed(folder: Path, expected: dict[str, str]) -> None:
    """The board serves what a build from nothing would, and nothing is left of the dead."""
    board = folder / "board"
    release = assert_whole(board, expected)
    assert (board / "pins" / LISTED).read_bytes() == listed(release.manifest)
    left = [path for path in board.rglob(".*") if path.name != ".lock"]
    assert left == []
    assert [one for one in examine(board, named_by_state(board)) if not one.harmless] == []


def read_until_told(folder: Path) -> str:
    """Read all of the served release in a loop until there is a file `stop`; what was seen.

    `has_seen` tells meanwhile how many reads of how many releases it was.
    With a breath after each, or readers keep the processors from the builds, and take ever more.
    """
    seen: set[str] = set()
    reads = 0
    while not (folder / "stop").exists():
        release = open_release(folder / "board")
        frames = {e.name: release.read(e.name).frame for e in release.manifest.pins}
        days = int(frames["trading_days_by_week"]["trading_days"].sum())
        assert days == int(frames["weeks"]["trading_days"].sum()), "two runs are mixed"
        assert days == date.fromisoformat(release.manifest.as_of).timetuple().tm_yday
        seen.add(release.manifest.id)
        reads += 1
        note = _seen_by(folder, os.getpid())
        note.with_suffix(".new").write_text(f"{reads} {len(seen)}", encoding="ascii")
        note.with_suffix(".new").replace(note)
        time.sleep(0.05)
    return f"{reads} reads of {len(seen)} releases"


def _seen_by(folder: Path, pid: int | None) -> Path:
    return folder.parent / f"seen-{pid}"


def has_seen(folder: Path, reader: ForkServerProcess) -> tuple[int, int]:
    """How many reads a reader has made by now, and how many releases it saw."""
    note = _seen_by(folder, reader.pid)
    reads, releases = note.read_text().split() if note.exists() else (0, 0)
    return int(reads), int(releases)


def until_it_reads_again(folder: Path, reader: ForkServerProcess) -> None:
    """Wait until a reader has ended one more read, or has ended."""
    before, deadline = has_seen(folder, reader), time.monotonic() + SECONDS
    while has_seen(folder, reader)[0] <= before[0] and reader.is_alive():
        assert time.monotonic() < deadline, "nothing is read"
        time.sleep(0.01)


def site_digest(folder: Path) -> str:
    """A hash of all files of the published site."""
    return digest(folder / "_site")


def processes_of(board: Path) -> list[int]:
    """The kernels for pages of that board which still live, given a moment to end."""
    wanted = f"MILLPOND_BOARD={board}".encode()
    deadline = time.monotonic() + SECONDS
    while found := [pid for pid, text in _environments() if wanted in text]:
        if time.monotonic() > deadline:
            break
        time.sleep(0.02)
    return found


def _environments() -> Iterator[tuple[int, bytes]]:
    for path in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):  # it has ended meanwhile, or is not ours
            yield int(path.parent.name), path.read_bytes()


@contextmanager
def tmpfs(folder: Path, size: str) -> Iterator[Path]:
    """A real file system of that size at `folder`; the test is skipped where none may be mounted."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if shutil.which("mount") is None or not _works(mount):
        pytest.skip("needs the right to mount a tmpfs (root)")
    yield folder
    # Lazily: a file that was mapped into memory may keep it busy until it is collected as garbage.
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _works(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def fill(disk: Path, pages: int) -> Path:
    """A file that leaves that many pages of 4 KB free on the disk."""
    filler = disk / "filler"
    free = shutil.disk_usage(disk).free
    filler.write_bytes(b"x" * max(free - pages * 4096, 0))
    return filler
