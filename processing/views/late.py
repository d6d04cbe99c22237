"""The notice at the head of a page whose data came late, by the limits in their contracts."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from processing.board.freshness import Freshness, freshness
from processing.board.manifest import Manifest
from processing.views.html import Fragment, element, escape
from processing.views.number import time_element

LATE = {"warn": "late", "error": "too late to rely on"}


def late_notice(manifest: Manifest, pins: Collection[str]) -> Fragment | None:
    """What the release itself knows to be late of the pins a page uses; None when none is.

    It tells how old the data were on the release's own day, so it is the same whenever it is read.
    """
    found = freshness(manifest, date.fromisoformat(manifest.as_of))
    late = [table for table in found if table.name in pins and table.state != "fresh"]
    if not late:
        return None
    worst = "error" if any(table.state == "error" for table in late) else "warn"
    said = "; ".join(map(_said, late))
    text = f"Data on this page are {LATE[worst]}: {said}."
    return Fragment(element("p", text, class_="mp-notice", id="late-data", role="note"))


def _said(table: Freshness) -> str:
    name = element("code", escape(table.name))
    return f"{name} reaches to {time_element(table.data_to)} and is due {escape(table.cadence)}"
