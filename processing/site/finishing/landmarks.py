"""Names and roles that Quarto's own markup leaves out or gets wrong."""

from __future__ import annotations

import re

_BAR = re.compile(r'<nav class="navbar(?: [^"]*)?"(?![^>]*aria-label)')
_CONTENTS = re.compile(r'<nav id="TOC" role="doc-toc"(?![^>]*aria-label)')
_BODY = re.compile(r"<body\b[^>]*>(?!\s*<a class=\"skip-link\")")
_MAIN = 'id="quarto-document-content"'
_SKIP = '\n<a class="skip-link" href="#quarto-document-content">Skip to content</a>'
_TOGGLER = re.compile(r'(<button class="navbar-toggler"[^>]*?) role="menu"')


def with_landmarks(page: str) -> str:
    """The page of Quarto 1.7 with named navigations, a way past them, and a button that is no menu.

    Its search names itself in `millpond.js`, since a script makes it.
    """
    page = _BAR.sub(lambda found: f'{found[0]} aria-label="Pages"', page)
    page = _CONTENTS.sub(lambda found: f'{found[0]} aria-label="On this page"', page)
    if _MAIN in page:
        page = _BODY.sub(lambda found: found[0] + _SKIP, page, count=1)
    return _TOGGLER.sub(r"\1", page)
