"""What the checks of a finished site share: a finding, a parsed page, and the site as a whole."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from lxml import html as lxml_html

from processing.board.names import RELEASE_ID

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

_PAST = re.compile(rf"releases/{RELEASE_ID.pattern}/")
# Text inside these is not read by a person, or is shown as an example.
NOT_PROSE = frozenset({"script", "style", "template", "noscript", "code", "pre", "kbd", "samp"})


@dataclass(frozen=True, order=True)
class Finding:
    """One fault of a site: on which page (or file), which rule it breaks, and what is wrong."""

    page: str
    rule: str
    says: str

    def __str__(self) -> str:
        return f"{self.page}: {self.rule}: {self.says}"


@dataclass(frozen=True)
class HtmlPage:
    """One page: its address below the site's folder and its parsed document."""

    name: str
    text: str
    root: HtmlElement

    @cached_property
    def elements(self) -> list[HtmlElement]:
        """Every element in document order; comments are left out."""
        return [node for node in self.root.iter() if isinstance(node.tag, str)]

    @cached_property
    def anchors(self) -> frozenset[str]:
        """Everything a `#fragment` on this page may name."""
        named = (e.get("name") for e in self.elements if e.tag == "a")
        ids = (e.get("id") for e in self.elements)
        return frozenset(name for name in (*ids, *named) if name)

    def select(self, tag: str, css_class: str = "") -> list[HtmlElement]:
        """Elements of that tag (`*` for any), with that class when one is given."""
        found = (e for e in self.elements if tag in ("*", e.tag))
        return [e for e in found if not css_class or css_class in (e.get("class") or "").split()]

    @cached_property
    def is_redirect(self) -> bool:
        """Whether the page only sends its reader on, as the page of an alias does."""
        refresh = any((e.get("http-equiv") or "").lower() == "refresh" for e in self.select("meta"))
        return refresh or (not self.select("h1") and "window.location" in self.text)

    def prose(self, *, data: bool = True) -> Iterator[str]:
        """The pieces of text that a reader sees, without code, scripts and styles.

        Without `data`, what views made of data is left out as well: a name may hold any mark.
        """
        yield from _prose(self.root, data)


def _prose(node: HtmlElement, data: bool) -> Iterator[str]:
    shown = data or not (node.get("class") or "").startswith("mp-")
    if isinstance(node.tag, str) and node.tag not in NOT_PROSE and shown:
        if node.text:
            yield node.text
        for child in node:
            yield from _prose(child, data)
            if child.tail:
                yield child.tail


@dataclass(frozen=True)
class Site:
    """A finished site: its folder, every file with its size, and every page.

    `past` are the files of the releases past below it, which are sites of their own.
    """

    folder: Path
    sizes: dict[str, int]
    pages: dict[str, HtmlPage]
    past: dict[str, int] = field(default_factory=dict)
    unreadable: list[Finding] = field(default_factory=list)

    def read_text(self, name: str) -> str:
        """The file as text; what is no UTF-8 is replaced."""
        return (self.folder / name).read_bytes().decode("utf-8", errors="replace")


def is_past(name: str) -> bool:
    """Whether a file of a site, by its address there, belongs to the site of a release past."""
    return bool(_PAST.match(name))


def read_site(folder: Path) -> Site:
    """Every file below `folder`, with the HTML pages parsed."""
    paths = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}
    every = {name: path.stat().st_size for name, path in sorted(paths.items())}
    sizes = {name: size for name, size in every.items() if not is_past(name)}
    pages: dict[str, HtmlPage] = {}
    unreadable = []
    for name in sizes:
        if PurePosixPath(name).suffix.lower() not in {".html", ".htm"}:
            continue
        page = _parse(name, paths[name])
        if page:
            pages[name] = page
        else:
            unreadable.append(Finding(name, "page", "is empty or not UTF-8"))
    past = {name: size for name, size in every.items() if is_past(name)}
    return Site(folder, sizes, pages, past, unreadable)


def _parse(name: str, path: Path) -> HtmlPage | None:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None
    if not text.strip():
        return None
    parser = lxml_html.HTMLParser(encoding="utf-8", huge_tree=True)
    return HtmlPage(name, text, lxml_html.document_fromstring(text.encode(), parser=parser))


def visible_text(element: HtmlElement) -> str:
    """The element's text with runs of ASCII white space as one space."""
    return as_shown("".join(element.itertext()))


def as_shown(text: str) -> str:
    """Text as a browser shows it: runs of ASCII white space as one space."""
    return re.sub(r"[ \t\r\n\f]+", " ", text).strip(" ")


def brief(text: str) -> str:
    """Text in quotation marks for a finding, at most about 100 characters of it."""
    return repr(text if len(text) <= 100 else text[:99] + "…")
