"""Put the styles of Quarto into its pages, so that nothing has to be fetched before they show."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import cache
from pathlib import Path

from processing.site.finishing.themes import compact, one_style

# Quarto's switch of colours takes the themes by their elements, whether those bring a file or not.
_THEME = re.compile(
    r'<link href="(?P<href>site_libs/bootstrap/[\w.-]+\.css)" rel="stylesheet"[^>]*'
    r'class="quarto-color-scheme(?P<kind> quarto-color-alternate|-extra|)"[^>]*>'
)
_CODE = re.compile(
    r'<link href="(?P<href>site_libs/quarto-html/quarto-syntax-highlighting[\w.-]+\.css)" '
    r'rel="stylesheet"[^>]*class="quarto-color-scheme[^>]*>'
)
_COLOURED = re.compile(r"sourceCode|<code\b[^>]*>(?:(?!</code>).)*?<span", re.DOTALL)
_ICONS = re.compile(
    r'<link href="(?P<href>site_libs/bootstrap/bootstrap-icons\.css)" rel="stylesheet">'
)
_HREF = re.compile(r' href="[^"]*"')
_MODE = re.compile(r'data-mode="(\w+)"')
_BESIDE = re.compile(r'(?<=url\(")\./')


def put_styles(out: Path, pages: Iterable[Path], names: Collection[str]) -> None:
    """Put the styles of Quarto 1.7 into its pages in `out`; `names` is what pages and scripts name.

    A page whose themes are not two that differ in values alone stays as it is.
    """
    styles = _Styles(out, names)
    made: list[bytes] = []
    for path in pages:
        before = path.read_bytes()
        after = styles.put(before.decode("utf-8", "surrogateescape"))
        made.append(after.encode("utf-8", "surrogateescape"))
        if made[-1] != before:
            path.write_bytes(made[-1])
    for href in styles.taken:
        if not any(href.encode() in page for page in made):
            (out / href).unlink()


class _Styles:
    """The styles in `out`, each read once, and which of them some page brings itself now."""

    def __init__(self, out: Path, names: Collection[str]) -> None:
        self.taken = set[str]()
        self._out = out
        self._names = names
        self._together = cache(self._one)

    def put(self, page: str) -> str:
        themes = {found["kind"].strip(): found for found in _THEME.finditer(page)}
        first, second = themes.get(""), themes.get("quarto-color-alternate")
        if not (first and second and (mode := _MODE.search(second[0]))):
            return page
        style = self._together(first["href"], second["href"], mode[1])
        if style is None or themes.get("-extra", first)["href"] != first["href"]:
            return page
        page = page.replace(first[0], f"<style>{style}</style>\n{first[0]}", 1)
        page = _THEME.sub(self._without_file, page)
        if not _COLOURED.search(page, page.find("<body")):
            page = _CODE.sub(self._without_file, page)
        return _ICONS.sub(self._icons, page)

    def _one(self, first: str, second: str, mode: str) -> str | None:
        when = f":root:has(>body.quarto-{mode})"
        return one_style(self._read(first), self._read(second), when, self._names)

    def _without_file(self, link: re.Match[str]) -> str:
        self.taken.add(link["href"])
        return _HREF.sub("", link[0])

    def _icons(self, link: re.Match[str]) -> str:
        self.taken.add(link["href"])
        folder = link["href"].rpartition("/")[0]
        return f"<style>{compact(_BESIDE.sub(f'{folder}/', self._read(link['href'])))}</style>"

    def _read(self, href: str) -> str:
        return (self._out / href).read_text(encoding="utf-8")
