"""What every page must have: language, one heading, a title of its own, names for pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from lxml.html import HtmlElement

from processing.site.check.base import Finding, HtmlPage, Site, visible_text

DESCRIPTION_LENGTH = 160


def check_structure(site: Site) -> list[Finding]:
    """Findings for each page by itself, and for titles that two pages share."""
    pages = [page for page in site.pages.values() if not page.is_redirect]
    findings = [
        Finding(page.name, rule, says)
        for page in pages
        for rule, check in PAGE_RULES.items()
        for says in check(page)
    ]
    titles = Counter(_title(page) for page in pages)
    shared = (page for page in pages if titles[_title(page)] > 1)
    findings += [
        Finding(p.name, "title", f"another page has it too: {_title(p)!r}") for p in shared
    ]
    return findings


def _title(page: HtmlPage) -> str:
    found = [e for e in page.select("title") if e.getparent() is not None]
    heads = [e for e in found if e.getparent().tag == "head"]
    return visible_text(heads[0]) if heads else ""


def _language(page: HtmlPage) -> Iterator[str]:
    if not (page.root.get("lang") or "").strip():
        yield "<html> has no lang"


def _head(page: HtmlPage) -> Iterator[str]:
    if not _title(page):
        yield "there is no title"
    described = [
        e.get("content") or "" for e in page.select("meta") if e.get("name") == "description"
    ]
    if not any(text.strip() for text in described):
        yield "there is no description"
    elif len(described[0]) >= DESCRIPTION_LENGTH:
        yield f"the description has {len(described[0])} characters, {DESCRIPTION_LENGTH} or more"
    if not any(e.get("name") == "viewport" for e in page.select("meta")):
        yield "there is no viewport, so a phone shows it tiny"


def _headings(page: HtmlPage) -> Iterator[str]:
    count = len(page.select("h1"))
    if count != 1:
        yield f"{count} of <h1>, not one"
    if not page.select("main"):
        yield "no <main>"


def _ids(page: HtmlPage) -> Iterator[str]:
    named = [(e.tag, e.get("id")) for e in page.elements if e.get("id")]
    counts = Counter(name for tag, name in named if tag != "link")
    # A link is nothing to jump to, and Quarto's own script finds the light and the dark form of
    # a stylesheet by the one id that it gives to both: links share an id among themselves.
    counts.update({name for tag, name in named if tag == "link"})
    for name, count in counts.items():
        if count > 1:
            yield f"{name!r} stands {count} times"


def _alternatives(page: HtmlPage) -> Iterator[str]:
    for element in page.elements:
        if _is_hidden(element):
            continue
        if element.tag in ("img", "area") and element.get("alt") is None:
            yield f"<{element.tag}> without alt: {element.get('src') or element.get('href')}"
        elif element.tag == "svg" and not _named_svg(element):
            yield "an <svg> with neither role=img and a name nor aria-hidden"
        elif element.tag == "iframe" and not (element.get("title") or "").strip():
            yield f"<iframe> without title: {element.get('src')}"
        elif element.tag in ("a", "button") and not _has_name(element):
            yield f"<{element.tag}> without a name: {element.get('href') or element.get('class')}"


def _named_svg(element: HtmlElement) -> bool:
    if any(parent.tag == "svg" for parent in element.iterancestors()):
        return True
    title = any(isinstance(e.tag, str) and e.tag.endswith("title") for e in element)
    named = title or element.get("aria-label") or element.get("aria-labelledby")
    return element.get("role") == "img" and bool(named)


def _has_name(element: HtmlElement) -> bool:
    if element.tag == "a" and element.get("href") is None:
        return True
    attributes = ("aria-label", "aria-labelledby", "title")
    if any((element.get(name) or "").strip() for name in attributes) or visible_text(element):
        return True
    images = [e.get("alt") for e in element.iter("img")]
    return any(images) or any(e.get("aria-label") for e in element.iter("svg"))


def _is_hidden(element: HtmlElement) -> bool:
    line = (element, *element.iterancestors())
    return any(e.get("aria-hidden") == "true" or e.get("hidden") is not None for e in line)


def _tables(page: HtmlPage) -> Iterator[str]:
    for table in page.select("table"):
        where = table.get("id") or visible_text(table)[:40]
        if not any(visible_text(caption) for caption in table.iter("caption")):
            yield f"a table without a caption: {where}"
        if any(header.get("scope") is None for header in table.iter("th")):
            yield f"a table whose headers have no scope: {where}"


PAGE_RULES: dict[str, Callable[[HtmlPage], Iterator[str]]] = {
    "language": _language,
    "head": _head,
    "headings": _headings,
    "duplicate id": _ids,
    "alternative": _alternatives,
    "table": _tables,
}
