"""Requests to other hosts: what a page would load that is not its own."""

from __future__ import annotations

from processing.site.check.base import Finding, Site
from processing.site.check.urls import is_foreign, resources, style_urls

RULE = "other host"


def check_hosts(site: Site) -> list[Finding]:
    """A finding for each address of another host that a page or style sheet loads by itself."""
    findings = []
    for page in site.pages.values():
        for carrier, address in resources(page):
            if is_foreign(address):
                findings.append(Finding(page.name, RULE, f"{carrier} loads {address}"))
        findings += [
            Finding(page.name, RULE, f"<base> sends every address to {base.get('href')}")
            for base in page.select("base")
            if base.get("href")
        ]
    for name in site.sizes:
        if name.endswith((".css", ".svg")):
            foreign = (a for a in style_urls(site.read_text(name)) if is_foreign(a))
            findings += [Finding(name, RULE, f"the style sheet loads {a}") for a in foreign]
    return findings
