"""Execute pages, several at once, each in its own sealed kernel; a failing page stops no other."""

from __future__ import annotations

import asyncio
import atexit
import logging
import os
import time
from collections.abc import Callable, Coroutine, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from processing.board.reader import INTERNAL_PART, Release
from processing.errors import PageError
from processing.nearest import one_of
from processing.site.execution.errors import Progress, died, raised, timed_out
from processing.site.pages.qmd import Page
from processing.site.pages.rules import rule_breaks

if TYPE_CHECKING:
    from processing.site.execution.kernel import KernelServer

CELL_SECONDS = 120
_PACKAGE = "package://"
T = TypeVar("T")


@dataclass(frozen=True)
class Executed:
    """A page that came through: its notebook's bytes, and what libraries warned of meanwhile."""

    page: Page
    notebook: bytes
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Failed:
    """A page that did not, and the one message that says why."""

    page: Page
    error: PageError


def execute_pages(
    pages: Iterable[Page],
    release: Release,
    root: Path,
    on_done: Callable[[str, float], None] = lambda name, seconds: None,
    *,
    cell_seconds: int = CELL_SECONDS,
    rules: Callable[[Page], list[str]] = rule_breaks,
) -> list[Executed | Failed]:
    """One result per page, in the order given; `on_done` gets each page's name and seconds.

    What can be seen without executing (rules, pins the release does not name) is checked first.
    """
    pages = list(pages)
    results: dict[int, Executed | Failed] = {}
    for at, page in enumerate(pages):
        if error := _foreseen(page, release, rules):
            results[at] = Failed(page, error)
            on_done(page.name, 0.0)
    rest = [at for at in range(len(pages)) if at not in results]
    if rest:
        done = _in_thread(_execute_all([pages[at] for at in rest], release, on_done, cell_seconds))
        results |= dict(zip(rest, done, strict=True))
    return [results[at] for at in range(len(pages))]


def _foreseen(page: Page, release: Release, rules: Callable[[Page], list[str]]) -> PageError | None:
    if breaks := rules(page):
        return PageError(
            f"Page {page.path.name} does what a page may not do",
            found="; ".join(breaks),
            expected="prose, import lines and one-line cells that call views",
            next_step="move the logic into processing/views and call it from the page",
            told="a change of its text breaks the rules for pages",
        )
    known = [entry.name for entry in release.manifest.pins]
    for name in page.pins:
        if name in release.hidden:
            return PageError(
                f"Page {page.path.name}, line {page.pin_lines[name]}: pin {name!r} is internal, "
                "and this site is public",
                found=f'pin("{name}")',
                expected="pins whose contract says `public`",
                next_step=INTERNAL_PART,
            )
        if name not in known:
            return PageError(
                f"Page {page.path.name}, line {page.pin_lines[name]}: no pin {name!r}",
                found=f'pin("{name}")',
                expected=f"a pin of release {release.manifest.id}: {one_of(name, known)}",
                next_step="correct the name, or add a table of that name and run `millpond build`",
                told="a table that it shows is not among the newest data",
            )
    return None


def readable_files(release: Release) -> list[Path]:
    """The release's manifest and the pin files it names."""
    files = [release.path(entry.name) for entry in release.manifest.pins]
    return [release.board / "releases" / release.file, *files]


def _source_packages(release: Release) -> list[str]:
    """Packages of raw data among the libraries; they stay shut for pages."""
    addresses = [source.address for source in release.manifest.sources]
    return [a.removeprefix(_PACKAGE).split("/")[0] for a in addresses if a.startswith(_PACKAGE)]


def _in_thread(work: Coroutine[Any, Any, T]) -> T:
    """Run an event loop in a thread of its own: it works inside any other loop, and Jupyter's
    client takes over ctrl-C only in the main thread."""
    with ThreadPoolExecutor(1, "pages") as pool:
        return pool.submit(asyncio.run, work).result()


async def _execute_all(
    pages: Sequence[Page],
    release: Release,
    on_done: Callable[[str, float], None],
    cell_seconds: int,
) -> list[Executed | Failed]:
    from processing.site.execution.kernel import KernelServer

    turn = asyncio.Semaphore(os.cpu_count() or 1)
    readable, refused = readable_files(release), _source_packages(release)
    named = release.manifest.id, readable, refused, release.audience, release.file
    with KernelServer(release.board, *named) as server:

        async def one(page: Page) -> Executed | Failed:
            async with turn:
                start = time.perf_counter()
                try:
                    result: Executed | Failed = await _execute(page, server, cell_seconds)
                except PageError as error:
                    result = Failed(page, error)
                on_done(page.name, time.perf_counter() - start)
                return result

        return list(await asyncio.gather(*(one(page) for page in pages)))


async def _execute(page: Page, server: KernelServer, cell_seconds: int) -> Executed:
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    from processing.site.execution.provisioner import kernel_manager
    from processing.site.pages.notebook import draft, finished, warnings_of

    made = draft(page)
    now = Progress(page, made.lines, [cell.source for cell in made.notebook.cells])
    client = NotebookClient(
        made.notebook,
        km=kernel_manager(server),
        log=_silent(),
        timeout=cell_seconds,
        startup_timeout=60,
        shutdown_kernel="immediate",
        on_cell_execute=now.started,
    )
    client.owns_km = True
    try:
        await client.async_execute()
    except CellExecutionError as error:
        raise raised(now, error.ename, error.evalue, error.traceback) from None
    except CellTimeoutError:
        raise timed_out(now, cell_seconds) from None
    except (DeadKernelError, RuntimeError) as error:
        # The log is shared, so a crash amid a page may be told with another page's last words.
        words = server.last_words() if now.at is None or not server.alive else ""
        raise died(now, f"{error} {words}", server.alive) from None
    finally:
        atexit.unregister(client._cleanup_kernel)  # it stays registered when a start fails
    warnings = warnings_of(made)
    return Executed(page, finished(made), warnings)


def _silent() -> logging.Logger:
    """Jupyter's own log lines say less than our messages, and say it first."""
    log = logging.getLogger("millpond.pages")
    log.propagate = False
    log.setLevel(logging.CRITICAL + 1)
    return log
