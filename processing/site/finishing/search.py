"""The search of pages by the embedded renderer: what the pages say, section by section."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from processing.site.finishing.vendor import BUNDLES

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# Beside the renderer's own script, which loads both when the reader opens the search.
CHROME = Path("site_libs/millpond")
LIBRARY = "minisearch.js"
INDEX = "search-index.js"
MOST_LETTERS = 6_000  # of one section: a table of every store is found by its first column
_HOOK = re.compile(rb'<button class="search-open".*?</button>\n?', re.DOTALL)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
# Nobody searches for a control; a cell is found by the header of its row.
_SILENT = {
    *("script", "style", "template", "noscript", "form", "nav", "button", "thead", "td"),
    *("caption", "summary"),
}
_NOTES = {"mp-release", "mp-links"}
# Within a line; every other element ends a word.
_INLINE = {
    *("a", "abbr", "b", "bdi", "code", "data", "em", "i", "kbd", "mark", "small", "span"),
    *("strong", "sub", "sup", "time", "wbr"),
}


@dataclass
class Section:
    """One place a search can lead to, and the words it is found by."""

    href: str
    page: str
    heading: str = ""
    words: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The words in one line, cut where a section is very long."""
        return " ".join("".join(self.words).split())[:MOST_LETTERS]


def write_search(root: Path, out: Path, paths: Sequence[Path]) -> None:
    """Write the search of the pages at `paths` that have its button; without npm, remove that."""
    pages = [path for path in paths if _HOOK.search(path.read_bytes())]
    if not pages:
        return
    bundle = root / BUNDLES / LIBRARY
    if not bundle.is_file():
        for path in pages:
            path.write_bytes(_HOOK.sub(b"", path.read_bytes()))
        return
    sections = [one for path in pages for one in sections_of(path, out)]
    (out / CHROME).mkdir(parents=True, exist_ok=True)
    shutil.copyfile(bundle, out / CHROME / LIBRARY)
    (out / CHROME / INDEX).write_text(index_script(sections), encoding="utf-8")


def index_script(sections: Sequence[Section]) -> str:
    """A script that only sets `millpondSections`; a page opened from a file can load that."""
    from processing.views.html import escape_json

    entries: list[dict[str, Any]] = [
        {
            "id": number,
            "href": one.href,
            "page": one.page,
            "heading": one.heading,
            "text": one.text,
        }
        for number, one in enumerate(sections)
    ]
    return f"self.millpondSections = {escape_json(json.dumps(entries, ensure_ascii=False))};\n"


def sections_of(path: Path, out: Path) -> list[Section]:
    """The page itself, its sections and its units, in the order in which they are read."""
    from lxml import html

    parser = html.HTMLParser(encoding="utf-8", huge_tree=True)
    root = html.document_fromstring(path.read_bytes(), parser=parser)
    (main,) = root.xpath("//main")[:1] or [root]
    href = path.relative_to(out).as_posix()
    title = " ".join(root.xpath("string(//h1)").split())
    whole = Section(href, title)
    return [whole, *_walk(main, whole)]


def _walk(element: HtmlElement, section: Section) -> Iterator[Section]:
    """Give the element's words to `section`; yield each further section found below."""
    if element.text:
        section.words.append(element.text)
    for child in element:
        if isinstance(child.tag, str) and child.tag not in _SILENT and not _is_note(child):
            if child.tag in _HEADINGS:
                section.heading = section.heading or _words(child) * (child.tag != "h1")
            elif child.tag == "th":
                _name(child, section)
            else:
                yield from _below(child, section)
        if child.tail:
            section.words.append(child.tail)


def _name(header: HtmlElement, section: Section) -> None:
    """The header of a row, which may stand there for many rows, once."""
    if (name := _words(header) + " ") not in section.words:
        section.words += [" ", name]


def _below(child: HtmlElement, section: Section) -> Iterator[Section]:
    if child.get("id") and child.tag in ("section", "figure"):
        own = Section(f"{section.href.partition('#')[0]}#{child.get('id')}", section.page)
        further = list(_walk(child, own))
        if own.heading:
            yield own
        yield from further
        return
    edge = [] if child.tag in _INLINE else [" "]
    section.words += edge
    yield from _walk(child, section)
    section.words += edge


def _is_note(element: HtmlElement) -> bool:
    """What stands on every page, or under every figure, finds nothing."""
    return not _NOTES.isdisjoint((element.get("class") or "").split())


def _words(element: HtmlElement) -> str:
    return " ".join(str(element.text_content()).split())
