"""The part of docs/page-quality.md that measuring writes, one for each renderer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

RENDERERS = {"pandoc": "The embedded renderer", "quarto": "Quarto"}
LIGHTHOUSE_VERSION = "13.5.0"  # fetched when this runs: 180 MB that nothing else needs
LOOKS, BEST = 3, 100
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
AUDITS = {
    "LCP, s": ("largest-contentful-paint", 1000),
    "TBT, ms": ("total-blocking-time", 1),
    "CLS": ("cumulative-layout-shift", 1),
    "KB": ("total-byte-weight", 1024),
}
AFTER = "KB after"  # every chart was woken, the explorer asked and the search opened
# Points that are measured page by page: the columns of that table, each with its target.
TIMED = {
    5: {"LCP, s": 1.0},
    6: {"CLS": 0.01},
    7: {"TBT, ms": 50.0},
    8: {"KB": 120.0, AFTER: 600.0},
    9: {"requests": 12.0},
}

Pages = Mapping[str, Mapping[str, float]]


@dataclass
class Result:
    """What came of the tests of one name: how many held, and the worst of each figure noted."""

    held: int = 0
    failed: list[str] = field(default_factory=list)
    skipped: int = 0
    figures: dict[str, float] = field(default_factory=dict)


def with_part(document: str, renderer: str, lines: list[str]) -> str:
    """The document with that renderer's part replaced; those of the others stay."""
    begin, end = f"<!-- measured: {renderer} -->\n", f"<!-- end of measured: {renderer} -->\n"
    head, tail = document.split(begin, maxsplit=1)[0], document.split(end)[1]
    return head + begin + "\n".join(lines) + "\n" + end + tail


def part(renderer: str, results: Mapping[str, Result], pages: Pages) -> list[str]:
    """Everything that was measured of the pages of one renderer."""
    day = datetime.now(UTC).date().isoformat()
    head = [f"## {RENDERERS[renderer]}\n", f"Written by `make quality` on {day}.\n"]
    return [*head, *table(renderer, results, pages), "", *page_table(pages)]


def table(renderer: str, results: Mapping[str, Result], pages: Pages) -> list[str]:
    """A row for each point: target, what was found, whether it holds, by which tests."""
    from tests.browser.points import POINTS
    from tests.browser.reasons import REASONS

    rows = ["| # | point | target | found | holds | measured by |", "|--:|---|---|---|---|---|"]
    for point in POINTS:
        mine = {name: results[name] for name in point.tests if name in results}
        said, holds = told(point.number, mine, pages)
        if holds is False and (reason := REASONS.get((renderer, point.number))):
            said = f"{said}: {reason}"
        by = ", ".join(f"`{name}`" if name in results else name for name in point.tests)
        answer = "yes" if holds else "**misses**" if holds is False else "not measured"
        rows.append(
            f"| {point.number} | {point.says} | {point.target} | {said} | {answer} | {by} |"
        )
    return rows


def told(number: int, mine: Mapping[str, Result], pages: Pages) -> tuple[str, bool | None]:
    """What was found for a point in words, and whether it holds; None when nothing was measured."""
    parts: list[str] = []
    holds: list[bool] = []
    for result in mine.values():
        count = result.held + len(result.failed)
        if not count:
            continue
        worst = ", ".join(f"{name} at most {value:g}" for name, value in result.figures.items())
        parts.append(f"{result.held} of {count}" + (f" ({worst})" if worst else ""))
        if result.failed:
            parts.append("not: " + ", ".join(result.failed[:6]))
        holds.append(not result.failed)
    for column, target in TIMED.get(number, {}).items() if pages else ():
        page = max(pages, key=lambda name: pages[name][column])
        parts.append(f"{pages[page][column]:g} on {page}")
        holds.append(pages[page][column] <= target)
    if number == 10 and pages:
        lowest = [f"{min(page[name] for page in pages.values()):g}" for name in CATEGORIES]
        parts.append("at least " + ", ".join(lowest))
        holds.append(all(value == "100" for value in lowest))
    return "; ".join(parts) or "–", all(holds) if holds else None


def page_table(pages: Pages) -> list[str]:
    """Lighthouse page by page."""
    if not pages:
        return ["Lighthouse did not run."]
    names = [*CATEGORIES, *AUDITS, AFTER, "requests"]
    rows = [f"| page | {' | '.join(names)} |", "|---|" + "--:|" * len(names)]
    for page, found in pages.items():
        rows.append(f"| {page} | " + " | ".join(f"{found[name]:g}" for name in names) + " |")
    says = f"Lighthouse {LIGHTHOUSE_VERSION}, a phone on slow 4G, gzip over kept connections; "
    says += f"of a page that misses the calmest of {LOOKS} looks:\n"
    return [says, *rows]
