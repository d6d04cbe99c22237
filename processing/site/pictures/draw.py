"""Draw figures as SVG by kaleido in one browser session; the only place that knows kaleido."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from processing.site.pictures.drawing import Drawing

# A browser without windows of its own draws the very same, in three quarters of the time.
NAMES = (
    "chromium-headless-shell",
    "chrome-headless-shell",
    "google-chrome-stable",
    "google-chrome",
    "chromium",
    "chromium-browser",
    "chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
START_SECONDS = 60.0
DRAWING_SECONDS = 30.0  # one takes a third of a second


class NotDrawn(Exception):
    """Why there are no pictures; the charts then load Plotly themselves."""


def find_browser() -> str | None:
    """The browser that `BROWSER_PATH` names, else a Chrome or Chromium on PATH; None for none.

    An empty `BROWSER_PATH` says that no picture shall be drawn.
    """
    asked = os.environ.get("BROWSER_PATH")
    if asked is not None:
        return asked if asked and Path(asked).is_file() else None
    return next(filter(None, map(shutil.which, NAMES)), None)


def draw(todo: Sequence[Drawing], browser: str, keep: Callable[[Drawing, bytes], None]) -> None:
    """Give Plotly's SVG of each drawing to `keep`, in order. NotDrawn when that cannot be done."""
    try:
        # In a thread of its own, since whoever calls may be inside an event loop already.
        with ThreadPoolExecutor(1, "pictures") as pool:
            pool.submit(asyncio.run, _draw(todo, browser, keep)).result()
    except NotDrawn:
        raise
    # Whatever a browser does, the page can do without it.
    except Exception as error:
        raise NotDrawn(f"{type(error).__name__}: {error}".strip(": ").splitlines()[0]) from error


async def _draw(
    todo: Sequence[Drawing], browser: str, keep: Callable[[Drawing, bytes], None]
) -> None:
    async with _session(browser) as session:
        for drawing in todo:
            size = {"format": "svg", "width": drawing.width, "height": drawing.height}
            made = session.calc_fig(drawing.figure, size)
            keep(drawing, await asyncio.wait_for(made, DRAWING_SECONDS))


@asynccontextmanager
async def _session(browser: str) -> AsyncIterator[Any]:
    """One browser with Plotly's own script in it: nothing is fetched from another host."""
    try:
        from kaleido import Kaleido
    except ImportError as error:
        raise NotDrawn("kaleido is not installed (the extra `pictures`)") from error
    session = Kaleido(n=1, timeout=DRAWING_SECONDS, mathjax=False, path=browser)
    await asyncio.wait_for(session.__aenter__(), START_SECONDS)
    try:
        yield session
    finally:
        await asyncio.wait_for(session.__aexit__(None, None, None), START_SECONDS)
