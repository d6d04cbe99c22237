"""The Content-Security-Policy of each page: the site's own files, and the inline scripts there."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from html.parser import HTMLParser

# What a browser runs or heeds; any other type of <script> is data.
_RUN = {"", "module", "importmap", "speculationrules", "text/javascript", "application/javascript",
        "text/ecmascript", "application/ecmascript", "application/x-javascript"}  # fmt: skip
# Styles stand inline on pages of every renderer, and Plotly sets them on what it draws.
_FIXED = (
    "default-src 'none'",
    "connect-src 'self'",
    "font-src 'self' data:",
    "img-src 'self' data: blob:",
    "style-src 'self' 'unsafe-inline'",
    "worker-src 'self' blob:",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
)


def with_policy(page: str) -> str:
    """The page with its policy as the first thing after its character set, in place of any other.

    A page without a `<head>` in its text, which only sends its reader on, stays as it is.
    """
    finder = _Finder(page)
    finder.feed(page)
    finder.close()
    if finder.at is None:
        return page
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy(finder)}">'
    edits = [(finder.at, finder.at, meta), *((start, end, "") for start, end in finder.policies)]
    for start, end, text in sorted(edits, reverse=True):
        page = page[:start] + text + page[end:]
    return page


def policy(found: _Finder) -> str:
    """Scripts from this site's files; those the renderer wrote into the page by their hashes."""
    allowed = ["'self'", *_hashes(found.scripts)]
    if found.handlers:
        allowed += ["'unsafe-hashes'", *_hashes(found.handlers)]
    return "; ".join((*_FIXED, "script-src " + " ".join(allowed)))


def _hashes(texts: Iterable[str]) -> list[str]:
    """Each text's SHA-256 as a policy names it; a browser reads a page's line ends as `\\n`."""
    plain = {re.sub(r"\r\n?", "\n", text) for text in texts}
    digests = (hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest() for text in plain)
    return sorted(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


class _Finder(HTMLParser):
    """Collects inline scripts, handlers in attributes, and where the policy belongs."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.scripts: list[str] = []
        self.handlers: list[str] = []
        self.policies: list[tuple[int, int]] = []
        self.at: int | None = None
        self._page = page
        self._lines = [0] + [match.end() for match in re.finditer("\n", page)]
        self._script: int | None = None

    def _here(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        end = self._here() + len(self.get_starttag_text() or "")
        if tag == "head" or (tag == "meta" and "charset" in told and self.at is not None):
            self.at = end
        elif tag == "meta" and _is_policy(told):
            self.policies.append((self._here(), end))
        elif tag == "script" and "src" not in told and _runs(told):
            self._script = end
        self.handlers += [value for name, value in attrs if name.startswith("on") and value]
        address = (told.get("href") or "").strip()
        if address.lower().startswith("javascript:"):
            self.handlers.append(address[len("javascript:") :])

    def handle_endtag(self, tag: str) -> None:
        if tag == "script" and self._script is not None:
            if text := self._page[self._script : self._here()]:
                self.scripts.append(text)
            self._script = None


def _is_policy(meta: dict[str, str | None]) -> bool:
    return (meta.get("http-equiv") or "").lower() == "content-security-policy"


def _runs(script: dict[str, str | None]) -> bool:
    return (script.get("type") or "").strip().lower() in _RUN
