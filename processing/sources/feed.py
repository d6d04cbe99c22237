"""A public feed in the form of Open-Meteo: asked only for what is new, every answer kept."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from processing.errors import ConfigError
from processing.sources.asked import Asked
from processing.sources.feed_answer import Row, check, feed_of, known_rows
from processing.sources.intake import take_in
from processing.sources.keep import about, keep, kept
from processing.sources.location import Location
from processing.sources.typed import typed
from processing.web import Web

FIRST, LAST = "{first}", "{last}"
PLACES = ("{latitude}", "{longitude}")  # of every place, with commas between
# Open-Meteo's archive revises its newest days: they are asked for again until they are this old.
REVISED_DAYS = 7
MAX_DAYS = 366  # in one request


@dataclass(frozen=True)
class Span:
    """Days from first to last, both included."""

    first: date
    last: date

    def __str__(self) -> str:
        return f"{self.first:%Y-%m-%d}_{self.last:%Y-%m-%d}"


@dataclass(frozen=True)
class Answered:
    """The days that were asked for, and the last of them that had a value."""

    asked: Span
    known: date


def locate(asked: Asked) -> Location:
    """One row per time, the newest answer for each, as files; nothing is asked for twice a day."""
    feed = feed_of(asked)
    first = asked.config.first or feed.first
    if first is None or not all(part in asked.config.address for part in _needed(asked)):
        raise ConfigError(
            f"Source {asked.name}: a feed is asked for days"
            + (" and places" if feed.places else ""),
            found=asked.shown,
            expected=f"first = 2017-01-01, and {', '.join(_needed(asked))} in the address",
            next_step=f"correct [sources.{asked.name}] in millpond.toml",
        )
    if asked.only_ask:
        _ask(asked, Span(first, first))
        return Location(asked.shown, (), "parquet")
    last = min(asked.as_of, feed.last or asked.as_of)
    for span in spans([answered(path) for path in _parts(asked)], first, last):
        _fetch(asked, span)
    parts = [path for path in _parts(asked) if answered(path).asked.first <= asked.as_of]
    mark = hashlib.sha256(repr([path.name for path in parts]).encode()).hexdigest()
    return take_in(asked, lambda: mark, lambda: typed(asked, asked.schema, _rows(asked, parts)))


def _needed(asked: Asked) -> tuple[str, ...]:
    """What the address must say, to be filled in."""
    return (FIRST, LAST, *(PLACES if feed_of(asked).places else ()))


def spans(held: Sequence[Answered], first: date, last: date) -> list[Span]:
    """What to ask for: the days after the watermark, and before it those that are still revised.

    Nothing when the last day was asked for already. Days that had no value then are asked for
    again, however long the feed is late.
    """
    if held:
        watermark = max(each.asked.last for each in held)
        if watermark >= last:
            return []
        known = max(each.known for each in held)
        first = max(first, min(watermark, known) - timedelta(REVISED_DAYS - 1))
    found = []
    while first <= last:
        end = min(last, first + timedelta(MAX_DAYS - 1))
        found.append(Span(first, end))
        first = end + timedelta(1)
    return found


def answered(path: Path) -> Answered:
    """What a kept answer was asked for and knew."""
    first, last, known, _ = about(path).split("_")
    asked = Span(date.fromisoformat(first), date.fromisoformat(last))
    return Answered(asked, date.fromisoformat(known))


def _parts(asked: Asked) -> list[Path]:
    """The kept answers of this address, oldest first; those of another one stay where they are."""
    return [path for path in kept(asked) if about(path).endswith(f"_{_tag(asked)}")]


def _tag(asked: Asked) -> str:
    return hashlib.sha256(_address(asked).encode()).hexdigest()[:8]


def _fetch(asked: Asked, span: Span) -> None:
    """Ask for these days and keep the answer, once it is known to be one."""
    content, known = _ask(asked, span)
    keep(asked, content, ".json", f"{span}_{known}_{_tag(asked)}")


def _ask(asked: Asked, span: Span) -> tuple[bytes, date]:
    """What the feed answers for these days, if it is an answer, and the last day it knows."""
    address = _address(asked)
    url = address.replace(FIRST, str(span.first)).replace(LAST, str(span.last))
    content = io.BytesIO()
    with closing(Web(asked, url)) as web:
        web.into(content)
    return content.getvalue(), check(asked, content.getvalue(), span.first, span.last)


def _address(asked: Asked) -> str:
    """The address with its places, for days still to be filled in."""
    address = asked.config.address.removeprefix("feed+")
    for name, values in zip(
        PLACES, zip(*feed_of(asked).places.values(), strict=True), strict=False
    ):
        address = address.replace(name, ",".join(map(str, values)))
    return address


def _rows(asked: Asked, parts: Sequence[Path]) -> Iterator[Row]:
    """Every time of a place once, as the newest answer has it, in order."""
    feed = feed_of(asked)
    key = [asked.columns.index(name) for name in (feed.place, feed.time) if name]
    found: dict[tuple[str, ...], Row] = {}
    for path in parts:
        rows = known_rows(asked, path.read_bytes())
        found |= {tuple(str(row[place]) for place in key): row for row in rows}
    yield from (found[each] for each in sorted(found))
