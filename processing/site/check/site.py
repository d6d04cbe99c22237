"""The site's own quality gate: every fault of a finished folder, as a list of findings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from processing.board.reader import Release
from processing.site.check.base import Finding, Site, read_site
from processing.site.check.claims import check_claims
from processing.site.check.copies import by_release, check_copies
from processing.site.check.facts import check_facts
from processing.site.check.hosts import check_hosts
from processing.site.check.links import check_links
from processing.site.check.numbers import check_numbers
from processing.site.check.past import check_past
from processing.site.check.size import check_size
from processing.site.check.sparks import check_sparks
from processing.site.check.structure import check_structure
from processing.site.check.text import check_text
from processing.site.check.units import check_units

__all__ = ["Finding", "check_site"]

RULES: tuple[Callable[[Site], list[Finding]], ...] = (
    check_links,
    check_hosts,
    check_structure,
    check_units,
    check_text,
)
AGAINST: tuple[Callable[[Site, Release | None], list[Finding]], ...] = (
    check_numbers,
    check_facts,
    check_claims,
    check_sparks,
)


def check_site(folder: Path, release: Release | None, budget_kb: int) -> list[Finding]:
    """Every finding in the site below `folder`, sorted by page; empty when the site is good.

    Numbers are compared with the pins of `release`, those of a page that could not be renewed with
    the pins of the release it says it is of; without one they are compared with each other only:
    chart, table and download of a unit. `budget_kb` bounds the sum of all files.
    """
    site = read_site(folder)
    if not site.pages:
        return [Finding(str(folder), "page", "there is no page in this folder")]
    findings = list(site.unreadable)
    for rule in RULES:
        findings += rule(site)
    findings += check_size(site, budget_kb)
    findings += check_past(site, budget_kb)
    findings += check_copies(site, release)
    for part, own in by_release(site, release):
        for against in AGAINST:
            findings += against(part, own)
    return sorted(set(findings))
