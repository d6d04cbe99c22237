"""Processes that begin where importing has ended: forked from one that did nothing else.

Most of what a short command takes is the import of its libraries, and tests run hundreds of them.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    [
        "tests.forks",
        "tests.integration.faulty",
        "processing.board.store",
        "processing.cli",
        "duckdb",
        "processing.site.run",
    ]
)


def run_forked(module: str, *arguments: str, seconds: int) -> subprocess.CompletedProcess[str]:
    """What `python -m module` does, in a process of its own with this one's environment."""
    with TemporaryDirectory(prefix="millpond-run-") as folder:
        outputs = Path(folder, "out"), Path(folder, "err")
        given = (module, arguments, dict(os.environ), *outputs)
        child = FORKS.Process(target=_run, args=given)
        child.start()
        child.join(seconds)
        if child.exitcode is None:
            child.kill()
            raise subprocess.TimeoutExpired([module, *arguments], seconds)
        out, err = (path.read_text(encoding="utf-8") for path in outputs)
    return subprocess.CompletedProcess([module, *arguments], child.exitcode, out, err)


def _run(
    module: str, arguments: tuple[str, ...], environment: dict[str, str], out: Path, err: Path
) -> None:
    os.environ.clear()
    os.environ |= environment
    time.tzset()
    for path, number in ((out, 1), (err, 2)):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(handle, number)
        os.close(handle)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - until the end
    sys.stderr = open(  # noqa: SIM115 - until the end
        2, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False
    )
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
