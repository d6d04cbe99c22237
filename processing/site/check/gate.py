"""The quality gate: the rules for any site, and for a public one that nothing internal is on it."""

from __future__ import annotations

from pathlib import Path

from processing.board.reader import Release, for_audience
from processing.config import Config
from processing.site.check.base import Finding
from processing.site.check.canaries import canaries
from processing.site.check.leaks import check_leaks, internal_texts
from processing.site.check.site import check_site
from processing.site.pages.load import load_pages


def gate(config: Config, folder: Path, release: Release) -> list[Finding]:
    """Every finding in the site below `folder`; on a public one also whatever is internal.

    `release` is the whole of the release it was made from.
    """
    seen = for_audience(release, config.site.audience)
    findings = check_site(folder, seen, config.site.size_budget_kb)
    if seen.audience == "public":
        prose = internal_texts(load_pages(config.for_audience("internal")), load_pages(config))
        findings += check_leaks(folder, canaries(release, prose))
    return findings
