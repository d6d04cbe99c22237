"""One answer of a feed in Open-Meteo's form, as rows of the declared columns; or no answer."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from processing.errors import SourceError
from processing.sources.asked import Asked
from processing.sources.source import Feed, FeedColumn
from processing.sources.typed import typed

Row = list[Any]


def feed_of(asked: Asked) -> Feed:
    """How the source is had from a feed; without a word on that, column by column."""
    key = asked.source.key
    return asked.source.feed or Feed(time=key[0] if key else "time")


def check(asked: Asked, content: bytes, first: date, last: date) -> date:
    """The last day with a value for each place, in an answer that was asked for these days.

    SourceError for anything but data of each of these days and places, in the declared types.
    """
    places = _places(asked, content)
    typed(asked, asked.schema, [row for rows in places for row in rows]).read_all()
    time = asked.columns.index(feed_of(asked).time)
    days = [first + timedelta(n) for n in range((last - first).days + 1)]
    for rows in places:
        there = {str(row[time])[:10] for row in rows}
        if lacking := [str(day) for day in days if str(day) not in there]:
            raise asked.fault(
                "the answer lacks days that were asked for",
                f"{len(lacking)} of them, the first {lacking[0]}",
                f"every day from {first} to {last}, without a value where none is known yet",
                "run again later; what was fetched before is kept",
            )
    known = [_known(asked, rows) for rows in places]
    ends = [date.fromisoformat(str(rows[-1][time])[:10]) if rows else None for rows in known]
    return min(end or first - timedelta(1) for end in ends)


def known_rows(asked: Asked, content: bytes) -> list[Row]:
    """The rows of an answer, place after place, up to the last one with a value."""
    return [row for rows in _places(asked, content) for row in _known(asked, rows)]


def _known(asked: Asked, rows: list[Row]) -> list[Row]:
    """An archive answers for times that it has no value for yet: those at the end are left out."""
    feed = feed_of(asked)
    named = [n for n, name in enumerate(asked.columns) if name not in (feed.time, feed.place)]
    length = len(rows)
    while length and all(rows[length - 1][place] is None for place in named):
        length -= 1
    return rows[:length]


def _places(asked: Asked, content: bytes) -> list[list[Row]]:
    """The rows of each place: one answer where one is asked for, a list of them for more."""
    feed = feed_of(asked)
    try:
        said = json.loads(content)
    except ValueError:
        raise _no_data(asked, content) from None
    answers = said if isinstance(said, list) else [said]
    places = list(feed.places) or [""]
    if all(map(_block, answers)) and len(answers) != len(places):
        raise asked.fault(
            "the answer is not about the places that were asked for",
            f"{len(answers)} of them",
            f"{len(places)}: {', '.join(places)}",
            "write {latitude} and {longitude} into the address",
        )
    return [_rows(asked, *pair, content) for pair in zip(places, answers, strict=False)]


def _rows(asked: Asked, place: str, one: Any, content: bytes) -> list[Row]:
    feed = feed_of(asked)
    name = _block(one)
    if name is None:
        raise _no_data(asked, content)
    block: dict[str, list[Any]] = one[name]
    if not block["time"]:
        raise asked.fault("the answer is empty", "no time", "a row for each time")
    theirs = {column: _their(feed, column).name for column in asked.columns if column != feed.place}
    values = {ours: block[their] for ours, their in theirs.items() if their in block}
    values[feed.place] = [place] * len(block["time"])
    asked.need_columns(values)
    _check_said(asked, feed, one, one.get(f"{name}_units"))
    return list(map(list, zip(*(values[column] for column in asked.columns), strict=True)))


def _block(one: Any) -> str | None:
    """The part with the columns: lists of one length, one of them the times."""
    if isinstance(one, dict):
        for name, block in one.items():
            if isinstance(block, dict) and isinstance(block.get("time"), list):
                lengths = {len(v) if isinstance(v, list) else None for v in block.values()}
                return name if len(lengths) == 1 and None not in lengths else None
    return None


def _their(feed: Feed, column: str) -> FeedColumn:
    """What the feed calls a declared column."""
    return feed.columns.get(column) or FeedColumn("time" if column == feed.time else column)


def _check_said(asked: Asked, feed: Feed, one: dict[str, Any], units: Any) -> None:
    """SourceError when the answer says another unit than was declared, or another time zone."""
    said = units if isinstance(units, dict) else {}
    for ours, column in feed.columns.items():
        if column.unit and said.get(column.name) != column.unit:
            raise asked.fault(
                f"the answer has {ours} in another unit",
                said.get(column.name, "none said"),
                column.unit,
                "ask for that unit in the address, such as precipitation_unit=inch",
            )
    if one.get("utc_offset_seconds"):
        raise asked.fault(
            "the answer has times of a time zone",
            f"{one['utc_offset_seconds']} seconds from UTC",
            "times in UTC",
            "take `timezone` out of the address",
        )


def _no_data(asked: Asked, content: bytes) -> SourceError:
    start = content[:80].decode("utf-8", errors="replace")
    return asked.fault(
        "the answer is not data in the form of a feed",
        " ".join(start.split()),
        'JSON with columns of one length, as {"hourly": {"time": […], …}}',
        "look at the address in a browser; what was fetched before is kept",
    )
