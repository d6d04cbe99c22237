"""`404.html`: what a web server shows for an address of the site at which nothing lies."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from processing.site.finishing.publish import CATALOG
from processing.site.finishing.standalone import standalone
from processing.views.html import element, escape

FILE = "404.html"
DESCRIPTION = "Nothing lies at this address. These are the pages of the site."
SAID = (
    "Nothing lies at this address. Sites of past releases, and the files of a release that was "
    "replaced, fall away after a while; the latest of each page is here:"
)
# A server shows the page at the missing address, from where a relative link would lead astray. The
# root of the site is the nearest folder above in which this page lies; a past release has none.
_LEAD = f"""<script>
(async () => {{
  const steps = location.pathname.split("/").slice(0, -1);
  for (; steps.length; steps.pop()) {{
    const root = steps.join("/") + "/";
    const found = await fetch(root + "{FILE}", {{ method: "HEAD" }}).catch(() => null);
    if (!found?.ok) continue;
    for (const link of document.links) link.href = root + link.getAttribute("href");
    return;
  }}
}})();
</script>"""


def lay_not_found(site: Path, website: Mapping[str, Any]) -> None:
    """Write the page, unless the project has one of its own. `website` is that of `_quarto.yml`.

    It lists the pages in the order of the navigation. Its links are absolute where the website
    says its `site-url`.
    """
    if (site / FILE).exists():
        return
    address = str(website.get("site-url") or "").rstrip("/")
    before = f"{address}/" if address else ""
    pages = _in_order(json.loads((site / CATALOG).read_bytes())["pages"], website)
    listed = [
        element("a", escape(page["title"]), href=before + page["href"])
        + element("span", escape(page["description"]))
        for page in pages
    ]
    items = element("ul", "".join(element("li", one) for one in listed))
    body = element("h1", "Page not found") + element("p", SAID) + items
    title = f"Page not found – {website['title']}"
    page = standalone(title, DESCRIPTION, body + ("" if address else _LEAD))
    (site / FILE).write_text(page, encoding="utf-8")


def _in_order(
    pages: Sequence[Mapping[str, Any]], website: Mapping[str, Any]
) -> list[Mapping[str, Any]]:
    """Those in the navigation bar first, as they stand there."""
    bar = website.get("navbar") or {}
    entries = [entry for entry in bar.get("left") or [] if isinstance(entry, dict)]
    order = [PurePosixPath(str(entry.get("href", ""))).stem for entry in entries]
    place = {stem: number for number, stem in enumerate(order)}
    return sorted(pages, key=lambda page: place.get(Path(page["href"]).stem, len(order)))
