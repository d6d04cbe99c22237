"""The page What changed: release by release, what was added, updated, revised and promised anew."""

from __future__ import annotations

from processing.board.changes import PinChange, ReleaseChange
from processing.board.manifest import Manifest
from processing.contracts.contract import ColumnType
from processing.views.fact import EXACT, fact
from processing.views.format import format_value
from processing.views.html import Fragment, element, escape, identifier, join
from processing.views.listing import bullets, folded, listing, more
from processing.views.words import list_words

TAKEN_BACK = "mp-taken-back"  # the class of the room for releases that were taken back
FEED, DATA = "changes.xml", "changes.json"


def latest(manifest: Manifest) -> Fragment:
    """What this release changed: in words, then table by table, then figure by figure."""
    if not manifest.history:
        said = "This release was made before releases told what they change; the next one will."
        return Fragment(element("p", said))
    lead = element("p", summary(manifest, 0), class_="mp-finding")
    return Fragment(_told(join([lead, *_parts(manifest, 0)]), manifest.history[0]))


def earlier(manifest: Manifest) -> Fragment:
    """The releases before this one, the newest first, each to be opened.

    Before them is room for those that a rollback took back since: the site fills it, because this
    release cannot know of them.
    """
    made = [element("div", "", class_=TAKEN_BACK)]
    for place, change in enumerate(manifest.history[1:], start=1):
        moment = fact(manifest, "history", place, "created_at", format="moment")
        line = f"{element('strong', moment)}: {summary(manifest, place)}"
        if change.taken_back_at:
            made.append(_told(element("p", line), change))
        else:
            made.append(_told(more(line, join(_parts(manifest, place))), change))
    if len(made) == 1:
        made.append(element("p", "None is known."))
    return Fragment(join(made))


def follow() -> Fragment:
    """Where the same can be read by programs."""
    return Fragment(
        bullets(
            [
                f'<a href="{FEED}">{FEED}</a>: an Atom feed with an entry for each release',
                f'<a href="{DATA}">{DATA}</a>: the same for programs, exact values as text',
            ]
        )
    )


def anchor(change: ReleaseChange) -> str:
    """The id under which a release stands on the page."""
    return f"release-{change.release}"


def _told(content: str, change: ReleaseChange) -> str:
    address = element("p", class_="mp-permanent", data_release=change.release)
    return element("div", content + address, class_="mp-all-told", id=anchor(change))


def summary(manifest: Manifest, place: int) -> str:
    """One release in words: how far its data reach, and whether a figure was revised."""
    change = manifest.history[place]
    if change.taken_back_at:
        moment = fact(manifest, "history", place, "taken_back_at", format="moment")
        return f"{element('strong', 'Taken back')} on {moment}. {VOID}"
    to = fact(manifest, "history", place, "as_of", format="date_long")
    if change.previous is None:
        return f"Data to {to}. The first release that is known: all of it is new."
    return f"Data now reach {to}{_weeks(manifest, place)}. {_revised(manifest, place)}"


def taken_back_note(change: ReleaseChange) -> str:
    """The same of a release that this one does not know of, because it is a later one."""
    made, moment = (
        element("time", escape(format_value("moment", raw)), datetime=raw)
        for raw in (change.created_at, str(change.taken_back_at))
    )
    line = f"{element('strong', made)}: {element('strong', 'Taken back')} on {moment}. {VOID}"
    return element("p", line, id=anchor(change))


VOID = "Its figures no longer hold; do not quote them."


def _weeks(manifest: Manifest, place: int) -> str:
    """Which weeks the release is the first to know, or the first to know whole."""
    parts, change = [], manifest.history[place]
    for name, verb in (("weeks_begun", "begun"), ("weeks_ended", "ended")):
        skipped = change.weeks_ended if name == "weeks_begun" else ()
        shown = [
            fact(manifest, "history", place, name, at, format="count")
            for at, week in enumerate(getattr(change, name))
            if week not in skipped
        ]
        if shown:
            week, have = ("week", "has") if len(shown) == 1 else ("weeks", "have")
            parts.append(f"{week} {list_words(shown)} {have} {verb}")
    return "".join(f"; {part}" for part in parts)


def _revised(manifest: Manifest, place: int) -> str:
    revised = manifest.history[place].revised
    if not revised:
        return "No earlier figure was revised."
    count = fact(manifest, "history", place, "revised", format="count")
    return f"{count} earlier {'figure was' if revised == 1 else 'figures were'} revised."


def _parts(manifest: Manifest, place: int) -> list[str]:
    change = manifest.history[place]
    if not (change.pins or change.gone):
        return [element("p", "Every table and contract is as it was.")]
    gone = f"No longer there: {list_words([*map(escape, change.gone)])}." if change.gone else ""
    return [
        _tables(manifest, place) if change.pins else "",
        *(_revisions(manifest, place, at) for at, pin in enumerate(change.pins) if pin.revisions),
        element("p", gone) if gone else "",
    ]


def _tables(manifest: Manifest, place: int) -> str:
    head = ("Table", "Rows", "What changed", "Contract")
    pins = manifest.history[place].pins
    rows = [_table_row(manifest, place, at, pin) for at, pin in enumerate(pins)]
    caption = "What became of each table; one that is as it was is left out"
    table = listing(f"changes-{place}", caption, head, rows, "Rows")
    is_first = manifest.history[place].previous is None  # then every row says the same
    return folded("Every table of it", table) if is_first else table


def _table_row(manifest: Manifest, place: int, at: int, pin: PinChange) -> list[str]:
    path = ("history", place, "pins", at)
    named = element("code", identifier(pin.name)) + element(
        "span", escape(pin.title), class_="mp-subtle"
    )
    counts = [
        f"{fact(manifest, *path, name, format='count')} {thing}{'' if count == 1 else 's'} {done}"
        for name, (thing, done) in COUNTS.items()
        if (count := getattr(pin, name))
    ]
    said = element("span", escape(pin.note), class_="mp-broken") if pin.note else ""
    became = said or ", ".join(counts) or "rows as they were"
    rows = fact(manifest, *path, "rows", format="count")
    return [named, rows, became, _contract(manifest, place, at, pin)]


COUNTS = {
    "added": ("row", "added"),
    "updated": ("row", "updated"),
    "removed": ("row", "removed"),
    "revised": ("figure", "revised"),
}


def _contract(manifest: Manifest, place: int, at: int, pin: PinChange) -> str:
    if pin.is_new:
        return "new table"
    path = ("history", place, "pins", at, "contract")
    said = [fact(manifest, *path, number, format="text") for number in range(len(pin.contract))]
    return "<br>".join(said) or "as it was"


def _revisions(manifest: Manifest, place: int, at: int) -> str:
    pin = manifest.history[place].pins[at]
    rows = [_revision_row(manifest, place, at, number) for number in range(len(pin.revisions))]
    head = ("Where", "Column", "Old", "New")
    caption = f"Revised figures of {pin.name}"
    made = listing(f"revised-{place}-{pin.name}", caption, head, rows, "Old|New")
    if pin.revised == len(pin.revisions):
        return made
    count = fact(manifest, "history", place, "pins", at, "revised", format="count")
    rest = (
        f"These changed most of the {count} revised figures of {element('code', escape(pin.name))}."
    )
    return made + element("p", rest, class_="mp-subtle")


def _revision_row(manifest: Manifest, place: int, at: int, number: int) -> list[str]:
    path = ("history", place, "pins", at, "revisions", number)
    revision = manifest.history[place].pins[at].revisions[number]
    where = [
        f"{escape(plain(name))} {fact(manifest, *path, 'key', name, format='text')}"
        for name in sorted(revision.key, key=lambda name: name != "week")
    ]
    form = exact_format(revision.type)
    return [
        ", ".join(where),
        element("code", identifier(revision.column)),
        fact(manifest, *path, "old", format=form),
        fact(manifest, *path, "new", format=form),
    ]


def plain(column: str) -> str:
    """What a key column is called in a sentence: `store_id` is "store"."""
    return column.removesuffix("_id").replace("_", " ")


def exact_format(kind: ColumnType) -> str:
    """The format that shows every digit of a value of that type."""
    return EXACT[kind]
