"""What the pages of a site and their scripts can name: elements, classes, ids and attributes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement

BOOTSTRAP = "site_libs/bootstrap/bootstrap.min.js"
# What it writes where it is loaded to fold the navigation, which is all it does when on demand.
_FOLDING = {"collapse", "collapsed", "collapsing", "show"}
_WORD = re.compile(r"[\w-]+", re.ASCII)
_DATA = ("json", "template")  # in the type of a script: it does not run


def used_names(out: Path, pages: Iterable[Path]) -> set[str]:
    """Every word of the scripts of the pages in `out`, and what stands in tags of the pages.

    Text and data are none of it: whatever they say, the styles of a site stay the same.
    """
    from lxml import html

    parser = html.HTMLParser(encoding="utf-8", huge_tree=True)
    names = set[str]()
    scripts = {path.relative_to(out).as_posix() for path in out.glob("assets/*.js")}
    scripts |= {path.relative_to(out).as_posix() for path in out.glob("assets/explorer/*.js")}
    for path in pages:
        root = html.document_fromstring(path.read_bytes(), parser=parser)
        for element in root.iter():
            if isinstance(element.tag, str):
                names.update(_names(element))
                scripts.update(_scripts(element))
    for script in scripts:
        if (out / script).is_file():
            names.update(_WORD.findall((out / script).read_text(encoding="utf-8")))
    return names


def _names(element: HtmlElement) -> Iterator[str]:
    yield element.tag
    for name, value in element.attrib.items():
        yield name
        if name in ("class", "id", "style") or _WORD.fullmatch(value):
            yield from _WORD.findall(value)
    if "data-bs-toggle" in element.attrib:
        yield from _FOLDING
    if element.tag == "script" and not any(kind in element.get("type", "") for kind in _DATA):
        yield from _WORD.findall(element.text or "")
    if element.tag == "style":
        yield from _WORD.findall(element.text or "")


def _scripts(element: HtmlElement) -> Iterator[str]:
    """The scripts that it loads, or has loaded when it is used."""
    if element.tag == "script" and element.get("src"):
        yield element.get("src")
    yield from (name for name in element.get("data-scripts", "").split() if name != BOOTSTRAP)
