"""What the tests share: one built site, its release, and a browser, each made when asked for."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from filelock import FileLock

from processing.board.reader import Release, for_audience, open_release
from tests.forks import run_forked

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).resolve().parent.parent
# `make quality` measures the pages of the other renderer with the same tests.
RENDERER = os.environ.get("MILLPOND_TEST_RENDERER", "pandoc")
NOT_COPIED = {"board", "node_modules", "tests", "docs", "build", "dist", "parcel"}
PICTURES = ROOT / ".cache" / "pictures"
# One worker runs a file, so that a long one at the end would leave the others idle.
LONGEST_FIRST = {
    name: place
    for place, name in enumerate(
        ("test_refresh", "test_agreement", "test_pages", "test_schedule", "test_hostile_data")
    )
}
# Files whose tests one worker runs, so that what they share is made once: a session of Spark, and
# a release of the real data.
TOGETHER = ("tests/engines/", "tests/integration/test_real_")
# The same browser without a window of its own takes little more than half the processor time.
CHROMIUM_NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)
# Chromium refuses to run as root with its sandbox; the rest keeps it from calling other hosts.
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

PATIENCE_MS = 180_000  # a machine may be slow, and busy with other tests

PUBLIC_PAGES = sorted(
    path.stem + ".html"
    for path in (ROOT / "reports").glob("*.qmd")
    if "\naudience: internal\n" not in path.read_text(encoding="utf-8")
)


@dataclass(frozen=True)
class BuiltSite:
    """A project whose site was built once: its folder, and what the build printed."""

    root: Path
    log: str

    @property
    def folder(self) -> Path:
        return self.root / "_site"

    @property
    def notebooks(self) -> list[Path]:
        return sorted((self.root / ".cache" / "stage").glob("*.ipynb"))

    @property
    def pages(self) -> list[str]:
        return PUBLIC_PAGES


def copy_project(target: Path) -> Path:
    """The project without anything derived; what npm fetched is linked."""
    for path in ROOT.iterdir():
        if path.name.startswith((".", "_site")) or path.name in NOT_COPIED:
            continue
        copy = shutil.copytree if path.is_dir() else shutil.copy2
        copy(path, target / path.name)
    if (ROOT / "node_modules").is_dir():
        (target / "node_modules").symlink_to(ROOT / "node_modules")
    return target


def run_millpond(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line on a project, in a process of its own."""
    return run_forked("processing", "--project", str(root), *arguments, seconds=600)


def start_millpond(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The same in a process that begins with nothing, as a person or a schedule starts it."""
    command = [sys.executable, "-m", "processing", "--project", str(root), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)


@pytest.fixture(scope="session")
def built_site(tmp_path_factory: pytest.TempPathFactory) -> BuiltSite:
    """The real data, built and rendered once for all tests of all workers."""
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    root, log = shared / "built", shared / "built.log"
    with FileLock(shared / "built.lock"):
        if not log.exists():
            shutil.rmtree(root, ignore_errors=True)
            root.mkdir()
            if PICTURES.is_dir():  # by the hash of all they depend on; test_pictures draws its own
                shutil.copytree(PICTURES, root / ".cache" / "pictures")
            done = start_millpond(copy_project(root), "site", "--renderer", RENDERER)
            if done.returncode:
                pytest.fail(f"millpond site ended with {done.returncode}\n{done.stderr}")
            log.write_text(done.stdout + done.stderr, encoding="utf-8")
    return BuiltSite(root, log.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def release(built_site: BuiltSite) -> Release:
    """The release that the built site shows, as the public may see it."""
    return for_audience(open_release(built_site.root / "board"), "public")


def find_chromium() -> Path | None:
    """Chromium or Chrome on this machine, if there is one."""
    named = os.environ.get("CHROMIUM_PATH") or next(
        filter(None, map(shutil.which, CHROMIUM_NAMES)), None
    )
    return Path(named) if named else None


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """An installed Chromium. Without one the test is skipped; on CI it fails."""
    found = find_chromium()
    if found:
        return found
    says = "needs Chromium: install it (Debian: apt-get install chromium) or set CHROMIUM_PATH"
    if os.environ.get("CI"):
        pytest.fail(says)
    pytest.skip(says)


@pytest.fixture(scope="session")
def browser(chromium_path: Path) -> Iterator[Browser]:
    """A headless browser that serves every test of this worker."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=chromium_path, args=list(CHROMIUM_FLAGS)
        )
        _be_patient(launched)
        yield launched
        launched.close()


def _be_patient(browser: Browser) -> None:
    """Let pages wait longer for what they wait for than Playwright's half a minute."""
    new_context, new_page = browser.new_context, browser.new_page

    def context(**ways: Any) -> BrowserContext:
        made = new_context(**ways)
        made.set_default_timeout(PATIENCE_MS)
        return made

    def page(**ways: Any) -> Page:
        made = new_page(**ways)
        made.context.set_default_timeout(PATIENCE_MS)
        return made

    browser.new_context, browser.new_page = context, page  # type: ignore[method-assign]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start with what takes longest; skip what needs Quarto where there is none, and say so."""
    items.sort(key=lambda item: LONGEST_FIRST.get(item.path.stem, len(LONGEST_FIRST)))
    items.sort(key=lambda item: item.path.parent.name in {"unit", "spec"})
    if os.environ.get("QUARTO_PATH") or shutil.which("quarto"):
        return
    skip = pytest.mark.skip(reason="needs Quarto: install it, or set QUARTO_PATH")
    for item in items:
        if item.get_closest_marker("quarto"):
            item.add_marker(skip)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand out the tests of a file, or of files that go together, to one worker."""
    from xdist.scheduler import LoadFileScheduling

    class ByFile(LoadFileScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            together = (start for start in TOGETHER if nodeid.startswith(start))
            return next(together, None) or str(super()._split_scope(nodeid))

    return ByFile(config, log) if config.getvalue("dist") == "loadfile" else None
