"""The note at the foot of each page: which data, to when, from which release."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from processing.board.manifest import Manifest
from processing.views.changes import summary
from processing.views.html import Fragment, element, escape
from processing.views.number import time_element
from processing.views.provenance import all_sources, feeding

STEP = {"daily": timedelta(days=1), "weekly": timedelta(days=7), "monthly": timedelta(days=31)}


def release_note(manifest: Manifest, *, told: bool = False, pins: Collection[str] = ()) -> Fragment:
    """Source, data to, built, next update and release; all from the manifest, never the clock.

    Sources, caveats and the last day are those of `pins`, which the page shows; of all for none.
    `told` says that the site has a page What changed to lead to. By the dates in the section's
    attributes a script tells a reader, by the reader's own clock, that an update is overdue.
    """
    days = [entry.data_to for entry in manifest.pins if entry.name in pins]
    items = [
        ("Source", escape(all_sources(manifest, pins))),
        ("Data to", time_element(max(days, default=manifest.as_of))),
        ("Built", built(manifest)),
        ("Next update", _next_update(manifest)),
        ("Release", element("code", escape(manifest.id)) + _address(manifest)),
        *([("What changed", _changed(manifest))] if told else []),
    ]
    listed = "".join(
        element("div", element("dt", escape(name)) + element("dd", text)) for name, text in items
    )
    body = element("dl", listed, class_="mp-release-facts") + _caveats(manifest, pins)
    dates = {
        "data_release": manifest.id,
        "data_next_update": next_update(manifest).isoformat(),
        "data_overdue_from": overdue_from(manifest).isoformat(),
    }
    label = "About this release"
    return Fragment(
        element("section", body, class_="mp-release", id="release", aria_label=label, **dates)
    )


def _address(manifest: Manifest) -> str:
    """Where a published site puts the link to the page's permanent address."""
    return element("span", class_="mp-permanent", data_release=manifest.id)


def _changed(manifest: Manifest) -> str:
    """The newest change in a sentence, and where to read all of it."""
    link = element("a", "What changed, release by release", href="changes.html")
    said = summary(manifest, 0) if manifest.history else "Not told by this release."
    return f"{said} {link}"


def built(manifest: Manifest) -> str:
    """When the release was made, to the minute."""
    moment = datetime.fromisoformat(manifest.created_at)
    return f"{time_element(moment.date())}, {moment:%H:%M} UTC"


def next_update(manifest: Manifest) -> date:
    """The day on which a newer release is due: one period of the quickest pin later."""
    return datetime.fromisoformat(manifest.created_at).date() + _period(manifest)


def overdue_from(manifest: Manifest) -> datetime:
    """The moment from which that release is a whole period late: schedules run late by hours.

    It counts from when the release was made, so a clock that replays another year has no say.
    """
    return datetime.fromisoformat(manifest.created_at) + 2 * _period(manifest)


def _period(manifest: Manifest) -> timedelta:
    steps = [
        STEP[entry.contract.cadence] for entry in manifest.pins if entry.contract.cadence in STEP
    ]
    return min(steps, default=STEP["weekly"])


def _next_update(manifest: Manifest) -> str:
    return time_element(next_update(manifest))


def _caveats(manifest: Manifest, pins: Collection[str]) -> str:
    """What a reader must know before using the numbers, each said once."""
    said = [element("p", text, class_="mp-replay") for text in _replay(manifest)]
    sources = feeding(manifest, pins)
    caveats = dict.fromkeys(source.caveat for source in sources if source.caveat)
    return "".join(said + [element("p", escape(text), class_="mp-replay") for text in caveats])


def _replay(manifest: Manifest) -> list[str]:
    if not manifest.clock.startswith("replay"):
        return []
    return [
        "The year of the data is lived again: a replay clock maps today to the same day of "
        f"that year, so this release knows nothing after {time_element(manifest.as_of)}."
    ]
