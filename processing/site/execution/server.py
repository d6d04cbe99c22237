"""The warm process: imports what pages need once, then forks a fresh, sealed kernel for each page.

Run as `python -m processing.site.execution.server`; the first line of stdin says what stays open,
each later line is one command, each answer one line of JSON on stdout. When stdin closes, or the
process dies however it may, its kernels die with it.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import pkgutil
import shutil
import signal
import sys
import traceback
from pathlib import Path
from typing import Any, NoReturn

from processing.site.execution.seal import Doors, close, doors, prepare

PR_SET_PDEATHSIG = 1
# With ipc a port is the number at the end of a socket's path.
PORTS = {"shell_port": 1, "iopub_port": 2, "stdin_port": 3, "control_port": 4, "hb_port": 5}
_WARM = ("pandas", "pyarrow.parquet", "plotly.graph_objects", "great_tables")


def die_with(parent: int, by: int) -> None:
    """Have the system send this process signal `by` once its parent is gone.

    Elsewhere than on Linux the server sees stdin close, and ipykernel polls for its parent.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, by, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def warm_up() -> None:
    """Import, and use once, what pages use. What fails here fails again, and is told, in a page.

    None of it is garbage, so nobody looks for any: neither here nor in the kernels, which share its
    memory as long as they do not write to it. They collect what they make themselves.
    """
    gc.disable()
    for name in (*_WARM, *_views()):
        _quietly(lambda name=name: importlib.import_module(name))
    _quietly(_draw)
    from processing.site.execution.process import make_room

    make_room()
    gc.freeze()


def _views() -> list[str]:
    from processing import views

    return [found.name for found in pkgutil.walk_packages(views.__path__, "processing.views.")]


def _draw() -> None:
    import pandas as pd
    import plotly.graph_objects as go
    from great_tables import GT

    go.Figure(go.Scatter(x=[1], y=[1]), {"template": "plotly_white"}).to_plotly_json()
    GT(pd.DataFrame({"a": [1]})).as_raw_html()


def _check_release(expected: str) -> None:
    """Open the release once for all pages, and refuse when the board serves another by now."""
    from processing.board.reader import current

    if (found := current().manifest.id) != expected:
        raise SystemExit(f"ReleaseError: the board serves {found} by now, not {expected}")


def _quietly(function: Any) -> None:
    try:
        function()
    except Exception:  # noqa: BLE001 - a page that needs it fails with the same, and says where
        traceback.print_exc()


class Server:
    """Answers launch, poll and signal; knows only the kernels it forked itself."""

    def __init__(self, opened: Doors) -> None:
        self.opened = opened
        self.rules = prepare(opened)
        self.kernels: dict[int, int | None] = {}

    def answer(self, command: dict[str, Any]) -> dict[str, Any]:
        """What one command comes to; unknown processes are reported as gone."""
        do, pid = command["do"], int(command.get("pid", 0))
        if do == "launch":
            return {"pid": self.launch(command["ip"], command["key"])}
        if do == "signal" and self.poll(pid) is None:
            os.kill(pid, int(command["signal"]))
        return {"exit": self.poll(pid)}

    def launch(self, ip: str, key: str) -> int:
        """Fork a kernel that binds its sockets at `ip`-1 to `ip`-5; its process id."""
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            self._become_kernel(parent, ip, key)
        self.kernels[pid] = None
        return pid

    def poll(self, pid: int) -> int | None:
        """None while the kernel lives, else its exit status (negative: the signal)."""
        if pid not in self.kernels:
            return 1
        if self.kernels[pid] is None:
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                self.kernels[pid] = os.waitstatus_to_exitcode(status)
        return self.kernels[pid]

    def end(self) -> None:
        """Kill every kernel that still lives, and wait for it."""
        for pid in [pid for pid in self.kernels if self.poll(pid) is None]:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)

    def _become_kernel(self, parent: int, ip: str, key: str) -> NoReturn:
        from processing.site.execution.process import serve

        status = 1
        try:
            gc.enable()
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            die_with(parent, signal.SIGKILL)
            nowhere = os.open(os.devnull, os.O_RDWR)
            os.dup2(nowhere, 0)
            os.dup2(nowhere, 1)
            close(self.rules)
            serve(ip, PORTS, key, parent, self.opened)
            status = 0
        except BaseException:  # noqa: BLE001 - nothing may return into the server's loop
            os.write(2, traceback.format_exc().encode())
        finally:
            os._exit(status)


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Serve until stdin closes, then remove the folder of the run."""
    start = json.loads(sys.stdin.readline())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ctrl-C is the parent's to handle
    signal.signal(signal.SIGTERM, _orphaned)
    try:
        die_with(start["parent"], signal.SIGTERM)
        if not _serve(start):
            _orphaned()
    except _Orphaned:  # the parent is gone, so nobody else removes the folder
        shutil.rmtree(start["run"], ignore_errors=True)
        raise


class _Orphaned(SystemExit):
    """The parent died: it said no end, and the system sent a signal or closed stdin."""


def _orphaned(*_: object) -> NoReturn:
    raise _Orphaned(1)


def _serve(start: dict[str, Any]) -> bool:
    """Answer commands; whether the parent said that it is the end."""
    warm_up()
    _check_release(start["release"])
    readable = [Path(path) for path in start["readable"]]
    server = Server(doors(readable, refused=start["refused"], sockets=Path(start["run"])))
    _say({"ready": server.rules is not None})
    try:
        for line in sys.stdin:
            command = json.loads(line)
            if command["do"] == "end":
                return True
            _say(server.answer(command))
        return False
    finally:
        server.end()


if __name__ == "__main__":
    main()
    sys.stderr.flush()
    os._exit(0)  # taking all those libraries down in good order takes longer than some pages
