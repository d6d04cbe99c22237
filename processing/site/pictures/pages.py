"""Rendered pages: where pictures belong, and the page with them in; no other byte changes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

_SIZE = re.compile(r"\bmp-size-(\w+)")


@dataclass(frozen=True)
class Place:
    """The inside of a unit's `.mp-picture`, as offsets into the page; and the unit's JSON block."""

    start: int
    end: int
    size: str
    block: Mapping[str, Any]


def places(page: str) -> list[Place]:
    """Where charts stand on the page; a unit without a figure, or one that is broken, has none."""
    finder = _Finder(page)
    finder.feed(page)
    finder.close()
    return [place for place in finder.found if place.block.get("figure")]


def with_pictures(page: str, pictures: Mapping[str, str]) -> str:
    """The page with each unit's pictures (by unit id) in the place of what stood there."""
    kept, at = [], 0
    for place in places(page):
        inside = pictures.get(str(place.block.get("unit")))
        if inside is not None:
            kept += [page[at : place.start], inside]
            at = place.end
    return "".join([*kept, page[at:]])


class _Finder(HTMLParser):
    """Walks over the page once: picture, then JSON block, in each `figure.mp-unit`."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Place] = []
        self._page = page
        self._lines = [0] + [match.end() for match in re.finditer("\n", page)]
        self._picture: tuple[int, int, str] | None = None
        self._open: tuple[int, str] | None = None
        self._depth = 0
        self._block: int | None = None

    def _here(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = (dict(attrs).get("class") or "").split()
        after = self._here() + len(self.get_starttag_text() or "")
        if tag == "figure" and "mp-unit" in classes:
            self._picture = None
        elif tag == "div" and self._open is not None:
            self._depth += 1
        elif tag == "div" and "mp-picture" in classes:
            size = _SIZE.search(" ".join(classes))
            self._open, self._depth = (after, size[1] if size else "m"), 0
        elif tag == "script" and "mp-data" in classes:
            self._block = after

    def handle_endtag(self, tag: str) -> None:
        here = self._here()
        if tag == "div" and self._open is not None:
            if self._depth == 0:
                self._picture, self._open = (self._open[0], here, self._open[1]), None
            self._depth -= 1
        elif tag == "script" and self._block is not None:
            self._add(self._page[self._block : here])
            self._block = None

    def _add(self, text: str) -> None:
        try:
            block = json.loads(text)
        except ValueError:
            return  # finishing says which unit is broken
        if self._picture and isinstance(block, dict):
            self.found.append(Place(*self._picture, block))
            self._picture = None
