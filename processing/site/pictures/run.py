"""Put a drawn picture into every chart of a rendered site, or say in one line why there is none."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import cache
from importlib import metadata
from pathlib import Path

from processing.site.pictures import store
from processing.site.pictures.draw import NotDrawn, draw, find_browser
from processing.site.pictures.drawing import WIDTHS, Drawing, drawings
from processing.site.pictures.pages import places, with_pictures
from processing.site.pictures.svg import picture

Tell = Callable[[str], None]


def makers() -> tuple[str, ...]:
    """Versions of all that decides what a picture looks like, our own code included."""
    return (_version("kaleido"), _version("plotly"), _own_code())


def can_draw() -> bool:
    """Whether this machine has what draws pictures."""
    return find_browser() is not None and _version("kaleido") != "none"


def add_pictures(out: Path, cache_folder: Path, tell: Tell) -> bool:
    """Draw every chart of the rendered site `out` into its page; False when some are missing.

    A picture drawn before comes from `cache_folder`. Never an error: a chart without a picture
    is drawn in the reader's browser.
    """
    pages = {path: _read(path) for path in sorted(out.rglob("*.html"))}
    wanted = {
        path: [d for place in places(text) for d in drawings(place.block, place.size)]
        for path, text in pages.items()
    }
    keys = {d.prefix: d.key(*makers()) for found in wanted.values() for d in found}
    made = {
        prefix: found for prefix, key in keys.items() if (found := store.load(cache_folder, key))
    }
    todo = [d for found in wanted.values() for d in found if d.prefix not in made]
    if todo:
        _draw_missing(todo, keys, made, cache_folder, tell)
    for path, text in pages.items():
        changed = with_pictures(text, _by_unit(wanted[path], made))
        if changed != text:
            path.write_bytes(changed.encode("utf-8", "surrogateescape"))
    store.prune(cache_folder, keys.values())
    return set(keys) <= set(made)


def _draw_missing(
    todo: Sequence[Drawing], keys: dict[str, str], made: dict[str, str], folder: Path, tell: Tell
) -> None:
    browser = find_browser()
    charts = len({drawing.unit for drawing in todo})
    if browser is None:
        tell("pictures: no Chrome or Chromium by BROWSER_PATH or on PATH; charts draw themselves")
        return

    last = list(WIDTHS)[-1]

    def keep(drawing: Drawing, source: bytes) -> None:
        try:
            made[drawing.prefix] = picture(source, drawing)
        except ValueError as error:
            tell(f"pictures: {drawing.prefix} draws itself: {error}")
            return
        store.save(folder, keys[drawing.prefix], made[drawing.prefix])
        if drawing.variant == last:
            tell(f"drew {drawing.unit}")

    tell(f"drawing {charts} charts")
    try:
        draw(todo, browser, keep)
    except NotDrawn as error:
        tell(f"pictures: {browser} did not draw all charts ({error}); the rest draw themselves")


def _by_unit(found: Sequence[Drawing], made: dict[str, str]) -> dict[str, str]:
    """The pictures of each unit that has all of them."""
    units: dict[str, list[str | None]] = {}
    for drawing in found:
        units.setdefault(drawing.unit, []).append(made.get(drawing.prefix))
    return {
        unit: "\n" + "\n".join(map(str, pictures)) + "\n"
        for unit, pictures in units.items()
        if None not in pictures
    }


def _read(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "surrogateescape")


def _version(name: str) -> str:
    try:
        return f"{name} {metadata.version(name)}"
    except metadata.PackageNotFoundError:
        return "none"


@cache
def _own_code() -> str:
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
