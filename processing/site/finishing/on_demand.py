"""Scripts of Quarto that only some readers use, loaded when one does: its search, and Bootstrap."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

LOADER = Path(__file__).with_name("on_demand.js")
LOADER_AT = "site_libs/millpond/on-demand.js"
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
_BOOTSTRAP = re.compile(r'<script src="(site_libs/bootstrap/bootstrap\.min\.js)"></script>\n?')
_TOGGLE = re.compile(r'(?<= )data-bs-toggle="([^"]*)"')
_CALLS = re.compile(r"\bbootstrap\.[A-Z]")  # `new bootstrap.Tooltip(…)` of an inline script


def with_scripts_on_demand(page: str) -> str:
    """The page of Quarto 1.7 without the scripts of its search and without Bootstrap's.

    A button stands in the place of the search, and what folds names the script it needs. A page
    with another search, or that needs Bootstrap for more than folding, keeps the scripts of it.
    """
    made = _without_bootstrap(_without_search(page))
    if made == page:
        return page
    return made.replace("</head>", f'<script src="{LOADER_AT}" defer></script>\n</head>', 1)


def _without_search(page: str) -> str:
    scripts = [found["src"] for found in _SCRIPT.finditer(page)]
    if _SEARCH not in scripts or not _PLACE.search(page):
        return page

    def button(found: re.Match[str]) -> str:
        return _BUTTON.format(title=found[1], scripts=" ".join(scripts), file=INDEX_SCRIPT)

    return _PLACE.sub(button, _SCRIPT.sub(_kept, page), count=1)


def _kept(found: re.Match[str]) -> str:
    """What pages with a button to copy code need at once stays."""
    return found[0] if "/clipboard/" in found["src"] else ""


def _without_bootstrap(page: str) -> str:
    script = _BOOTSTRAP.search(page)
    if script is None or set(_TOGGLE.findall(page)) - {"collapse"} or _CALLS.search(page):
        return page
    page = _TOGGLE.sub(lambda found: f'{found[0]} data-scripts="{script[1]}"', page)
    return _BOOTSTRAP.sub("", page)


def write_scripts_on_demand(out: Path) -> None:
    """What pages in `out` load on demand, beside them; nothing where no page does."""
    from processing.views.html import escape_json

    named = f'src="{LOADER_AT}"'.encode()
    if not any(named in path.read_bytes() for path in out.glob("*.html")):
        return
    (out / LOADER_AT).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(LOADER, out / LOADER_AT)
    if (out / INDEX).is_file() and (out / _SEARCH).is_file():
        entries = json.loads((out / INDEX).read_text(encoding="utf-8"))
        text = escape_json(json.dumps(entries, ensure_ascii=False))
        (out / INDEX_SCRIPT).write_text(f"self.millpondSearch = {text};\n", encoding="utf-8")
