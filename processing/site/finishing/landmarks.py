"""Names and roles that Quarto's own markup leaves out or gets wrong."""

from __future__ import annotations

import re

_BAR = re.compile(r'<nav class="navbar(?: [^"]*)?"(?![^>]*aria-label)')
_CONTENTS = re.compile(r'<nav id="TOC" role="doc-toc"(?![^>]*aria-label)')
_TOGGLER = re.compile(r'(<button class="navbar-toggler"[^>]*?) role="menu"')


def with_landmarks(page: str) -> str:
    """The page of Quarto 1.7 with named navigations and a button that is no menu.

    Its search names itself in `millpond.js`, since a script makes it.
    """
    page = _BAR.sub(lambda found: f'{found[0]} aria-label="Pages"', page)
    page = _CONTENTS.sub(lambda found: f'{found[0]} aria-label="On this page"', page)
    return _TOGGLER.sub(r"\1", page)
