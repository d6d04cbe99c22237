"""A handle on the warm process that forks kernels: start it, ask it, end it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import select
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from processing.board.manifest import CURRENT
from processing.board.reader import AUDIENCE_VARIABLE, BOARD_VARIABLE, RELEASE_VARIABLE
from processing.contracts.contract import Audience
from processing.errors import PageError

_ERROR = re.compile(r"^(?:[\w.]*(?:Error|Exception|Breach)\b.*|Fatal Python error.*)$", re.M)
ANSWER_SECONDS = 60  # the first answer comes after the imports; a cold disk is slow


def kernel_environment(
    board: Path, home: Path, audience: Audience = "public", manifest: str = CURRENT
) -> dict[str, str]:
    """All that a page's process finds in its environment; no credential is among it."""
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return one | {
        "PATH": os.defpath,
        "HOME": str(home),
        "TMPDIR": str(home),
        "IPYTHONDIR": str(home),
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "PYTHONPATH": str(Path(__file__).parents[3]),  # the very code that runs here
        BOARD_VARIABLE: str(board),
        AUDIENCE_VARIABLE: audience,
        RELEASE_VARIABLE: manifest,
    }


class KernelServer:
    """A handle on the warm process. Use it as a context manager; leaving it ends every kernel."""

    def __init__(
        self,
        board: Path,
        release: str,
        readable: Sequence[Path],
        refused: Sequence[str] = (),
        audience: Audience = "public",
        manifest: str = CURRENT,
    ) -> None:
        self.run = Path(tempfile.mkdtemp(prefix="mp-"))
        self._launched = 0
        self._log = (self.run / "log").open("w+b")
        self._process = subprocess.Popen(
            [sys.executable, "-s", "-P", "-m", "processing.site.execution.server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            cwd=self.run,
            env=kernel_environment(board.absolute(), self.run, audience, manifest),
            start_new_session=True,
        )
        self._send(
            {
                "parent": os.getpid(),
                "release": release,
                "readable": [str(path) for path in readable],
                "refused": list(refused),
                "run": str(self.run),
            }
        )
        self._ready: dict[str, Any] | None = None

    def __enter__(self) -> KernelServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def alive(self) -> bool:
        """Whether the warm process still runs."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """The process id of the warm process."""
        return self._process.pid

    def ask(self, **command: Any) -> dict[str, Any]:
        """The answer to one command. PageError with the process's last words when it is gone."""
        if self._ready is None:
            self._ready = self._answer()
        self._send(command)
        return self._answer()

    def address(self) -> str:
        """A path for the sockets of the next kernel, short enough for any system."""
        self._launched += 1
        return str(self.run / f"k{self._launched}")

    def last_words(self) -> str:
        """The last error that the warm process or a kernel wrote to its standard error."""
        log = self.run / "log"
        found = _ERROR.findall(log.read_text(errors="replace")) if log.exists() else []
        return found[-1] if found else ""

    def close(self) -> None:
        """End the warm process and its kernels, and remove their folder."""
        assert self._process.stdin and self._process.stdout
        with contextlib.suppress(PageError):
            self._send(
                {"do": "end"}
            )  # the folder is ours to remove; without this it is the server's
        with contextlib.suppress(OSError):  # it died with a command unread
            self._process.stdin.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._log.close()
        shutil.rmtree(self.run, ignore_errors=True)

    def _send(self, command: dict[str, Any]) -> None:
        assert self._process.stdin
        try:
            self._process.stdin.write(json.dumps(command).encode() + b"\n")
            self._process.stdin.flush()
        except (OSError, ValueError):  # it has died, or was closed
            raise self._gone() from None

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout
        answered, _, _ = select.select([self._process.stdout], [], [], ANSWER_SECONDS)
        line = self._process.stdout.readline() if answered else b""
        if not line:
            raise self._gone()
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _gone(self) -> PageError:
        status = self._process.poll()
        return PageError(
            "The process that starts page kernels "
            + ("does not answer" if status is None else "has ended"),
            found=f"status {status} {self.last_words()}".strip(),
            expected="a process that lives until all pages are executed",
            next_step="run the command again; if it happens again, look for a lack of memory",
        )
