"""The address of a release that was taken back: what stood there is gone, and it says so."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from processing.board.changes import ReleaseChange
from processing.site.finishing.feed import PAGE
from processing.site.finishing.permanent import FOLDER, NOTE, latest_pages
from processing.site.finishing.publish import CATALOG, GENERATOR
from processing.site.finishing.standalone import standalone
from processing.views.changes import VOID, anchor
from processing.views.format import format_value
from processing.views.html import element, escape
from processing.views.number import time_element

FORMAT = 1
TITLE = "Release taken back"


def lay(site: Path, change: ReleaseChange) -> None:
    """Write a note to the address of each page the release may have had; nothing else stays."""
    folder = site / FOLDER / change.release
    folder.mkdir(parents=True)
    for _, href in latest_pages(site):
        path = folder / href
        path.parent.mkdir(parents=True, exist_ok=True)
        told = (site / PAGE).is_file()
        path.write_text(_page(change, href, told=told), encoding="utf-8")
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
    body = element("h1", TITLE) + element("p", said + links, id=NOTE, role="note")
    latest = f'<link rel="latest-version" href="{up}{escape(href)}">\n'
    return standalone(TITLE, f"Release {change.release} was taken back.", body, latest)
