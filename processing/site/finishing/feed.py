"""What changed, for programs: an Atom feed and the same as JSON."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from datetime import datetime
from urllib.parse import urljoin
from uuid import NAMESPACE_URL, UUID, uuid5

import msgspec

from processing.board.changes import PinChange, ReleaseChange, Revision
from processing.board.manifest import Manifest
from processing.site.finishing.publish import GENERATOR
from processing.views.changes import COUNTS, DATA, FEED, VOID, anchor, exact_format, plain
from processing.views.fact import typed
from processing.views.format import UNSAFE, format_value

FORMAT = 1
PAGE = "changes.html"
_OURS: UUID = uuid5(NAMESPACE_URL, "urn:millpond:changes")


def changes_json(site: str, manifest: Manifest) -> bytes:
    """`changes.json`: the history of the release, values as text with all their digits."""
    content = {
        "generator": GENERATOR,
        "format": FORMAT,
        "site": site,
        "release": manifest.id,
        "releases": msgspec.to_builtins(manifest.history),
    }
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def changes_atom(
    site: str, manifest: Manifest, page: str, address: str | None, kept: Collection[str] = ()
) -> bytes:
    """`changes.xml`: an Atom feed (RFC 4287) with an entry for each release, the newest first.

    Ids follow from release ids alone, so that an entry keeps its own wherever the site lies. Links
    are absolute where the site's `address` is known. `page` is where a reader finds the same; the
    releases in `kept` have an address of their own, to which their entries lead.
    """
    from feedgen.feed import FeedGenerator

    feed = FeedGenerator()
    feed.id(uuid5(_OURS, address or site).urn)
    feed.title(_plain(f"{site}: what changed"))
    moments = [manifest.created_at, *(one.taken_back_at for one in manifest.history)]
    feed.updated(max(datetime.fromisoformat(moment) for moment in moments if moment))
    feed.author(name=_plain(site))
    feed.generator(GENERATOR)
    feed.link(href=_link(address, page), rel="alternate", type="text/html")
    if address:
        feed.link(href=_link(address, FEED), rel="self", type="application/atom+xml")
    for change in manifest.history:
        entry = feed.add_entry(order="append")
        entry.id(uuid5(_OURS, change.release).urn)
        entry.title(_plain(title(change)))
        entry.updated(datetime.fromisoformat(change.taken_back_at or change.created_at))
        told = f"{page}#{anchor(change)}"
        if change.release in kept:
            told = f"releases/{change.release}/{told}"
        entry.link(href=_link(address, told), rel="alternate")
        entry.content(_plain("\n".join(lines(change))), type="text")
    return bytes(feed.atom_str(pretty=True))


def _link(address: str | None, href: str) -> str:
    return urljoin(address.rstrip("/") + "/", href) if address else href


def title(change: ReleaseChange) -> str:
    """A release in one line: how far the data reach, and whether figures were revised."""
    if change.taken_back_at:
        return f"Taken back: the release with data to {format_value('date_long', change.as_of)}"
    return f"Data to {format_value('date_long', change.as_of)}; {_revised(change)}"


def _revised(change: ReleaseChange) -> str:
    if change.previous is None:
        return "first release"
    count = format_value("count", change.revised)
    figures = "figure" if change.revised == 1 else "figures"
    return f"{count} {figures} revised" if change.revised else "no earlier figure revised"


def lines(change: ReleaseChange) -> Iterator[str]:
    """A release line by line, in plain text."""
    if change.taken_back_at:
        moment = format_value("moment", change.taken_back_at)
        yield f"Release {change.release} was taken back on {moment}. {VOID}"
        return
    yield f"Release {change.release}, {title(change)}."
    for weeks, said in ((change.weeks_begun, "begun"), (change.weeks_ended, "ended")):
        if weeks:
            yield f"Weeks {said}: {', '.join(map(str, weeks))}."
    for pin in change.pins:
        yield _pin_line(pin)
        yield from (f"  {_revision_line(revision)}" for revision in pin.revisions)
        if pin.revised > len(pin.revisions):
            yield f"  and {format_value('count', pin.revised - len(pin.revisions))} more"
        yield from (f"  contract: {said}" for said in pin.contract)
    for name in change.gone:
        yield f"{name}: no longer there"


def _pin_line(pin: PinChange) -> str:
    if pin.is_new:
        return f"{pin.name}: new table, {format_value('count', pin.rows)} rows"
    if pin.note:
        return f"{pin.name}: {pin.note}"
    counts = ((thing, done, getattr(pin, name)) for name, (thing, done) in COUNTS.items())
    said = [
        f"{format_value('count', count)} {thing}{'' if count == 1 else 's'} {done}"
        for thing, done, count in counts
        if count
    ]
    return f"{pin.name}: {', '.join(said) or 'rows as they were'}"


def _revision_line(revision: Revision) -> str:
    where = ", ".join(f"{plain(name)} {value}" for name, value in revision.key.items())
    form = exact_format(revision.type)
    old, new = (format_value(form, typed(form, value)) for value in (revision.old, revision.new))
    return f"{where}: {revision.column} {old} → {new}"


def _plain(text: str) -> str:
    """Text that XML can carry: what no page shows is no character of a feed either."""
    return "\n".join(UNSAFE.sub("\ufffd", line) for line in text.split("\n"))


__all__ = ["DATA", "FEED", "PAGE", "changes_atom", "changes_json"]
