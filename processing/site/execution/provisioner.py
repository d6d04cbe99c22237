"""Let Jupyter's own client run the kernels that the warm process forks."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.provisioner_base import KernelProvisionerBase

from processing.errors import PageError
from processing.site.execution.kernel import KernelServer
from processing.site.execution.server import PORTS


class ForkProvisioner(KernelProvisionerBase):
    """Jupyter's view of a kernel that the warm process forked."""

    server: KernelServer
    pid: int | None = None

    @property
    def has_process(self) -> bool:
        """Whether a kernel was forked and not yet waited for."""
        return self.pid is not None

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Have a kernel forked that binds the sockets the manager chose."""
        manager: Any = self.parent
        key = manager.session.key.decode()
        self.pid = self.server.ask(do="launch", ip=manager.ip, key=key)["pid"]
        info: KernelConnectionInfo = manager.get_connection_info()
        return info

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Nothing to prepare: there is no command, and the environment is the server's."""
        return await super().pre_launch(cmd=[], **kwargs)

    async def poll(self) -> int | None:
        """None while the kernel lives, else its exit status."""
        if self.pid is None:
            return 0
        try:
            status: int | None = self.server.ask(do="poll", pid=self.pid)["exit"]
        except PageError:
            return 1
        return status

    async def wait(self) -> int | None:
        """The exit status, once there is one."""
        while (status := await self.poll()) is None:
            await asyncio.sleep(0.01)
        self.pid = None
        return status

    async def send_signal(self, signum: int) -> None:
        """Send a signal; when the server is gone, its kernels are gone with it."""
        with contextlib.suppress(PageError):
            self.server.ask(do="signal", pid=self.pid, signal=int(signum))

    async def kill(self, restart: bool = False) -> None:
        """End the kernel at once."""
        await self.send_signal(signal.SIGKILL)

    async def terminate(self, restart: bool = False) -> None:
        """Ask the kernel to end."""
        await self.send_signal(signal.SIGTERM)

    async def cleanup(self, restart: bool = False) -> None:
        """The server removes the folder of all sockets at its end."""


def kernel_manager(server: KernelServer) -> Any:
    """A Jupyter kernel manager whose kernel is forked from `server` when it is started."""
    manager = AsyncKernelManager(transport="ipc", ip=server.address(), **PORTS)
    manager._kernel_spec = KernelSpec(argv=[], display_name="Python 3", language="python")
    manager.provisioner = ForkProvisioner(parent=manager, kernel_spec=manager._kernel_spec)
    manager.provisioner.server = server
    manager.autorestart = False
    return manager
