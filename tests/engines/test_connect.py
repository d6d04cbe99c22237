"""A real Spark Connect server: the same pins through it, and one message when it is gone."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path

import pytest

from processing.tables.registry import load_tables
from tests.conftest import run_millpond
from tests.engines.conftest import FAST
from tests.integration.projects import make_project, run_build
from tests.sources.shops import DAY, bytes_of

pytestmark = [pytest.mark.spark, pytest.mark.server]
WANTED = ("trading_days_by_week", "weeks")
TOKEN = "c4nary-t0ken"
SECONDS = 300  # Java starts in some seconds


@pytest.fixture(scope="module")
def server(has_spark: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that comes with PySpark, on one core, which asks for a token."""
    spec = find_spec("pyspark")
    assert spec is not None
    assert spec.origin is not None
    program = Path(spec.origin).parent / "bin" / "spark-submit"
    folder = tmp_path_factory.mktemp("connect")
    for _ in range(5):  # a port that is free may be somebody else's a moment later
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        running = _started(program, port, folder / "log")
        try:
            if _answers(port, running):
                yield f"sc://localhost:{port}"  # elsewhere a token goes out under TLS alone
                return
        finally:
            running.terminate()
            running.wait(SECONDS)
    pytest.fail(f"the server does not start: {(folder / 'log').read_text()}")


def _started(program: Path, port: int, log: Path) -> subprocess.Popen[bytes]:
    settings = {
        **FAST,
        "spark.connect.grpc.binding.port": str(port),
        "spark.connect.authenticate.token": TOKEN,
        "spark.ui.enabled": "false",
    }
    options = [part for key, value in settings.items() for part in ("--conf", f"{key}={value}")]
    main = "org.apache.spark.sql.connect.service.SparkConnectServer"
    command = [str(program), "--master", "local[1]", "--class", main, *options, "spark-internal"]
    with log.open("w") as said:
        return subprocess.Popen(command, stdout=said, stderr=said, cwd=log.parent)


def _answers(port: int, running: subprocess.Popen[bytes]) -> bool:
    """Wait until somebody listens at the port; False when the server ends before."""
    deadline = time.monotonic() + SECONDS
    while running.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.2)
    return False


def build(folder: Path) -> tuple[str, list[str], list[str]]:
    """Build some tables as millpond.toml says: the engine, what was built, what came out the same.

    In a process of its own where that is Spark: none can have both kinds of session.
    """
    report = run_build(folder, DAY, tables={name: load_tables()[name] for name in WANTED})
    built = sorted(decision.name for decision in report.built)
    return report.release.manifest.engine, built, sorted(report.unchanged)


def with_remote(project: Path, address: str, token: str | None = None) -> Path:
    """Let Spark work at that address, with that token from the file of secrets."""
    with (project / "millpond.toml").open("a") as toml:
        toml.write(f'[engine]\nname = "spark"\nremote = "{address}"\n')
        if token is not None:
            toml.write('credentials.token = "SHOP_SPARK_TOKEN"\n')
            (project / ".env").write_text(f"SHOP_SPARK_TOKEN={token}\n")
    return project


def test_a_build_through_spark_connect(tmp_path: Path, server: str) -> None:
    """No Java of our own; all is computed anew and gives DuckDB's pins, byte for byte.

    The token goes to the server and into no byte that is left.
    """
    project = make_project(tmp_path / "shop")
    assert build(project) == ("duckdb", sorted(WANTED), [])
    with_remote(project, server, TOKEN)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as other:
        found = other.submit(build, project).result()
    assert found == ("spark", sorted(WANTED), sorted(WANTED))
    (project / ".env").unlink()
    assert TOKEN.encode() not in bytes_of(project)


def test_a_token_that_the_server_does_not_take(tmp_path: Path, server: str) -> None:
    """Exit code 10 and one message without it, also among the tracebacks."""
    project = with_remote(make_project(tmp_path / "shop"), server, "wr0ng-t0ken")
    done = run_millpond(project, "--debug", "build", "--as-of", DAY.isoformat())
    assert done.returncode == 10, done.stderr
    assert "UNAUTHENTICATED" in done.stderr
    assert "wr0ng" not in done.stderr
    assert not list((project / "board").glob("releases/*"))


def test_a_token_that_is_nowhere(tmp_path: Path, has_spark: None) -> None:
    """Named before anybody is asked for anything."""
    project = with_remote(make_project(tmp_path / "shop"), "sc://localhost:1", "")
    done = run_millpond(project, "build", "--as-of", DAY.isoformat())
    assert done.returncode == 10
    assert "SHOP_SPARK_TOKEN (engine.credentials.token) in none of" in done.stderr


def test_a_server_that_is_not_there(tmp_path: Path, has_spark: None) -> None:
    """Exit code 10 at once, and nothing is left on the board."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"sc://127.0.0.1:{free.getsockname()[1]}"
        project = with_remote(make_project(tmp_path / "shop"), address)
        done = run_millpond(project, "build", "--as-of", DAY.isoformat())
    assert done.returncode == 10, done.stderr
    assert f"No Spark answers at {address}" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list((project / "board").glob("releases/*"))


def test_something_else_answers(tmp_path: Path, has_spark: None) -> None:
    """A port where somebody listens who is no Spark: exit code 10 or 11, in bounded time."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"sc://127.0.0.1:{other.getsockname()[1]}"
        project = with_remote(make_project(tmp_path / "shop"), address)
        done = run_millpond(project, "build", "--as-of", DAY.isoformat())
    assert done.returncode in (10, 11), done.stderr
    assert "Traceback" not in done.stderr
