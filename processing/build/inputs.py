"""The raw inputs of a build: located, hashed, checked for their shape, and limited by the clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from types import FunctionType

import msgspec
import narwhals as nw

from processing.build.fingerprint import code_hash, short_hash
from processing.build.graph import Graph
from processing.config import Config
from processing.config_sources import SampleConfig
from processing.contracts.frames import LazyFrame
from processing.engines.engine import Engine
from processing.errors import ConfigError
from processing.nearest import one_of
from processing.sources import clock
from processing.sources.asked import Asked
from processing.sources.find import find, need_credentials
from processing.sources.hashes import Hashes
from processing.sources.location import Location
from processing.sources.registry import load_sources
from processing.sources.shape import declared_columns, with_empty_typed
from processing.sources.source import Source

TOLD = ("origin", "licence", "updated")  # what differs by where a source is had from


@dataclass(frozen=True)
class Input:
    """A source where it was found, as it is seen on a day; hashed when that is asked for."""

    source: Source
    location: Location
    hashes: Hashes
    as_of: date
    timezone: str

    @cached_property
    def sha256(self) -> str:
        """A hash of everything the source holds, seen or not."""
        return self.hashes.of(self.location.files)

    @cached_property
    def fingerprint(self) -> str:
        """What a table depends on when it reads all that can be seen of this source."""
        return short_hash(self.sha256, *self._seen(self.as_of))

    @cached_property
    def weeks(self) -> dict[int, str]:
        """For each week that can be seen, what its part of a table depends on.

        Weeks in folders of their own are hashed by themselves. Once its last day can be seen, a
        week no longer depends on the day.
        """
        weeks = self.source.weeks
        if weeks is None:
            return {}
        last, files = weeks.of(self.as_of), self.location.weeks
        known = sorted(files) if files else range(1, last + 1)
        return {
            week: short_hash(
                self.hashes.of(files[week]) if files else self.sha256,
                *self._seen(min(self.as_of, weeks.last_day(week))),
            )
            for week in known
            if week <= last
        }

    def _seen(self, day: date) -> tuple[str, ...]:
        """The declaration of the source and, where it has a clock, the day and the clock's code.

        And the format, where millpond.toml alone tells it.
        """
        declared = msgspec.json.encode(self.source.data, order="sorted").decode()
        said = (declared, *self.location.unnamed)
        if self.source.clock is None:
            return said
        assert isinstance(clock.visible, FunctionType)
        return (*said, day.isoformat(), self.timezone, code_hash(clock.visible))

    def scan(self, engine: Engine, weeks: Iterable[int] | None = None) -> LazyFrame:
        """The rows that the clock lets through, of all weeks or of some, not loaded.

        Raises SourceError when the source has another shape than was declared.
        """
        frame = self._of_weeks(engine, weeks)
        if self.source.clock is None:
            return frame
        return clock.visible(frame, self.source.clock, self.as_of, self.timezone)

    def undated(self, engine: Engine, weeks: Iterable[int] | None = None) -> LazyFrame:
        """The rows of `scan` without their local date, which takes time and not all work needs."""
        frame = self._of_weeks(engine, weeks)
        return frame if self.source.clock is None else frame.filter(self._is_seen())

    def unplaced(self, engine: Engine, weeks: Iterable[int] | None = None) -> LazyFrame:
        """The rows that no week's scan gives: without a day, or with a week that cannot be seen.

        Where weeks lie in folders of their own, only those of `weeks` are looked into.
        """
        source = self.source
        assert source.clock
        lost = nw.col(source.clock.column).is_null()
        if source.weeks:
            week = nw.col(source.weeks.column)
            strange = week.is_null() | (week < 1) | (week > source.weeks.of(self.as_of))
            lost = lost | (strange & self._is_seen())
        return self._declared(engine, weeks).filter(lost)

    def _is_seen(self) -> nw.Expr:
        assert self.source.clock
        return clock.is_seen(self.source.clock, self.as_of, self.timezone)

    def _of_weeks(self, engine: Engine, weeks: Iterable[int] | None) -> LazyFrame:
        """The declared columns of some weeks or of all, seen or not."""
        wanted = None if weeks is None or self.source.weeks is None else sorted(weeks)
        frame = self._declared(engine, wanted)
        if wanted is None or self.source.weeks is None:
            return frame
        return frame.filter(nw.col(self.source.weeks.column).is_in(wanted))

    def _declared(self, engine: Engine, weeks: Iterable[int] | None) -> LazyFrame:
        """The declared columns of all files, or of those that hold some weeks."""
        location = self.location
        if weeks is not None and location.weeks:
            held = [f for week in sorted(weeks) for f in location.weeks.get(week, ())]
            # Another source may have weeks that this one lacks: any file then gives the columns,
            # and no row of it is of a week that was asked for.
            location = location.only(held or location.files[:1])
        name = self.source.name
        raw = engine.scan(name, location)
        if location.format != "parquet":
            raw = with_empty_typed(self.source, raw, lambda frame: engine.collect(name, frame))
        return declared_columns(self.source, raw, location.address)


def as_had(source: Source, address: str) -> Source:
    """The declaration, with the words of the feed where the source is had from one."""
    feed = source.feed
    if feed is None or not address.startswith("feed+"):
        return source
    told = {name: getattr(feed, name) or getattr(source, name) for name in TOLD}
    return msgspec.structs.replace(source, **told)


def with_sample(source: Source, sample: SampleConfig | None) -> Source:
    """The declaration, with a word to the reader where only a sample is read."""
    if sample is None:
        return source
    from processing.sources.sample import in_words

    words = f"{source.caveat} {in_words(sample)}".strip()
    return msgspec.structs.replace(source, caveat=words)


def check_samples(config: Config, graph: Graph) -> None:
    """ConfigError when a table that counts would be made from a sample, directly or by others."""
    sampled = {name for name, source in config.sources.items() if source.sample}
    wrong = []
    for name, table in graph.tables.items():
        if sampled & set(table.inputs):
            sampled.add(name)  # tables come after what they read
            if not table.contract.from_sample:
                wrong.append(name)
    if wrong:
        names = ", ".join(name for name in config.sources if name in sampled)
        raise ConfigError(
            f"Tables that count cannot be made from a sample ({names})",
            found=", ".join(wrong),
            expected="tables whose contract says from_sample=True: shares, averages, models",
            next_step="take `sample` away in millpond.toml, or let these tables read all rows",
        )


def find_inputs(
    config: Config,
    names: Iterable[str],
    as_of: date,
    hashes: Hashes,
    environment: Mapping[str, str],
    tell: Callable[[str], None],
) -> dict[str, Input]:
    """Find the named sources, and take in those that lie elsewhere.

    ConfigError for credentials that are missing, before anything is asked for; SourceError for the
    first source that is not there.
    """
    credentials = need_credentials(config, names := list(names), environment)
    declared = load_sources(config.declarations, config.root)
    return {
        name: Input(
            with_sample(
                as_had(declared[name], config.sources[name].address), config.sources[name].sample
            ),
            find(
                Asked(
                    declared[name],
                    config.sources[name],
                    config.root,
                    config.cache_path / "sources",
                    config.intake_path,
                    as_of,
                    config.timezone,
                    credentials,
                    tell,
                )
            ),
            hashes,
            as_of,
            config.timezone,
        )
        for name in names
    }


def check_declared(config: Config) -> None:
    """ConfigError when millpond.toml names a source whose columns nobody declared."""
    declared = load_sources(config.declarations, config.root)
    unknown = sorted(set(config.sources) - set(declared))
    if unknown:
        raise ConfigError(
            f"millpond.toml names sources that are not declared: {', '.join(unknown)}",
            expected=one_of(unknown, declared),
            next_step=f"declare its columns in {config.declarations[-1]}, "
            "or name the module that does under `declarations` in millpond.toml",
        )
