"""Nothing internal on a public site: addresses and every published byte against canaries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from processing.site.check.base import Finding, is_past
from processing.site.check.canaries import Canaries, numbers_in, squeezed
from processing.site.check.published import texts_of
from processing.site.pages.load import Unread
from processing.site.pages.qmd import Page

RULE = "audience"


def internal_texts(
    pages: Sequence[Page | Unread], public: Sequence[Page | Unread]
) -> dict[str, str]:
    """What is said on internal pages, by their name, and in internal parts of others.

    `pages` are those of the internal site, `public` those of the public one. The text of what is
    no page as it stands is not known; it is not published either.
    """
    shown = {page.name: _lines(page) for page in public}
    said = {page.name: [one for one in _lines(page) if one not in shown.get(page.name, ())]
            for page in pages}  # fmt: skip
    return {
        name if name in shown else f"{name}.html": "\n".join(lines)
        for name, lines in said.items()
        if lines or name not in shown
    }


def _lines(page: Page | Unread) -> list[str]:
    return page.text.split("\n") if isinstance(page, Page) else []


def check_leaks(folder: Path, canaries: Canaries) -> list[Finding]:
    """One finding for each file and internal thing that is found in it, or in its address.

    The sites of releases past were held against what was internal in them when they were published.
    """
    if not canaries.numbers and not canaries.texts:
        return []
    findings: set[Finding] = set()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        if is_past(name):
            continue
        for text in (name, *texts_of(path.read_bytes())):
            findings |= {Finding(name, RULE, said) for said in _found(text, canaries)}
    return sorted(findings)


def _found(text: str, canaries: Canaries) -> Iterator[str]:
    for number in numbers_in(text) & canaries.numbers.keys():
        yield f"{canaries.numbers[number]} is internal: {number}"
    plain = squeezed(text)
    for said, what in canaries.texts.items():
        if said in plain:
            yield f"{what} is internal: {said!r}"
