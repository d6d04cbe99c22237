"""What tests of engines share: one DuckDB and one Spark session for all of them."""

from __future__ import annotations

import os
import warnings
from importlib.util import find_spec

import pytest

from processing.config import EngineConfig
from processing.engines.duckdb import DuckDB
from processing.engines.engine import Engine, open_engine
from processing.engines.spark_needs import java

# Small tables and many of them: nothing is gained by dividing or by compiling them, nor by threads
# that work or collect garbage beside others.
FAST = {
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}
SPARK = EngineConfig(name="spark", memory_limit="1GB", threads=1, settings=FAST)


@pytest.fixture(scope="session")
def duck() -> Engine:
    return DuckDB(EngineConfig(memory_limit="500MB"))


@pytest.fixture(scope="session")
def has_spark() -> None:
    """Without PySpark or Java the test is skipped; on CI it fails."""
    if find_spec("pyspark") and java():
        return
    says = "needs Java and PySpark: apt-get install default-jre-headless, then make setup-spark"
    if os.environ.get("CI"):
        pytest.fail(says)
    pytest.skip(says)


@pytest.fixture(scope="session")
def spark(has_spark: None) -> Engine:
    """One session for all tests: a process has no second one."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        engine = open_engine(SPARK)
    assert [str(each.message) for each in said] == []  # what a person would read on each build
    return engine
