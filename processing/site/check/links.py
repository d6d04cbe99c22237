"""Links that lead nowhere: files, folders and anchors, as they open without a server."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from lxml.html import HtmlElement

from processing.site.check.base import Finding, HtmlPage, Site
from processing.site.check.urls import resources, style_urls

RULE = "link"
BAD_SCHEMES = {
    "file": "leads to a file of the machine that built the site",
    "javascript": "runs a script instead of leading to a page",
}


def check_links(site: Site) -> list[Finding]:
    """Broken links, anchors and files, and addresses that need a server or a site at its root."""
    findings = []
    for page in site.pages.values():
        for address in {*_hyperlinks(page), *(url for _, url in resources(page))}:
            findings += _check(site, page.name, address)
    for name in site.sizes:
        if name.endswith(".css"):
            for address in set(style_urls(site.read_text(name))):
                findings += _check(site, name, address)
    return findings


def _hyperlinks(page: HtmlPage) -> Iterator[str]:
    for element in page.elements:
        address = element.get("href")
        if element.tag in ("a", "area") and address is not None and not _is_latest(element):
            yield address.strip()


def _is_latest(element: HtmlElement) -> bool:
    """Whether a page of a release past leads out of its site to the latest."""
    return "latest-version" in (element.get("rel") or "").split()


def _check(site: Site, source: str, address: str) -> list[Finding]:
    """The finding for one address on one page or style sheet, if any."""
    says = _fault(site, source, address)
    return [Finding(source, RULE, f"{address}: {says}")] if says else []


def _fault(site: Site, source: str, address: str) -> str | None:
    try:
        parts = urlsplit(address)
    except ValueError:
        return "is no address"
    if parts.scheme in BAD_SCHEMES:
        return BAD_SCHEMES[parts.scheme]
    if parts.scheme or parts.netloc:
        return None  # another host: check_hosts judges what a page loads
    if parts.path.startswith("/"):
        return "starts with a slash, so it breaks below a sub-path and from a file"
    return _target_fault(site, source, unquote(parts.path), unquote(parts.fragment))


def _target_fault(site: Site, source: str, path: str, fragment: str) -> str | None:
    target = posixpath.normpath(posixpath.join(posixpath.dirname(source), path))
    if not path:
        target = source
    elif target.startswith(".."):
        return "leads out of the site"
    elif target not in site.sizes and target not in site.past:
        is_folder = target == "." or any(name.startswith(target + "/") for name in site.sizes)
        return "is a folder, which opens no page from a file" if is_folder else "is not there"
    if fragment in ("", "top") or target not in site.pages:
        return None
    if fragment not in site.pages[target].anchors:
        return f"{target} has no element with the id {fragment!r}"
    return None
