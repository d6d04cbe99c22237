"""What a forked process does to become one page's kernel: bind, seal, serve."""

from __future__ import annotations

import importlib
import os
import signal
import sys
import tempfile
import warnings
from typing import Any

from ipykernel.kernelapp import IPKernelApp
from traitlets.config import Config

from processing.site.execution.seal import Doors
from processing.site.execution.watch import watch

# What a kernel otherwise imports at its start, so after the fork.
_WARM = (
    "ipykernel.ipkernel", "ipykernel.zmqshell", "ipykernel.debugger", "IPython.core.completerlib",
    "IPython.core.oinspect", "IPython.extensions.storemagic", "tornado.platform.asyncio",
    "tornado.queues", "pdb", "encodings.idna",
)  # fmt: skip


def make_room() -> None:
    """What IPython loads, makes and looks for, done before forks and before the seal forbids it."""
    from IPython.core.profiledir import ProfileDir

    # A page has no use for a debugger, and its import is half of a kernel's start.
    sys.modules["debugpy"] = None  # type: ignore[assignment]
    for name in _WARM:
        importlib.import_module(name)
    tempfile.gettempdir()
    ProfileDir.create_profile_dir_by_name(os.environ["IPYTHONDIR"])


class PageKernel(IPKernelApp):
    """An IPython kernel that reads no configuration and leaves no file."""

    def load_config_file(self, *_: Any, **__: Any) -> None:
        """Whoever runs the site, a page comes out the same."""

    def init_connection_file(self) -> None:
        """The parent chose the address already."""

    def write_connection_file(self, **_: Any) -> None:
        """The parent knows the address."""


def serve(ip: str, ports: dict[str, int], key: str, parent: int, opened: Doors) -> None:
    """Serve at `ip` until killed. Landlock is closed before this, as threads start here."""
    sys.dont_write_bytecode = True
    warnings.filterwarnings("ignore", "Couldn't bind IOPub Pipe")  # it would be for subprocesses
    config = Config()
    config.HistoryManager.enabled = False
    config.HistoryAccessor.enabled = False
    config.Session.key = key.encode()
    config.InteractiveShell.colors = "nocolor"
    config.PlainTextFormatter.max_width = 100
    signal.signal(signal.SIGINT, signal.default_int_handler)
    app: Any = PageKernel.instance(
        config=config,
        transport="ipc",
        ip=ip,
        capture_fd_output=False,
        parent_handle=parent,
        **ports,
    )
    app.initialize([])
    watch(opened.readable, opened.listable)
    app.start()
