"""Put the site's own styles into its pages, so that nothing has to be fetched before they show."""

from __future__ import annotations

import re
from collections.abc import Set
from pathlib import Path

from processing.site.finishing.rules import applicable, words_of

# Only what the pages and the embedded renderer bring: Quarto's come once what no page uses of them
# is cut. A style that names other files would look for them in the wrong place.
_LINK = re.compile(
    r'<link rel="stylesheet" href="(?P<href>(?:assets|site_libs/millpond)/[\w./-]+\.css)" ?/?>\n?'
)
_NAMES_FILES = re.compile(r"@import|url\(|</style", re.IGNORECASE)


def with_styles(page: str, folder: Path, scripts: Set[str] = frozenset()) -> str:
    """The page, which lies in `folder`, with those style sheets in it that it would wait for.

    Each stands where its link stood; one linked from the body moves to the end of the head. Rules
    for classes that neither the page nor a script names stay out; `scripts` are the scripts' words.
    """
    words = scripts | words_of(page)
    late: list[str] = []
    body = page.find("<body")

    def put(link: re.Match[str]) -> str:
        path = folder / link["href"]
        if ".." in link["href"] or not path.is_file():
            return link[0]
        text = path.read_text(encoding="utf-8")
        if _NAMES_FILES.search(text):
            return link[0]
        rules = applicable(text, words)
        style = f"<style>{rules}</style>\n" if rules else ""
        if 0 <= body < link.start():
            late.append(style)
            return ""
        return style

    made = _LINK.sub(put, page)
    return made.replace("</head>", "".join(late) + "</head>", 1)
