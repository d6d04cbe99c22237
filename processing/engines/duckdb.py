"""DuckDB as the engine: embedded, lazy, and bounded in memory. The only importer of duckdb."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import duckdb
import narwhals as nw
import pyarrow as pa

from processing.config import EngineConfig
from processing.contracts.frames import LazyFrame
from processing.errors import ConfigError, MillpondError, SourceError
from processing.sources.location import Location

# Weeks are computed together up to this size of their files, which bounds what must be held at
# once. Eight times as much took twice the memory and no less time (docs/performance.md).
BATCH_BYTES = 32 * 1024 * 1024
# What it says of a disk that is full: at once, and where another program filled it meanwhile.
NO_ROOM = ("failed to offload", "No space left on device")


class DuckDB:
    """An in-memory DuckDB that spills to disk above its memory limit and fetches no extension."""

    name = "duckdb"
    version = duckdb.__version__
    batch_bytes = BATCH_BYTES

    def __init__(self, config: EngineConfig, spill: Path | None = None) -> None:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": config.memory_limit,
            "autoinstall_known_extensions": False,
            "preserve_insertion_order": False,  # the declared sort gives the order
        }
        self._spill = str(spill) if spill else None
        if spill:  # otherwise in the folder that the command was started in
            spill.parent.mkdir(parents=True, exist_ok=True)  # DuckDB makes one folder, not two
            settings["temp_directory"] = str(spill)
        if config.threads:
            settings["threads"] = config.threads
        try:
            self.connection = duckdb.connect(config=settings)
        except duckdb.Error as error:
            raise ConfigError(
                "DuckDB refuses the settings of [engine]",
                found=str(error),
                next_step="correct engine.memory_limit or engine.threads in millpond.toml",
            ) from error

    def scan(self, name: str, location: Location) -> LazyFrame:
        """A lazy relation over the files; only the schema is read now."""
        files = [str(file) for file in location.files]
        read = getattr(self.connection, f"read_{location.format}")
        # A week that lies in a folder of its own is named there and nowhere else.
        options = {"hive_partitioning": True} if location.weeks else {}
        try:
            return cast("LazyFrame", nw.from_native(read(files, **options)))
        except duckdb.Error as error:
            raise _source_error(f"Source {name} cannot be read", location.address, error) from error

    def take(self, table: pa.Table) -> LazyFrame:
        """The Arrow table as a relation, without a copy."""
        return nw.from_native(self.connection.from_arrow(table))

    def collect(self, name: str, frame: LazyFrame) -> pa.Table:
        """Run the query behind `frame`.

        ConfigError when the memory limit holds none of it, or the disk not what is above the limit.
        """
        try:
            return frame.collect("pyarrow").to_native()
        except duckdb.Error as error:
            raise self._said(name, error) from error

    def _said(self, name: str, error: duckdb.Error) -> MillpondError:
        text = str(error)
        if any(words in text for words in NO_ROOM) or (self._spill and self._spill in text):
            return _no_room(name, self._spill or "the folder it was started in", error)
        if isinstance(error, duckdb.OutOfMemoryException):
            return _no_memory(name, error)
        return _source_error(f"Table {name} cannot be computed", None, error)


def _no_room(name: str, folder: str, error: duckdb.Error) -> ConfigError:
    """For a disk that is full: nothing is wrong with the source, nor with the limit."""
    return ConfigError(
        f"Table {name} needs more room on the disk than it gets",
        found=_first_line(error),
        expected=f"room in {folder} for what is above engine.memory_limit",
        next_step="make room there, let the folder be a link to one on a larger disk, or raise "
        "engine.memory_limit in millpond.toml",
    )


def _no_memory(name: str, error: duckdb.Error) -> ConfigError:
    return ConfigError(
        f"Table {name} does not fit into engine.memory_limit",
        found=_first_line(error),
        expected="room for what cannot be spilled to disk; 600MB did for 150 million lines",
        next_step="raise engine.memory_limit in millpond.toml, or lower engine.threads",
    )


def _source_error(what: str, address: str | None, error: duckdb.Error) -> SourceError:
    return SourceError(
        what,
        found=_first_line(error) + (f" ({address})" if address else ""),
        expected="files whose content has the declared format and types",
        next_step="mend the source, or its address in millpond.toml",
    )


def _first_line(error: duckdb.Error) -> str:
    return str(error).strip().splitlines()[0]
