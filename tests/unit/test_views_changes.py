"""What changed, on the page and for programs; and notices of what is late."""

from __future__ import annotations

import json
from typing import Any

import feedparser
import msgspec
import pytest
from lxml import etree, html

from processing.board.changes import PinChange, ReleaseChange, Revision
from processing.board.manifest import Manifest
from processing.site.finishing.feed import changes_atom, changes_json
from processing.views import changes
from processing.views.fact import fact
from processing.views.html import Fragment
from processing.views.late import late_notice
from processing.views.release_note import overdue_from, release_note
from tests.unit.pins import entry_of, manifest_of

NASTY = '<script>x</script>{{< env HOME >}}\u202e=1+1"'
RISEN = Revision(
    key={"week": "40", "store_id": "367"},
    column="sales_usd",
    type="usd",
    old="1234.50",
    new="1235.00",
)
CHANGED = PinChange(
    name="sales",
    title="Sales",
    version="20261121T204500Z-abcde",
    rows=1200,
    bytes=9,
    rows_before=1100,
    added=100,
    updated=3,
    revised=12,
    revisions=(RISEN,),
    contract=("column lines added",),
)
FIRST = ReleaseChange(
    release="20261120T204500Z-0badcafe",
    created_at="2026-11-20T20:45:00+00:00",
    as_of="2017-11-20",
    previous=None,
)


def history(*pins: PinChange, **more: Any) -> Manifest:
    change = ReleaseChange(
        release="20261121T204500Z-0badcafe",
        created_at="2026-11-21T20:45:00+00:00",
        as_of="2017-11-21",
        previous=FIRST.release,
        revised=sum(pin.revised for pin in pins),
        pins=pins,
        **more,
    )
    return manifest_of(entry_of("sales", ("week",), (), 3), history=(change, FIRST))


def text(made: Fragment | str) -> str:
    markup = made.html if isinstance(made, Fragment) else made
    return " ".join(str(html.fromstring(f"<div>{markup}</div>").text_content()).split())


def test_a_release_is_told_in_words_then_by_table_then_by_value() -> None:
    said = text(changes.latest(history(CHANGED, weeks_begun=(47, 48), weeks_ended=(46,))))
    assert "Data now reach 21 November 2017; weeks 47 and 48 have begun; week 46 has ended." in said
    assert "12 earlier figures were revised." in said
    assert "salesSales1,200100 rows added, 3 rows updated, 12 figures revised" in said
    assert "week 40, store 367sales_usd$1,234.50$1,235.00" in said
    assert "These changed most of the 12 revised figures of sales." in said
    assert "column lines added" in said


def test_a_release_that_changed_nothing_says_so() -> None:
    said = text(changes.latest(history()))
    assert "No earlier figure was revised." in said
    assert "Every table and contract is as it was." in said


def test_an_earlier_release_is_folded_and_the_first_says_that_it_is() -> None:
    said = text(changes.earlier(history()))
    assert said.startswith("20 November 2026, 20:45 UTC: Data to 20 November 2017.")
    assert "The first release that is known: all of it is new." in said


def test_a_release_of_an_earlier_version_has_nothing_to_tell() -> None:
    assert "the next one will" in text(changes.latest(manifest_of()))
    assert text(changes.earlier(manifest_of())) == "None is known."


def test_a_fact_carries_its_place_its_raw_value_and_its_text() -> None:
    made = fact(history(CHANGED), "history", 0, "pins", 0, "revisions", 0, "old", format="usd2")
    assert made == (
        '<data value="1234.50" class="mp-fact" data-path="/history/0/pins/0/revisions/0/old" '
        'data-format="usd2">$1,234.50</data>'
    )
    with pytest.raises(KeyError, match="/history/7 is not in the manifest"):
        fact(history(), "history", 7, format="count")


def feed_of(manifest: Manifest, address: str | None = None) -> bytes:
    return changes_atom("Pond & Co", manifest, "changes.html", address)


ATOM = "{http://www.w3.org/2005/Atom}"


def test_the_feed_holds_what_the_standard_asks_for() -> None:
    """RFC 4287, 4.1.1 and 4.1.2: one id, title and updated each, an author, a link, a content."""
    content = feed_of(history(CHANGED))
    feed = etree.fromstring(content)
    assert feed.tag == f"{ATOM}feed"
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == 2
    for part in (feed, *entries):
        for name in ("id", "title", "updated"):
            assert len(part.findall(f"{ATOM}{name}")) == 1
        assert part.find(f"{ATOM}id").text.startswith("urn:uuid:")
    assert feed.find(f"{ATOM}author/{ATOM}name").text == "Pond & Co"
    read = feedparser.parse(content)
    assert (read.bozo, read.version) == (False, "atom10")
    assert all(entry.updated_parsed for entry in read.entries)
    assert "week 40, store 367: sales_usd $1,234.50 → $1,235.00" in read.entries[0].content[0].value


def test_an_entry_keeps_its_id_and_links_are_absolute_where_the_address_is_known() -> None:
    here, there = (
        etree.fromstring(feed_of(history(CHANGED), address))
        for address in (None, "https://a.org/b")
    )
    ids = [[e.text for e in feed.iterfind(f"{ATOM}entry/{ATOM}id")] for feed in (here, there)]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 2
    hrefs = [[link.get("href") for link in feed.iter(f"{ATOM}link")] for feed in (here, there)]
    assert hrefs[0][:2] == ["changes.html", "changes.html#release-20261121T204500Z-0badcafe"]
    assert hrefs[1][:2] == ["https://a.org/b/changes.html", "https://a.org/b/changes.xml"]
    assert b"xml:base" not in etree.tostring(here)


def test_text_from_data_is_inert_in_page_feed_and_json() -> None:
    revision = msgspec.structs.replace(RISEN, type="string", key={"name": NASTY}, new=NASTY)
    pin = msgspec.structs.replace(CHANGED, revisions=(revision,), contract=(NASTY,))
    manifest = history(pin)
    page = changes.latest(manifest).html
    assert "<script" not in page
    assert "{{<" not in page
    assert "\u202e" not in page
    read = feedparser.parse(feed_of(manifest))
    assert not read.bozo
    assert read.entries[0].content[0].type == "text/plain"
    assert "\u202e" not in read.entries[0].content[0].value
    data = json.loads(changes_json("Pond", manifest))
    assert data["releases"][0]["pins"][0]["revisions"][0]["new"] == NASTY


def test_the_note_of_each_page_leads_to_what_changed() -> None:
    manifest = history()
    assert "What changed" not in text(release_note(manifest))
    said = text(release_note(manifest, told=True))
    assert "No earlier figure was revised. What changed, release by" in said


def test_a_release_is_overdue_when_its_next_update_is_a_period_late() -> None:
    """By when it was made, whatever year a replay clock shows."""
    manifest = manifest_of(entry_of("sales", ("week",), (), 3), clock="replay")
    assert overdue_from(manifest).isoformat() == "2026-11-23T20:45:00+00:00"
    note = html.fromstring(release_note(manifest).html)
    assert note.get("data-next-update") == "2026-11-22"
    assert note.get("data-overdue-from") == "2026-11-23T20:45:00+00:00"
    assert note.find(".//time[@datetime='2026-11-22']") is not None


@pytest.mark.parametrize(
    ("last", "says"),
    [
        ("2017-11-21", None),
        ("2017-11-19", "Data on this page are late: sales reaches to 19 November 2017"),
        ("2017-11-10", "Data on this page are too late to rely on: sales reaches to 10 November"),
    ],
)
def test_a_page_says_which_of_its_data_came_late(last: str, says: str | None) -> None:
    manifest = manifest_of(entry_of("sales", ("week",), (), 3))
    source = msgspec.structs.replace(manifest.sources[0], last_date=last)
    manifest = msgspec.structs.replace(manifest, sources=(source,))
    notice = late_notice(manifest, {"sales"})
    assert notice is None if says is None else text(notice or "").startswith(says)
    assert late_notice(manifest, {"other"}) is None
