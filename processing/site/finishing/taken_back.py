"""The address of a release that was taken back: what stood there is gone, and it says so."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from processing.board.changes import ReleaseChange
from processing.site.finishing.feed import PAGE
from processing.site.finishing.permanent import FOLDER, NOTE, latest_pages
from processing.site.finishing.policy import with_policy
from processing.site.finishing.publish import CATALOG, GENERATOR
from processing.views.changes import VOID, anchor
from processing.views.format import format_value
from processing.views.html import element, escape
from processing.views.number import time_element

FORMAT = 1
# By itself, since the styles of a site may be others by the time somebody comes here.
_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Release taken back</title>
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<style>
body { max-width: 42rem; margin: 4rem auto; padding: 0 1rem; font: 1.1rem/1.6 system-ui; }
a { display: inline-block; min-height: 2.75rem; color: LinkText; }
</style>
"""


def lay(site: Path, change: ReleaseChange) -> None:
    """Write a note to the address of each page the release may have had; nothing else stays."""
    folder = site / FOLDER / change.release
    folder.mkdir(parents=True)
    for _, href in latest_pages(site):
        path = folder / href
        path.parent.mkdir(parents=True, exist_ok=True)
        told = (site / PAGE).is_file()
        path.write_text(with_policy(_page(change, href, told=told)), encoding="utf-8")
    said = {
        "generator": GENERATOR,
        "format": FORMAT,
        "audience": None,  # nobody's: it is no site of a release, and is not carried over as one
        "release": {"id": change.release, "taken_back_at": change.taken_back_at},
    }
    (folder / CATALOG).write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")


def _page(change: ReleaseChange, href: str, *, told: bool) -> str:
    up = "../" * (2 + href.count("/"))
    made = time_element(datetime.fromisoformat(change.created_at).date())
    moment = element(
        "time",
        escape(format_value("moment", str(change.taken_back_at))),
        datetime=str(change.taken_back_at),
    )
    said = (
        f"Release {element('code', escape(change.release))} was made on {made} with data to "
        f"{time_element(change.as_of)}, and taken back on {moment}. {VOID} "
    )
    links = f'<a rel="latest-version" href="{up}{escape(href)}">The latest is here</a>.'
    if told:
        links += f' <a href="{up}{PAGE}#{anchor(change)}">What changed, release by release</a>.'
    body = element("h1", "Release taken back") + element("p", said + links, id=NOTE, role="note")
    latest = f'<link rel="latest-version" href="{up}{escape(href)}">\n'
    return f"{_HEAD}{latest}</head>\n<body>\n<main>{body}</main>\n</body>\n</html>\n"
