"""The sites of releases past: each whole, by itself, and leading to the latest."""

from __future__ import annotations

from collections.abc import Iterator

from processing.site.check.base import Finding, Site
from processing.site.finishing.permanent import FOLDER, NOTE, latest_of
from processing.site.finishing.publish import CATALOG, release_shown

RULE = "release"


def check_past(site: Site, budget_kb: int) -> list[Finding]:
    """Findings for a release whose site is another, is over budget, or passes for the latest.

    What stands on its pages was checked when it was published; `millpond check` of its folder does
    that again.
    """
    found: list[Finding] = []
    for identity in sorted({name.split("/")[1] for name in site.past}):
        folder = f"{FOLDER}/{identity}"
        found += [Finding(folder, RULE, says) for says in _faults(site, identity, budget_kb)]
    return found


def _faults(site: Site, identity: str, budget_kb: int) -> Iterator[str]:
    start = f"{FOLDER}/{identity}/"
    files = {name: size for name, size in site.past.items() if name.startswith(start)}
    if (shown := release_shown(site.folder / FOLDER / identity)) != identity:
        yield f"its {CATALOG} names release {shown}"
    if sum(files.values()) > budget_kb * 1000:
        yield f"{sum(files.values()) / 1000:,.0f} KB, budget {budget_kb:,} KB"
    for name in files:
        if name.endswith(".html"):
            yield from (f"{name}: {says}" for says in _page_faults(site, name))


def _page_faults(site: Site, name: str) -> Iterator[str]:
    text = site.read_text(name)
    if "<main" not in text:
        return  # it only sends its reader on
    if f'id="{NOTE}"' not in text:
        yield "does not say that it is of a release past"
    if '<meta name="robots" content="noindex">' not in text:
        yield "lets search engines list it"
    latest = latest_of(text)
    if latest not in site.sizes:
        yield f"leads to {latest} for the latest, which is not there"
