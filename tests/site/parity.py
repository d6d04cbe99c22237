"""What a reader gets of a page, as lines that two renderers can be compared by."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import html

from tests.site.staged import words

HEADINGS = " or ".join(f"self::h{level}" for level in range(1, 7))
# The contents stand inside `main` under one renderer and beside it under the other.
NO_CONTENTS = "not(ancestor-or-self::nav[@id='TOC'])"
STYLED = {"stylesheet", "preload", "prefetch"}


@dataclass(frozen=True)
class Known:
    """A wanted difference: lines of an aspect that only one renderer has, and why."""

    aspect: str
    only: str
    line: str
    why: str

    def covers(self, aspect: str, renderer: str, line: str) -> bool:
        same = (self.aspect, self.only) == (aspect, renderer)
        return same and re.fullmatch(self.line, line) is not None


def parsed(path: Path) -> Any:
    """A page, its addresses as they are when the page is opened."""
    root = html.document_fromstring(
        path.read_bytes(), parser=html.HTMLParser(encoding="utf-8", huge_tree=True)
    )
    for element in root.xpath("//*[@href]"):
        element.set("href", element.get("href").removeprefix("./"))
    return root


def differences(one: list[str], other: list[str]) -> tuple[list[str], list[str]]:
    """The lines that only the first has, and those only the other has, where they stand."""
    ours, theirs = [], []
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind != "equal":
            ours += one[a:b]
            theirs += other[c:d]
    return ours, theirs


def _head(root: Any) -> Iterator[str]:
    """Title, language, what search engines and chat windows are told, feeds and the sign."""
    yield f"title {words(root.find('.//title'))}"
    yield f"lang {root.get('lang')}"
    for meta in root.xpath("//head/meta[@name or @property]"):
        yield f"{meta.get('name') or meta.get('property')}: {meta.get('content')}"
    for link in root.xpath("//head/link"):
        if link.get("rel") not in STYLED:
            kind = [link.get(name) for name in ("type", "title") if link.get(name)]
            yield " ".join([f"{link.get('rel')} {link.get('href')}", *kind])


def _headings(root: Any) -> Iterator[str]:
    """With their level and the address each has."""
    for one in root.xpath(f"//main//*[{HEADINGS}][{NO_CONTENTS}]"):
        place = one.get("id") or (one.getparent().get("id") if _is_section(one) else None)
        yield f"{one.tag} #{place} {words(one)}"


def _is_section(heading: Any) -> bool:
    return bool(heading.getparent().tag == "section")


def _text(root: Any) -> Iterator[str]:
    """All that `main` says, piece by piece, tables and labels of charts included."""
    silent = "ancestor::script or ancestor::style or ancestor::nav[@id='TOC']"
    pieces = root.xpath(f"//main//text()[not({silent})]")
    for piece in pieces:
        if said := " ".join(piece.split()):
            yield said


def _contents(root: Any) -> Iterator[str]:
    for link in root.xpath("//nav[@id='TOC']//a[@href]"):
        yield f"{link.get('href')} {words(link)}"


def _figures(root: Any) -> Iterator[str]:
    """Each with what stands for it: names, what its tables hold, its data, its pictures."""
    for figure in root.xpath("//figure[contains(@class, 'mp-unit')]"):
        yield f"#{figure.get('id')} {figure.get('data-pin')}"
        for named in figure.xpath(".//*[@aria-label or @alt]"):
            yield f"name {named.get('aria-label') or named.get('alt')}"
        for caption in figure.xpath("./figcaption | .//table/caption"):
            yield f"caption {words(caption)}"
        for row in figure.xpath(".//table//tr"):
            yield " | ".join(f"{cell.tag} {cell.get('scope')} {words(cell)}" for cell in row)
        yield from figure.xpath(".//script[@type='application/json']/text()")
        for picture in figure.xpath(".//svg"):
            yield f"picture {picture.get('viewbox')}, {len(picture.xpath('.//*'))} parts"


def _values(root: Any) -> Iterator[str]:
    """Numbers, days and facts with the cell each comes from."""
    for one in root.xpath("//main//*[@data-pin or @data-fact or self::time or self::data]"):
        told = sorted((name, value) for name, value in one.items() if name != "class")
        yield f"{words(one)[:200]} {told}"


def _links(root: Any) -> Iterator[str]:
    for link in root.xpath(f"//main//a[@href][{NO_CONTENTS}]"):
        offered = " download" if link.get("download") is not None else ""
        yield f"{link.get('href')} {words(link)}{offered}"


def _frame(root: Any) -> Iterator[str]:
    """What stands around `main`: the way there, the navigation, the foot."""
    for one in root.xpath("//body//a[@href][not(ancestor::main)][not(ancestor::nav[@id='TOC'])]"):
        here = " (this page)" if one.get("aria-current") == "page" else ""
        yield f"{one.get('href')} {words(one)}{here}"
    for one in root.xpath("//body//footer//p | //body//footer//div[not(*)]"):
        if said := words(one):
            yield said


def _places(root: Any) -> Iterator[str]:
    """Every address within the page."""
    for id in root.xpath(f"//main/descendant-or-self::*[{NO_CONTENTS}]/@id"):
        yield f"#{id}"


ASPECTS: dict[str, Callable[[Any], Iterator[str]]] = {
    "head": _head,
    "headings": _headings,
    "text": _text,
    "contents": _contents,
    "figures": _figures,
    "values": _values,
    "links": _links,
    "frame": _frame,
    "places": _places,
}
