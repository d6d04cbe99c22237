"""What a build asks of one source: which columns, up to which moment, and by what right."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import pyarrow as pa

from processing.config_sources import SourceConfig
from processing.credentials import Credentials
from processing.errors import SourceError
from processing.sources.clock import end_of_day
from processing.sources.source import RawType, Source

ARROW: dict[RawType, pa.DataType] = {
    "integer": pa.int64(),
    "number": pa.float64(),
    "text": pa.string(),
    "timestamp": pa.timestamp("us"),
    "date": pa.date32(),
    "boolean": pa.bool_(),
}


@dataclass(frozen=True)
class Bound:
    """A row is of interest when `column` is below `limit`, or at most it, or empty."""

    column: str
    operator: str
    limit: datetime | int


@dataclass(frozen=True)
class Asked:
    """One source as a build wants it. `cache` may be fetched again, `intake` may not.

    `only_ask`: whether it is to be had is all that is of interest; nothing is taken in.
    """

    source: Source
    config: SourceConfig
    root: Path
    cache: Path
    intake: Path
    as_of: date
    timezone: str
    credentials: Credentials
    tell: Callable[[str], None] = print
    only_ask: bool = False

    @property
    def name(self) -> str:
        """The name of the source."""
        return self.source.name

    @property
    def called(self) -> str:
        """What a message calls it."""
        return f"Source {self.name}"

    @property
    def table(self) -> str:
        """Its table in millpond.toml."""
        return f"sources.{self.name}"

    @property
    def parts(self) -> SplitResult:
        """The address, taken apart."""
        return urlsplit(self.config.address)

    @property
    def columns(self) -> list[str]:
        """The columns that tables may use: nothing else is fetched."""
        return [column.name for column in self.source.columns]

    @property
    def schema(self) -> pa.Schema:
        """The declared columns as Arrow types, for sources that bring none of their own."""
        return pa.schema([(column.name, ARROW[column.type]) for column in self.source.columns])

    @property
    def bound(self) -> Bound | None:
        """Up to where the clock lets rows through; None for a source without one."""
        clock = self.source.clock
        if clock is None:
            return None
        if clock.kind == "instant":
            return Bound(clock.column, "<", end_of_day(self.as_of, self.timezone))
        if clock.kind == "day":
            return Bound(clock.column, "<", datetime.combine(self.as_of + timedelta(1), time()))
        assert clock.first_monday is not None
        return Bound(clock.column, "<=", (self.as_of - clock.first_monday).days // 7 + 1)

    @property
    def question(self) -> str:
        """Everything that decides which rows and columns come back, as text."""
        given = self.config
        said = (
            given.address,
            given.table,
            given.query,
            given.format,
            given.endpoint,
            given.first,
            given.empty,
        )
        types = [f"{column.name}: {column.type}" for column in self.source.columns]
        return repr((*said, self.bound, types, self.source.weeks, self.source.feed))

    def credential(self, role: str) -> str | None:
        """The credential that millpond.toml names for a role. ConfigError when it is nowhere."""
        name = self.config.credentials.get(role)
        return self.credentials.get(name) if name else None

    def need_columns(self, there: Iterable[str]) -> None:
        """SourceError that names every declared column which is not there."""
        found = list(there)
        if lacking := [name for name in self.columns if name not in found]:
            raise SourceError(
                f"Source {self.name} has another shape than was declared ({self.shown})",
                found=f"no column {', no column '.join(lacking)}. "
                f"Columns there: {', '.join(found)}",
                expected=", ".join(f"{c.name}: {c.type}" for c in self.source.columns),
                next_step="correct the source, or its declaration in processing/sources",
            )

    def check_sha256(self, found: str) -> None:
        """SourceError when millpond.toml says that the content, file after file, is another."""
        wanted = self.config.sha256
        if wanted and found != wanted.lower():
            raise self.fault(
                "its content is not what was agreed on",
                f"SHA-256 {found}",
                f"SHA-256 {wanted}",
                f"find out what changed; then correct sha256 of [sources.{self.name}]",
            )

    @property
    def shown(self) -> str:
        """The address as it may be told and released: no user, no options, no connection string."""
        parts = self.parts
        if parts.scheme == "odbc":
            return "odbc:" + (f" {self.config.table}" if self.config.table else "")
        kind = f"{parts.scheme}:"
        if kind == "board:" and "://" in parts.path:  # an address after it
            parts = urlsplit(parts.path)
            kind += f"{parts.scheme}:"
        host = parts.netloc.rpartition("@")[2]
        place = kind + (f"//{host}" if host else "") + parts.path
        return f"{place} {self.config.table}" if self.config.table else place

    @property
    def shows(self) -> str:
        """The next step where a server refuses what it is shown: which credentials, and where."""
        named = dict.fromkeys(self.config.credentials.values())
        given = [f"{name} (found in {self.credentials.where(name)})" for name in named]
        return f"correct {', '.join(given)}, or the right to read it" if given else ""

    def fault(
        self, what: str, found: object, expected: str = "", next_step: str = ""
    ) -> SourceError:
        """The one message about what is wrong with this source, without any credential."""
        lines = [line.strip() for line in str(found).splitlines() if line.strip()]
        return SourceError(
            f"Source {self.name}: {what}",
            found=self.credentials.hide(" ".join(lines)) + f" ({self.shown})",
            expected=expected or None,
            next_step=next_step or f"correct [sources.{self.name}] in millpond.toml",
        )
