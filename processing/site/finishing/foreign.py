"""Cut scripts and styles of other hosts out of rendered files; no other byte changes."""

from __future__ import annotations

import re
from html.parser import HTMLParser

# Links that a browser does not load: they say something about the page.
_SAYINGS = {"canonical", "alternate", "license", "author", "help", "me"}
_FOREIGN = re.compile(r"\s*(?:https?:|ftp:|[/\\]{2})", re.IGNORECASE)
_IMPORT = re.compile(
    r"""@import\s+(?:url\(\s*)?(?:(["'])\s*(?:https?:)?//.*?\1|(?:https?:)?//[^)\s;]*)\s*\)?[^;}]*;?""",
    re.IGNORECASE | re.DOTALL,
)


def without_foreign(page: str) -> str:
    """The page without elements that fetch scripts, styles, fonts or connections elsewhere."""
    finder = _Finder(page)
    finder.feed(page)
    finder.close()
    kept, at = [], 0
    for start, end, instead in finder.cuts:
        kept += [page[at:start], instead]
        at = end
    return "".join([*kept, page[at:]])


def without_foreign_imports(css: str) -> str:
    """The stylesheet without `@import` of another host's."""
    return _IMPORT.sub("", css)


def is_foreign(address: str | None) -> bool:
    """Whether a browser would go to another host for that address."""
    return bool(address and _FOREIGN.match(address))


def _fetches(link: dict[str, str | None]) -> bool:
    return not set((link.get("rel") or "").lower().split()) & _SAYINGS


class _Finder(HTMLParser):
    """Collects what to cut: (start, end, replacement) in the page's own offsets."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.cuts: list[tuple[int, int, str]] = []
        self._page = page
        self._lines = [0] + [match.end() for match in re.finditer("\n", page)]
        self._script: int | None = None
        self._style: int | None = None

    def _here(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told, start = dict(attrs), self._here()
        end = start + len(self.get_starttag_text() or "")
        if tag == "script":
            self._script = start if is_foreign(told.get("src")) else None
        elif tag == "style":
            self._style = end
        elif tag == "link" and _fetches(told) and is_foreign(told.get("href")):
            self.cuts.append((start, end, ""))

    def handle_endtag(self, tag: str) -> None:
        here = self._here()
        if tag == "script" and self._script is not None:
            self.cuts.append((self._script, self._page.index(">", here) + 1, ""))
            self._script = None
        elif tag == "style" and self._style is not None:
            text = self._page[self._style : here]
            if (kept := without_foreign_imports(text)) != text:
                self.cuts.append((self._style, here, kept))
            self._style = None
