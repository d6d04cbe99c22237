"""A real cluster of Spark's own kind, one master and one worker: the same pins through it."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from processing.board.reader import open_release
from processing.tables.registry import load_tables
from tests.conftest import run_millpond
from tests.integration.projects import make_project, run_build
from tests.sources.shops import DAY

pytestmark = [
    pytest.mark.spark,
    pytest.mark.server,
    # Three Java processes for what the build through Spark Connect tries as well.
    pytest.mark.skipif(
        not os.environ.get("MILLPOND_EXAMPLES"), reason="for the nightly run: set MILLPOND_EXAMPLES"
    ),
]
WANTED = ("trading_days_by_week", "weeks")
SETTINGS = """
[engine]
name = "spark"
master = "{master}"
memory_limit = "512MB"
[engine.settings]
"spark.executor.memory" = "512m"
"spark.driver.host" = "127.0.0.1"
"spark.sql.shuffle.partitions" = "1"
"""


def start(folder: Path, what: str, *arguments: str) -> subprocess.Popen[bytes]:
    """One of Spark's own programs, with its log in that folder."""
    spec = find_spec("pyspark")
    assert spec is not None
    assert spec.origin is not None
    program = Path(spec.origin).parent / "bin" / "spark-class"
    name = what.rpartition(".")[2].lower()
    with (folder / f"{name}.log").open("w") as log:
        return subprocess.Popen(
            [str(program), f"org.apache.spark.deploy.{what}", "--host", "127.0.0.1", *arguments],
            stdout=log,
            stderr=log,
            cwd=folder,
            env={**os.environ, "SPARK_WORKER_DIR": str(folder), "SPARK_DAEMON_MEMORY": "256m"},
        )


def said(folder: Path, name: str, pattern: str) -> str:
    """What a program says of itself once it runs."""
    log = folder / f"{name}.log"
    for _ in range(1500):
        if found := re.search(pattern, log.read_text()):
            return found[1]
        time.sleep(0.2)
    pytest.fail(f"{name} does not start: {log.read_text()}")


@pytest.fixture(scope="module")
def master(has_spark: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("cluster")
    running = [start(folder, "master.Master", "--port", "0", "--webui-port", "0")]
    try:
        address = said(folder, "master", r"Starting Spark master at (spark://\S+)")
        worker = ("--cores", "1", "--memory", "600M", "--webui-port", "0", address)
        running.append(start(folder, "worker.Worker", *worker))
        said(folder, "worker", r"(Successfully registered)")
        yield address
    finally:
        for each in running:
            each.terminate()
        for each in running:
            each.wait(300)


def test_a_build_on_a_cluster(tmp_path: Path, master: str) -> None:
    """By one line of millpond.toml; nothing but the result of the command is said."""
    project = make_project(tmp_path / "shop")
    tables = {name: load_tables()[name] for name in WANTED}
    expected = run_build(project, DAY, tables=tables).release.manifest.pins
    toml = project / "millpond.toml"
    text = re.sub(r"(?m)^tables = .*$", f"tables = {list(WANTED)}", toml.read_text())
    toml.write_text(text + SETTINGS.format(master=master))
    done = run_millpond(project, "build", "--as-of", DAY.isoformat())
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr
    manifest = open_release(project / "board").manifest
    assert manifest.engine == "spark"
    assert manifest.pins == expected
