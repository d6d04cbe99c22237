"""Pages that could not be renewed: each says so, and is held against its own release."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from processing.board.publish import other_release
from processing.board.reader import Release
from processing.errors import BoardError
from processing.site.check.base import Finding, HtmlPage, Site
from processing.views.standing import ID

RULE = "copy"


def by_release(site: Site, release: Release | None) -> Iterator[tuple[Site, Release | None]]:
    """The site in parts: the pages of each release, with that release to hold them against.

    Pages whose release is not on the board are left out: `check_copies` has said so.
    """
    pages: dict[str | None, dict[str, HtmlPage]] = {}
    for name, page in site.pages.items():
        pages.setdefault(_other(page, release), {})[name] = page
    for identity, own in pages.items():
        found = _find(release, identity) if identity else release
        if found or not identity:
            yield replace(site, pages=own), found


def check_copies(site: Site, release: Release | None) -> list[Finding]:
    """Findings for a page of another release that does not say so, or cannot be compared."""
    findings = []
    for page in site.pages.values():
        other = _other(page, release)
        notices = [one for one in page.select("p", "mp-notice") if one.get("id") == ID]
        if other and other not in [one.get("data-release") for one in notices]:
            findings.append(Finding(page.name, RULE, f"is of release {other} and does not say so"))
        if other and not _find(release, other):
            says = f"is of release {other}, which is not on the board to be compared with"
            findings.append(Finding(page.name, RULE, says))
    return findings


def _other(page: HtmlPage, release: Release | None) -> str | None:
    """The release that the foot of the page names, if that is another than the site's."""
    notes = [one for one in page.select("section") if one.get("id") == "release"]
    named = next((one.get("data-release") for one in notes), None)
    return named if release and named != release.manifest.id else None


def _find(release: Release | None, identity: str) -> Release | None:
    if release is None:
        return None
    try:
        return other_release(release, identity)
    except BoardError:
        return None
