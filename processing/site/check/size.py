"""How heavy the site is: all files together, and each page with its data."""

from __future__ import annotations

from processing.site.check.base import Finding, Site

RULE = "size"
PAGE_KB = 700  # one page of HTML with its tables and JSON blocks, before compression


def check_size(site: Site, budget_kb: int) -> list[Finding]:
    """A finding when the site or one page of it is over its budget (KB of 1,000 bytes)."""
    findings = []
    total = sum(site.sizes.values())
    if total > budget_kb * 1000:
        heaviest = sorted(site.sizes.items(), key=lambda item: -item[1])[:3]
        named = ", ".join(f"{name} {size / 1000:,.0f} KB" for name, size in heaviest)
        budget = f"budget {budget_kb:,} KB (site.size_budget_kb)"
        says = f"{total / 1000:,.0f} KB in all, {budget}; heaviest: {named}"
        findings.append(Finding(".", RULE, says))
    for name in site.pages:
        if site.sizes[name] > PAGE_KB * 1000:
            says = f"{site.sizes[name] / 1000:,.0f} KB of HTML, budget {PAGE_KB} KB"
            findings.append(Finding(name, RULE, says))
    return findings
