"""The notice at the head of a page that could not be made anew: since when, why, what it shows."""

from __future__ import annotations

from datetime import datetime

from processing.board.manifest import Manifest
from processing.views.html import Fragment, element, escape
from processing.views.number import time_element

ID = "not-renewed"


def standing_notice(told: str, since: str, shows: Manifest | None, now: Manifest) -> Fragment:
    """What a reader must know of a page that fails: `told` in plain words, `since` an ISO moment.

    `shows` is the release of the copy that follows, None where there is none to show; `now` is the
    release of the other pages. The script of the explorer reads where the copy's pins lie.
    """
    day = time_element(datetime.fromisoformat(since).date())
    if shows is None:
        said = f"This page could not be made since {day}: {escape(told)}. It comes back by itself."
        return Fragment(_notice(said))
    code = element("code", escape(shows.id))
    is_old = shows.id != now.id
    said = (
        f"This page could not be renewed since {day}: {escape(told)}. "
        f"It is a copy from release {code}, with data to {time_element(shows.as_of)}."
    )
    if is_old:
        said += f" The newest release has data to {time_element(now.as_of)}."
    own = f"data/pins/{shows.id}" if is_old else None
    return Fragment(_notice(said, data_release=shows.id, data_pins=own))


def _notice(said: str, **marks: str | None) -> str:
    return element("p", said, class_="mp-notice", id=ID, role="note", **marks)
