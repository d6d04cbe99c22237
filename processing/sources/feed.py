"""A public feed in the form of Open-Meteo: asked only for what is new, every answer kept."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from processing.errors import ConfigError
from processing.sources.asked import Asked
from processing.sources.intake import take_in
from processing.sources.keep import about, keep, kept
from processing.sources.location import Location
from processing.sources.typed import typed
from processing.web import Web

FIRST, LAST = "{first}", "{last}"
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


def locate(asked: Asked) -> Location:
    """One row per time, the newest answer for each, as files; nothing is asked for twice a day."""
    first = asked.config.first
    if first is None or FIRST not in asked.config.address or LAST not in asked.config.address:
        raise ConfigError(
            f"Source {asked.name}: a feed is asked for days",
            expected=f"first = 2017-01-01, and {FIRST} and {LAST} in the address",
            next_step=f"correct [sources.{asked.name}] in millpond.toml",
        )
    if asked.only_ask:
        return _try(asked, first)
    for span in spans([span_of(path) for path in kept(asked)], first, asked.as_of):
        _fetch(asked, span)
    parts = [path for path in kept(asked) if span_of(path).first <= asked.as_of]
    mark = hashlib.sha256(repr([path.name for path in parts]).encode()).hexdigest()
    return take_in(asked, lambda: mark, lambda: typed(asked, asked.schema, _rows(asked, parts)))


def _try(asked: Asked, first: date) -> Location:
    """Ask for one day and keep nothing."""
    with closing(Web(asked, _url(asked, Span(first, first)))) as web:
        content = io.BytesIO()
        web.into(content)
    list(_times(asked, content.getvalue()))
    return Location(asked.shown, (), "parquet")


def spans(held: list[Span], first: date, last: date) -> list[Span]:
    """What to ask for: the days after the watermark, and before it those that are still revised.

    Nothing when the last day was asked for already.
    """
    watermark = max((span.last for span in held), default=None)
    if watermark is not None:
        if watermark >= last:
            return []
        first = max(first, watermark - timedelta(REVISED_DAYS - 1))
    found = []
    while first <= last:
        end = min(last, first + timedelta(MAX_DAYS - 1))
        found.append(Span(first, end))
        first = end + timedelta(1)
    return found


def span_of(path: Path) -> Span:
    """The days that a kept answer was asked for."""
    first, last = about(path).split("_")
    return Span(date.fromisoformat(first), date.fromisoformat(last))


def _fetch(asked: Asked, span: Span) -> None:
    """Ask for these days and keep the answer, once it is known to be one."""
    content = io.BytesIO()
    with closing(Web(asked, _url(asked, span))) as web:
        web.into(content)
    rows = list(_times(asked, content.getvalue()))
    typed(asked, asked.schema, rows).read_all()
    keep(asked, content.getvalue(), ".json", str(span))


def _url(asked: Asked, span: Span) -> str:
    address = asked.config.address.removeprefix("feed+")
    return address.replace(FIRST, span.first.isoformat()).replace(LAST, span.last.isoformat())


def _times(asked: Asked, content: bytes) -> Iterator[list[Any]]:
    """The rows of one answer. SourceError for anything but columns of one length."""
    try:
        said = json.loads(content)
        block = next(b for b in said.values() if isinstance(b, dict) and _is_list(b.get("time")))
        if all(map(_is_list, block.values())):
            asked.need_columns(block)
            columns = [block[name] for name in asked.columns]
            yield from map(list, zip(*columns, strict=True))
            return
    except (ValueError, AttributeError, StopIteration):
        pass
    start = content[:80].decode("utf-8", errors="replace")
    raise asked.fault(
        "the answer is not data in the form of a feed",
        " ".join(start.split()),
        'JSON with columns of one length, as {"hourly": {"time": […], …}}',
        "look at the address in a browser; what was fetched before is kept",
    )


def _rows(asked: Asked, parts: list[Path]) -> Iterator[list[Any]]:
    """Every time once, as the newest answer has it, in order."""
    time = asked.columns.index(asked.source.key[0] if asked.source.key else "time")
    found = {row[time]: row for path in parts for row in _times(asked, path.read_bytes())}
    yield from (found[key] for key in sorted(found))


def _is_list(value: object) -> bool:
    return isinstance(value, list)
