"""Every fact of the release on a page against the manifest it came from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec
from lxml.html import HtmlElement

from processing.board.reader import Release
from processing.site.check.base import Finding, HtmlPage, Site, as_shown, brief, visible_text
from processing.site.check.block import stored_text
from processing.views.fact import typed
from processing.views.format import UNSAFE, format_value

RULE = "number"
# Where every digit must be that of a fact, a value, or an identifier shown as code.
ALL_TOLD = "mp-all-told"
CHECKED = ("mp-fact", "mp-value")
_DIGIT = re.compile(r"\d")


def check_facts(site: Site, release: Release | None) -> list[Finding]:
    """Findings for facts that are not the release's, and for digits that nothing vouches for."""
    manifest = msgspec.to_builtins(release.manifest) if release else None
    found = []
    for page in site.pages.values():
        for element in page.select("*", "mp-fact"):
            if says := _fault(element, manifest):
                where = element.get("data-path")
                found.append(
                    Finding(page.name, RULE, f"{visible_text(element)!r} ({where}): {says}")
                )
        found += [Finding(page.name, RULE, says) for says in _loose_digits(page)]
    return found


def _fault(element: HtmlElement, manifest: Any) -> str | None:
    said = element.get("value", element.get("datetime"))
    path, form = element.get("data-path"), element.get("data-format")
    if said is None or not path or not form:
        return "lacks its value, data-path or data-format"
    if manifest is None:
        return None
    try:
        raw = _resolve(manifest, path)
    except (KeyError, IndexError, ValueError, TypeError):
        return "the release has nothing there"
    if UNSAFE.sub("\ufffd", stored_text(raw)) != said:
        return f"carries {said}, the release has {stored_text(raw)}"
    try:
        wanted = as_shown(format_value(form, typed(form, raw)))
    except (KeyError, ValueError, ArithmeticError) as error:
        return f"format {form} cannot show {stored_text(raw)!r}: {error}"
    text = visible_text(element)
    return None if text == wanted else f"reads {brief(text)}, format {form} gives {brief(wanted)}"


def _resolve(manifest: Any, path: str) -> Any:
    """The value that a JSON pointer (RFC 6901) names."""
    found = manifest
    for step in path.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        found = found[int(name)] if isinstance(found, list | tuple) else found[name]
    return found


def _loose_digits(page: HtmlPage) -> Iterator[str]:
    for area in page.select("*", ALL_TOLD):
        for text in _loose(area):
            if _DIGIT.search(text):
                yield f"{' '.join(text.split())!r} holds a number that nothing vouches for"


def _loose(node: HtmlElement) -> Iterator[str]:
    classes = (node.get("class") or "").split()
    if node.tag == "code" or any(name in classes for name in CHECKED):
        return
    yield node.text or ""
    for child in node:
        if isinstance(child.tag, str):
            yield from _loose(child)
        yield child.tail or ""
