"""One run at a time on a project's pages, staging folder and site, and one error for its writes."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from processing.board.files import clear_temporary
from processing.board.lock import StoodDown, held
from processing.config import Config
from processing.errors import SiteError

FILE = "site.lock"


@contextmanager
def site_lock(config: Config, tell: Callable[[str], None]) -> Iterator[StoodDown | None]:
    """Hold the project's site, and clear what the dead left; a StoodDown when another keeps it.

    SiteError where the cache or the site cannot be written.
    """
    path, seconds = config.cache_path / FILE, config.board.wait_seconds
    with site_errors(config.cache_path), ExitStack() as stack:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not stack.enter_context(held(path, seconds, tell)):
            yield StoodDown(path, seconds)
            return
        for folder in (config.cache_path, config.cache_path / "pages"):
            clear_temporary(folder)
        yield None


@contextmanager
def site_errors(where: Path) -> Iterator[None]:
    """Turn what the operating system says into one SiteError."""
    try:
        yield
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        raise SiteError(
            f"The site cannot be written: {error.filename or where}",
            found=error.strerror or str(error),
            expected="folders this user may write to, with free space",
            next_step=("make room" if full else "correct the rights of the folder")
            + ", then run `millpond site` again; the published site is unchanged",
        ) from error
