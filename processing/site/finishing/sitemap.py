"""`sitemap.xml` and `robots.txt`, where the website says its address: the same by any renderer."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

SITEMAP = "sitemap.xml"
ROBOTS = "robots.txt"
SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


def lay_sitemap(out: Path, address: str, pages: Iterable[str], changed: str) -> None:
    """Write both into the site in `out`, which is reached at `address` and holds these pages.

    `changed` is when the release was made (ISO 8601), not when the files were: the same release
    gives the same bytes. What Quarto wrote is replaced; a `robots.txt` of the project's own stays.
    """
    base = address.rstrip("/")
    (out / SITEMAP).write_bytes(sitemap([f"{base}/{page}" for page in pages], changed))
    if not (out / ROBOTS).exists():
        (out / ROBOTS).write_text(f"Sitemap: {base}/{SITEMAP}\n", encoding="utf-8")


def sitemap(addresses: Iterable[str], changed: str) -> bytes:
    """The list of pages as https://www.sitemaps.org/protocol.html asks for it."""
    from lxml import etree

    root = etree.Element(f"{{{SPACE}}}urlset", nsmap={None: SPACE})
    for address in sorted(addresses):
        entry = etree.SubElement(root, f"{{{SPACE}}}url")
        etree.SubElement(entry, f"{{{SPACE}}}loc").text = address
        etree.SubElement(entry, f"{{{SPACE}}}lastmod").text = changed
    told: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return told
