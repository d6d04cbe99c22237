"""Spark as the engine, where the data outgrows one machine. The only importer of pyspark."""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING, Any, cast

import narwhals as nw
import pyarrow as pa
from narwhals.exceptions import NarwhalsError
from py4j.protocol import Py4JError
from pyspark import SparkConf, SparkContext
from pyspark import __version__ as spark_version
from pyspark.errors import PySparkException
from pyspark.java_gateway import launch_gateway
from pyspark.sql import SparkSession

from processing.config import EngineConfig
from processing.contracts.frames import LazyFrame
from processing.engines.spark_needs import SECONDS, check_reachable, heap, java_says
from processing.errors import ConfigError, MillpondError, SourceError
from processing.sources.location import Location

if TYPE_CHECKING:
    from pyspark.sql.connect.client import DefaultChannelBuilder

# What makes Spark's answers those of DuckDB: every timestamp is UTC and carries no zone.
SAME_ANSWERS = {"spark.sql.session.timeZone": "UTC", "spark.sql.timestampType": "TIMESTAMP_NTZ"}
QUIET = {
    "spark.log.level": "ERROR",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    # Else PySpark notes the place of each expression, and prints pages of JSON when one fails.
    "spark.sql.dataFrameQueryContext.enabled": "false",
}
# On one machine a shuffle needs no more parts than there are cores, and most tables are small.
ON_ONE_MACHINE = {
    "spark.sql.shuffle.partitions": "8",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
}
CSV: dict[str, Any] = {
    "header": True,
    "inferSchema": True,
    "multiLine": True,
    "escape": '"',
}
PATTERN = re.compile(r"[\[\]{}*?\\]")  # what Spark would take for a pattern of file names


class Spark:
    """A Spark session: in this process, on the cluster of a master, or behind Spark Connect.

    A process has one session: a second engine shares the one that the first has opened.
    """

    name = "spark"
    version = spark_version
    batch_bytes = sys.maxsize  # Spark divides the work by itself: all weeks are computed at once

    def __init__(
        self, config: EngineConfig, spill: Path | None = None, token: str | None = None
    ) -> None:
        with _no_word_about_pandas():
            self.session = _remote(config, token) if config.remote else _classic(config, spill)

    def scan(self, name: str, location: Location) -> LazyFrame:
        """A lazy frame over the files; only their schema is read now."""
        files = [_path(file) for file in location.files]
        read = self.session.read
        if location.weeks:  # a week in a folder of its own is named there and nowhere else
            read = read.option("basePath", f"file://{location.files[0].parent.parent.absolute()}")
        with _faults(f"Source {name} cannot be read", location.address):
            if location.format == "parquet":
                frame = read.parquet(*files)
            elif location.format == "csv":
                frame = read.csv(files, **CSV)
            else:
                frame = read.json(files, multiLine=any(map(_is_list, location.files)))
            return cast("LazyFrame", nw.from_native(frame))

    def take(self, table: pa.Table) -> LazyFrame:
        """The Arrow table as a frame; it travels to the session."""
        with _faults("A table cannot be handed to Spark", None), _no_word_about_pandas():
            return cast("LazyFrame", nw.from_native(self.session.createDataFrame(table)))

    def collect(self, name: str, frame: LazyFrame) -> pa.Table:
        """Run the query behind `frame`; its rows come back as Arrow."""
        with _faults(f"Table {name} cannot be computed", None), _no_word_about_pandas():
            return frame.collect("pyarrow").to_native()


def _path(file: Path) -> str:
    """The file as Spark names it, also where another file system is the cluster's own."""
    return "file://" + PATTERN.sub(r"\\\g<0>", str(file.absolute()))


def _is_list(file: Path) -> bool:
    """Whether a JSON file is one list; otherwise each of its lines is a row."""
    with file.open("rb") as lines:
        return lines.read(64).lstrip().startswith(b"[")


def _remote(config: EngineConfig, token: str | None) -> SparkSession:
    """A session on a Spark Connect server, to which a token goes encrypted or not at all."""
    from pyspark.sql.connect.client import DefaultChannelBuilder
    from pyspark.sql.connect.session import SparkSession as RemoteSession

    assert config.remote
    check_reachable(config.remote)
    with _refused(config.remote):
        channel = DefaultChannelBuilder(config.remote)
        if token:
            channel.set(DefaultChannelBuilder.PARAM_TOKEN, token)
        _check_answers(channel)
        builder = RemoteSession.builder.channelBuilder(channel)
        for key, value in {**config.settings, **SAME_ANSWERS}.items():
            builder = builder.config(key, value)
        return cast("SparkSession", builder.getOrCreate())


def _check_answers(there: DefaultChannelBuilder) -> None:
    """TimeoutError when what listens there speaks no gRPC: PySpark would try again for minutes."""
    import grpc

    with there.toChannel() as channel:
        try:
            grpc.channel_ready_future(channel).result(timeout=SECONDS)
        except grpc.FutureTimeoutError as error:
            raise TimeoutError(f"no answer to gRPC within {SECONDS} seconds") from error


def _classic(config: EngineConfig, spill: Path | None) -> SparkSession:
    """A session in a Java process of our own, which works here or on a master's cluster."""
    settings = _settings(config, spill)
    master = settings["spark.master"]
    check_reachable(master)
    conf = SparkConf(loadDefaults=False).setAll(list(settings.items()))
    with _refused(master):
        if SparkContext._active_spark_context is None:
            # Java and Spark greet on stderr; what they say is of use only where they fail.
            with (Path(gettempdir()) / "millpond-spark.log").open("w", encoding="utf-8") as log:
                gateway = launch_gateway(conf, {"stderr": log})
            SparkContext(conf=conf, gateway=gateway)
        return SparkSession.builder.config(map=settings).getOrCreate()


def _settings(config: EngineConfig, spill: Path | None) -> dict[str, str]:
    """Our settings, those of millpond.toml over them, and over all what makes answers agree."""
    cores = config.threads or "*"
    alone = {"spark.master": f"local[{cores}]", **ON_ONE_MACHINE}
    if spill:
        alone["spark.local.dir"] = str(spill)
    where = {"spark.master": config.master} if config.master else alone
    return {
        "spark.app.name": "millpond",
        "spark.driver.memory": heap(config.memory_limit),
        **QUIET,
        **where,
        **config.settings,
        **SAME_ANSWERS,
    }


@contextmanager
def _no_word_about_pandas() -> Iterator[None]:
    """PySpark asks for pandas below 3 at each of its steps; the way through Arrow touches none."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "PySpark does not yet fully support", FutureWarning)
        yield


@contextmanager
def _refused(where: str) -> Iterator[None]:
    """ConfigError when no session can be had."""
    try:
        yield
    except (PySparkException, Py4JError, OSError) as error:
        raise ConfigError(
            f"Spark does not start ({where})",
            found=_first_line(error) + ("" if where.startswith("sc://") else java_says()),
            expected="Java 17 or 21 here or a Spark Connect server there, and settings it takes",
            next_step="correct [engine] in millpond.toml, or set JAVA_HOME; see docs/engines.md",
        ) from error


@contextmanager
def _faults(what: str, address: str | None) -> Iterator[None]:
    """SourceError for whatever Spark cannot read or compute."""
    try:
        yield
    except MillpondError:
        raise
    except (PySparkException, Py4JError, NarwhalsError) as error:
        raise SourceError(
            what,
            found=_first_line(error) + (f" ({address})" if address else ""),
            expected="files whose content has the declared format and types",
            next_step="mend the source, or its address in millpond.toml",
        ) from error


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
