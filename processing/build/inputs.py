"""The raw inputs of a build: located, hashed, checked for their shape, and limited by the clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from types import FunctionType

import msgspec
import narwhals as nw

from processing.board.manifest import Manifest, SourceEntry
from processing.build.fingerprint import code_hash, short_hash
from processing.config import Config
from processing.contracts.frames import LazyFrame
from processing.engines.engine import Engine
from processing.errors import ConfigError
from processing.sources import clock
from processing.sources.location import Location, locate
from processing.sources.retail import SOURCES
from processing.sources.shape import declared_columns
from processing.sources.source import Source


@dataclass(frozen=True)
class Input:
    """A source where it was found, and the hash of what it holds."""

    source: Source
    location: Location
    sha256: str

    def fingerprint(self, as_of: date, timezone: str) -> str:
        """What a table depends on when it reads this source on that day."""
        declared = msgspec.json.encode(self.source, order="sorted").decode()
        if self.source.clock is None:
            return short_hash(self.sha256, declared)
        assert isinstance(clock.visible, FunctionType)
        seen = (as_of.isoformat(), timezone, code_hash(clock.visible))
        return short_hash(self.sha256, declared, *seen)


def find_inputs(config: Config, names: tuple[str, ...]) -> dict[str, Input]:
    """Locate and hash the named sources. SourceError for the first that is not there."""
    found = {}
    for name in names:
        location = locate(name, config.sources[name].address, config.root)
        found[name] = Input(SOURCES[name], location, location.sha256())
    return found


def check_declared(config: Config) -> None:
    """ConfigError when millpond.toml names a source whose columns nobody declared."""
    unknown = sorted(set(config.sources) - set(SOURCES))
    if unknown:
        raise ConfigError(
            f"millpond.toml names sources that are not declared: {', '.join(unknown)}",
            expected="one of " + ", ".join(SOURCES),
            next_step="declare the source's columns in processing/sources/retail.py",
        )


def scan_inputs(
    config: Config, engine: Engine, inputs: dict[str, Input], as_of: date
) -> dict[str, LazyFrame]:
    """The rows that the clock lets through, not loaded. SourceError for another shape."""
    frames = {}
    for name, given in inputs.items():
        raw = engine.scan(name, given.location)
        frame = declared_columns(given.source, raw, given.location.address)
        rule = given.source.clock
        frames[name] = clock.visible(frame, rule, as_of, config.timezone) if rule else frame
    return frames


def describe_inputs(
    engine: Engine, inputs: dict[str, Input], frames: dict[str, LazyFrame]
) -> tuple[SourceEntry, ...]:
    """What the release says about each source; counts the rows that the clock lets through."""
    return tuple(_describe(engine, given, frames[name]) for name, given in sorted(inputs.items()))


def known_inputs(
    previous: Manifest | None, inputs: dict[str, Input], as_of: date
) -> tuple[SourceEntry, ...] | None:
    """The descriptions of the previous release, if the same data was seen on the same day."""
    if previous is None or previous.as_of != as_of.isoformat():
        return None
    before = {entry.name: (entry.sha256, entry.address) for entry in previous.sources}
    now = {name: (i.sha256, i.location.address) for name, i in inputs.items()}
    return previous.sources if before == now else None


def _describe(engine: Engine, given: Input, frame: LazyFrame) -> SourceEntry:
    """One source in numbers: rows seen, first and last day where rows have one."""
    counts = {"rows": nw.len()}
    source = given.source
    if source.clock and source.clock.kind == "instant":
        counts |= {"first": nw.col("sale_date").min(), "last": nw.col("sale_date").max()}
    row = engine.collect(source.name, frame.select(**counts)).to_pylist()[0]
    first, last = row.get("first"), row.get("last")
    return SourceEntry(
        name=source.name,
        address=given.location.address,
        title=source.title,
        licence=source.licence,
        origin=source.origin,
        sha256=given.sha256,
        bytes=given.location.bytes,
        rows=row["rows"],
        updated=source.updated,
        caveat=source.caveat,
        first_date=first.isoformat() if first else None,
        last_date=last.isoformat() if last else None,
    )
