"""Which addresses a browser asks for by itself when it shows a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from processing.site.check.base import HtmlPage

# Relations of <link> that make a browser open a connection; others (canonical, next) do not.
LOADING_RELATIONS = frozenset(
    {
        *("stylesheet", "icon", "apple-touch-icon", "mask-icon", "manifest"),
        *("preload", "modulepreload", "prefetch", "prerender", "preconnect", "dns-prefetch"),
    }
)
SOURCES = {
    "audio": ("src",),
    "body": ("background",),
    "embed": ("src",),
    "form": ("action",),
    "frame": ("src",),
    "iframe": ("src",),
    "image": ("href", "xlink:href"),
    "img": ("src",),
    "input": ("src",),
    "object": ("data",),
    "script": ("src",),
    "source": ("src",),
    "track": ("src",),
    "use": ("href", "xlink:href"),
    "video": ("src", "poster"),
}
_URL = re.compile(r"""url\(\s*(?:"([^"]*)"|'([^']*)'|([^)"'\s]*))\s*\)""", re.IGNORECASE)
_IMPORT = re.compile(r"""@import\s+(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# What an inline script loads by a literal address.
_SCRIPT_LOAD = re.compile(
    r"""(?:\bimport\s*\(?|\bfrom|\bfetch\s*\(|importScripts\s*\(|\.src\s*=)\s*["'`]([^"'`\s]+)"""
)


def resources(page: HtmlPage) -> Iterator[tuple[str, str]]:
    """What carries the address, and the address, for everything the page loads by itself."""
    for element in page.elements:
        carrier = f"<{element.tag}>"
        for address in (*_attributes(element), *_text(element)):
            yield carrier, address.strip()
        for address in style_urls(element.get("style") or ""):
            yield "a style attribute", address


def style_urls(css: str) -> list[str]:
    """The addresses in `url()` and `@import` of a style sheet; embedded data is left out."""
    plain = _COMMENT.sub("", css)
    found = [*_URL.findall(plain), *_IMPORT.findall(plain)]
    addresses = ("".join(groups).strip() for groups in found)
    return [a for a in addresses if a and not a.startswith(("data:", "#"))]


def is_foreign(address: str) -> bool:
    """Whether asking for the address leaves the site's own host."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return True
    return bool(parts.netloc) or parts.scheme in ("http", "https", "ws", "wss", "ftp")


def _attributes(element: HtmlElement) -> Iterator[str]:
    for name in SOURCES.get(str(element.tag), ()):
        if element.get(name):
            yield element.get(name, "")
    relations = set((element.get("rel") or "").lower().split())
    if element.tag == "link" and relations & LOADING_RELATIONS:
        yield element.get("href") or ""
    if element.tag == "a":
        yield from (element.get("ping") or "").split()
    if element.tag == "meta" and (element.get("http-equiv") or "").lower() == "refresh":
        yield (element.get("content") or "").partition("=")[2].strip("'\" ")
    for name in ("srcset", "imagesrcset"):
        yield from _srcset(element.get(name) or "")


def _srcset(value: str) -> Iterator[str]:
    if value.lstrip().startswith("data:"):
        return
    for candidate in value.split(","):
        if candidate.split():
            yield candidate.split()[0]


def _text(element: HtmlElement) -> Iterator[str]:
    if element.tag == "style":
        yield from style_urls(element.text or "")
    if element.tag == "script" and "json" not in (element.get("type") or ""):
        yield from (a for a in _SCRIPT_LOAD.findall(element.text or "") if is_foreign(a))
