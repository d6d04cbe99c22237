"""Quarto's own search: loaded when a reader asks for it, and working from a file too."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

ASK = Path(__file__).with_name("ask_search.js")
ASK_AT = "site_libs/millpond/ask-search.js"
INDEX = "search.json"
INDEX_SCRIPT = "site_libs/quarto-search/search-data.js"
_SEARCH = "site_libs/quarto-search/quarto-search.js"
_SCRIPT = re.compile(
    r'<script src="(?P<src>site_libs/(?:quarto-search|clipboard)/[^"]+)"></script>\n?'
)
_PLACE = re.compile(r'<div id="quarto-search" class="" title="([^"]*)"></div>')
# Made as Quarto's script makes its own, whose styles it therefore takes.
_BUTTON = (
    '<div id="quarto-search" class="type-overlay" title="{title}"><div class="aa-Autocomplete">'
    '<button type="button" class="aa-DetachedSearchButton" aria-label="{title}"'
    ' data-scripts="{scripts}" data-file="{file}"><div class="aa-DetachedSearchButtonIcon">'
    '<svg class="aa-SubmitIcon" viewBox="0 0 18 18" width="20" height="20" aria-hidden="true">'
    '<circle cx="7.5" cy="7.5" r="6" fill="none" stroke="currentColor" stroke-width="1.5"/>'
    '<path d="M12 12l5 5" stroke="currentColor" stroke-width="1.5"/></svg></div></button>'
    "</div></div>"
)


def with_search_on_demand(page: str) -> str:
    """The page of Quarto 1.7 with a button in the place of the scripts of its search.

    A page without that search, or with one that lies elsewhere than in the bar, stays as it is.
    """
    scripts = [found["src"] for found in _SCRIPT.finditer(page)]
    if _SEARCH not in scripts or not _PLACE.search(page):
        return page

    def button(found: re.Match[str]) -> str:
        return _BUTTON.format(title=found[1], scripts=" ".join(scripts), file=INDEX_SCRIPT)

    page = _SCRIPT.sub(_kept, page)
    page = _PLACE.sub(button, page, count=1)
    return page.replace("</head>", f'<script src="{ASK_AT}" defer></script>\n</head>', 1)


def _kept(found: re.Match[str]) -> str:
    """What pages with a button to copy code need at once stays."""
    return found[0] if "/clipboard/" in found["src"] else ""


def write_quarto_search(out: Path) -> None:
    """What the button loads, beside the pages in `out`; nothing where Quarto wrote no search."""
    from processing.views.html import escape_json

    if not (out / INDEX).is_file() or not (out / _SEARCH).is_file():
        return
    (out / ASK_AT).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(ASK, out / ASK_AT)
    entries = json.loads((out / INDEX).read_text(encoding="utf-8"))
    text = escape_json(json.dumps(entries, ensure_ascii=False))
    (out / INDEX_SCRIPT).write_text(f"self.millpondSearch = {text};\n", encoding="utf-8")
