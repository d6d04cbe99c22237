"""What Spark needs is looked for before any work: one message each, exit code 10."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from processing.config import EngineConfig, load_config
from processing.engines.spark_needs import check_reachable, check_spark, heap
from processing.errors import ConfigError


def refused(config: EngineConfig) -> str:
    with pytest.raises(ConfigError) as caught:
        check_spark(config)
    assert caught.value.exit_code == 10
    return str(caught.value)


@pytest.mark.parametrize(
    ("size", "java"),
    [("2GB", "2048m"), ("1.5 GiB", "1536m"), ("600mb", "600m"), ("1TB", "1048576m")],
)
def test_a_size_is_told_to_java_in_its_own_words(size: str, java: str) -> None:
    """DuckDB and Spark take the same key."""
    assert heap(size) == java


@pytest.mark.parametrize("size", ["80%", "much", "100MB", ""])
def test_a_size_that_java_cannot_take(size: str) -> None:
    """What was found and what would do."""
    with pytest.raises(ConfigError, match="a size of 512MB or more, such as 2GB"):
        heap(size)


def test_a_master_and_a_server_at_once() -> None:
    """Which of them is meant cannot be known."""
    says = refused(EngineConfig(name="spark", master="local", remote="sc://localhost"))
    assert "told two places to work at" in says


def test_no_java(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither where JAVA_HOME points nor on PATH."""
    pytest.importorskip("pyspark", reason="needs PySpark: make setup-spark")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    says = refused(EngineConfig(name="spark"))
    assert f"no bin/java in JAVA_HOME={tmp_path}" in says
    monkeypatch.delenv("JAVA_HOME")
    monkeypatch.setenv("PATH", str(tmp_path))
    says = refused(EngineConfig(name="spark"))
    assert "needs Java, which is not here" in says
    assert "apt-get install openjdk-17-jre-headless" in says


def test_no_pyspark(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra that brings it is named."""
    monkeypatch.setitem(sys.modules, "pyspark", None)  # as for a package that is not there
    says = refused(EngineConfig(name="spark"))
    assert "needs PySpark, which is not installed" in says
    assert "pip install 'millpond[spark]'" in says


@pytest.mark.parametrize("kind", ["spark", "sc"])
def test_nobody_answers(kind: str) -> None:
    """Said at once, and not after the minutes that Spark itself would wait."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))  # and held, so that nobody comes to listen there
        place = f"{kind}://127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(ConfigError, match=f"No Spark answers at {place}") as caught:
            check_reachable(place)
    assert "refused" in str(caught.value)


def test_one_of_several_masters_is_enough() -> None:
    """A cluster may have a master in reserve."""
    with socket.create_server(("127.0.0.1", 0)) as here, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        places = [each.getsockname()[1] for each in (free, here)]
        check_reachable("spark://" + ",".join(f"127.0.0.1:{port}" for port in places))


@pytest.mark.parametrize(
    "line",
    [
        'settings = { "spark.hadoop.fs.s3a.secret.key" = "hidden-value" }',
        'settings = { "spark.authenticate.secret" = "hidden-value" }',
        'remote = "sc://head.example:15002/;to' + 'ken=hidden-value"',
    ],
)
def test_a_secret_has_no_place_in_millpond_toml(tmp_path: Path, line: str) -> None:
    """The key is named, the value is not."""
    (tmp_path / "millpond.toml").write_text(f'[engine]\nname = "spark"\n{line}\n')
    with pytest.raises(ConfigError, match="engine") as caught:
        load_config(tmp_path)
    assert "may name credentials and never hold one" in str(caught.value)
    assert "hidden-value" not in str(caught.value)
