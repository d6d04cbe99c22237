"""Which servers of SFTP are trusted: those that ssh of this user trusts, and no other."""

from __future__ import annotations

from typing import Any


def known_hosts() -> Any:
    """A policy for paramiko: a server whose key is not in `known_hosts`, or another, is refused."""
    from paramiko import MissingHostKeyPolicy, SSHClient, SSHException

    class KnownHosts(MissingHostKeyPolicy):  # type: ignore[misc]
        def missing_host_key(self, client: Any, hostname: str, key: Any) -> None:
            known = SSHClient()
            known.load_system_host_keys()
            if not known._system_host_keys.check(hostname, key):
                says = f"the server's key is not that of {hostname} in ~/.ssh/known_hosts"
                raise SSHException(says)

    return KnownHosts()
