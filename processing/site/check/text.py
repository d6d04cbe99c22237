"""Text that should never reach a reader: unresolved marks, Python's errors, raw objects."""

from __future__ import annotations

import re

from processing.site.check.base import Finding, HtmlPage, Site, as_shown
from processing.site.check.block import Block, units
from processing.views.format import UNSAFE

UNRESOLVED = {
    "an inline expression that was not replaced": re.compile(r"`?\{python\}[^\n]{0,60}"),
    "a shortcode that was not replaced": re.compile(r"\{\{[<%][^\n]{0,60}"),
    "a block mark that was not replaced": re.compile(r"^\s*:{3,}[^\n]{0,40}", re.MULTILINE),
    "a cross-reference that leads nowhere": re.compile(r"\?@[a-z]+-[\w-]+"),
    "front matter that was read as text": re.compile(r"^\s*(?:---|—)\s*title:[^\n]{0,40}"),
}
# Markup that a renderer took for code: code may show anything else.
RAW_BLOCK = re.compile(r"\s*\{=\w+\}\s*<[^\n]{0,40}")
BROKEN = {
    "a Python error": re.compile(
        r"Traceback \(most recent call last\)|\b[A-Z]\w*(?:Error|Exception)\b: [^\n]{0,60}"
    ),
    "a Python object instead of its value": re.compile(
        r"<[^<>\n]{1,60} at 0x[0-9a-f]+>|\b(?:Decimal|Timestamp|datetime\.date)\([^)]{0,40}\)"
    ),
}
# The whole text of a cell or a number, when a missing value slipped past the formatter.
RAW_MISSING = frozenset({"nan", "NaN", "NaT", "None", "<NA>", "inf", "-inf", "null", "undefined"})
ERROR_CLASSES = ("cell-output-error", "cell-output-stderr")


def check_text(site: Site) -> list[Finding]:
    """Findings for unresolved marks, error text and raw values in what a reader sees."""
    findings = []
    for page in site.pages.values():
        for text in page.prose(data=False):
            findings += _search(page, "unresolved", UNRESOLVED, text)
        data = _data_texts(page)
        for text in page.prose():
            found = _search(page, "error text", BROKEN, text)
            # A chart breaks a long name over lines: a part of it is data as well.
            if found and not any(as_shown(text) in one for one in data):
                findings += found
        findings += _raw_blocks(page)
        findings += _raw_values(page, data)
        for css_class in ERROR_CLASSES:
            if page.select("*", css_class):
                findings.append(Finding(page.name, "error text", f"an output of class {css_class}"))
    return findings


def _data_texts(page: HtmlPage) -> frozenset[str]:
    """Texts that are data: a product may be called `null` or like an error. Others hold them
    against the pin; a missing value is no text there.
    """
    blocks = [unit.block for unit in units(page)]
    rows = [row for block in blocks if isinstance(block, Block) for row in block.rows]
    texts = [value for row in rows for value in row if isinstance(value, str)]
    named = [
        e.get("value") or ""
        for e in page.select("data", "mp-value")
        if e.get("data-format") == "text"
    ]
    return frozenset(as_shown(UNSAFE.sub("\ufffd", text)) for text in (*texts, *named))


def _search(
    page: HtmlPage, rule: str, patterns: dict[str, re.Pattern[str]], text: str
) -> list[Finding]:
    return [
        Finding(page.name, rule, f"{says}: {match.group().strip()}")
        for says, pattern in patterns.items()
        for match in pattern.finditer(text)
    ]


def _raw_blocks(page: HtmlPage) -> list[Finding]:
    matches = (RAW_BLOCK.match(element.text_content()) for element in page.select("code"))
    return [
        Finding(page.name, "unresolved", f"markup that was read as code: {match.group().strip()}")
        for match in matches
        if match
    ]


def _raw_values(page: HtmlPage, data: frozenset[str]) -> list[Finding]:
    shown = [*page.select("td"), *page.select("*", "mp-value")]
    texts = {(element.text_content() or "").strip() for element in shown}
    return [
        Finding(page.name, "raw value", f"a cell or number reads {text!r}")
        for text in sorted((texts & RAW_MISSING) - data)
    ]
