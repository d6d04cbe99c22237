"""What an engine must do: scan files lazily, take in a small table, and compute a result."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

import pyarrow as pa

from processing.config import EngineConfig
from processing.contracts.frames import LazyFrame
from processing.engines.spark_needs import check_spark
from processing.sources.location import Location

ENGINES = {
    "duckdb": "processing.engines.duckdb:DuckDB",
    "spark": "processing.engines.spark:Spark",
}


class Engine(Protocol):
    """Runs table functions. Every engine gives equal rows; order and types are fixed later.

    `batch_bytes`: weeks are computed together up to this size of their files.
    """

    name: str
    version: str
    batch_bytes: int

    def scan(self, name: str, location: Location) -> LazyFrame:
        """The source's rows, not loaded. SourceError when the files cannot be read."""
        ...

    def take(self, table: pa.Table) -> LazyFrame:
        """A small table that an earlier step computed, as input of the next."""
        ...

    def collect(self, name: str, frame: LazyFrame) -> pa.Table:
        """The rows of a table, in no particular order. SourceError when reading fails half way."""
        ...


def check_engine(config: EngineConfig) -> None:
    """ConfigError when what the engine needs is not here, before anything is read."""
    if config.name == "spark":
        check_spark(config)


def open_engine(
    config: EngineConfig,
    spill: Path | None = None,
    credential: Callable[[str], str] | None = None,
) -> Engine:
    """The configured engine, imported only now. ConfigError when it cannot be had.

    `spill` is where it may write what does not fit into memory; it removes its files itself.
    `credential` finds what `engine.credentials` names.
    """
    check_engine(config)
    module, kind = ENGINES[config.name].split(":")
    named = config.credentials.items() if credential and config.name == "spark" else ()
    given = {role: credential(name) for role, name in named} if credential else {}
    return cast("Engine", getattr(import_module(module), kind)(config, spill, **given))
