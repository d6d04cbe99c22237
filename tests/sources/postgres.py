"""A PostgreSQL server of our own on the loopback, from what Debian installs."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import trustme

OWNER = "owner"
PASSWORD = "pg-c4nary-pass&word/7"  # characters that an address has to escape
SETTINGS = (
    "-c listen_addresses=127.0.0.1 -c fsync=off -c full_page_writes=off -c shared_buffers=32MB"
)

SECONDS = 300  # it takes new settings in a few hundredths of one
OWN_USER = "postgres"  # where this process is root, which PostgreSQL refuses to be
TLS_REQUEST = (8).to_bytes(4, "big") + (80877103).to_bytes(4, "big")  # SSLRequest of its protocol


@dataclass(frozen=True)
class Server:
    """A running server; `address` names no password."""

    port: int
    folder: Path

    @property
    def address(self) -> str:
        return f"postgresql://{OWNER}@127.0.0.1:{self.port}/postgres"

    def connect(self) -> Any:
        from urllib.parse import quote

        from adbc_driver_postgresql import dbapi

        where = f"127.0.0.1:{self.port}/postgres"
        return dbapi.connect(f"postgresql://{OWNER}:{quote(PASSWORD, safe='')}@{where}")

    def run(self, *statements: str) -> None:
        with closing(self.connect()) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            connection.commit()

    def put(self, name: str, table: pa.Table) -> None:
        with closing(self.connect()) as connection, connection.cursor() as cursor:
            cursor.adbc_ingest(name, table, mode="replace")
            connection.commit()

    @contextmanager
    def over_tls(self, name: str) -> Iterator[Path]:
        """With a certificate for that name until the block ends; the certificate of its issuer."""
        issuer, chain, trusted = trustme.CA(), self.folder / "server.pem", self.folder / "ca.pem"
        issuer.cert_pem.write_to_path(str(trusted))
        issuer.issue_cert(name).private_key_and_cert_chain_pem.write_to_path(str(chain))
        chain.chmod(0o600)  # PostgreSQL takes no key that others may read
        if os.geteuid() == 0:
            shutil.chown(chain, OWN_USER)
        self._reload(f"ssl_cert_file = '{chain}'\nssl_key_file = '{chain}'\nssl = on\n")
        try:
            yield trusted
        finally:
            self._reload("")

    def _reload(self, settings: str) -> None:
        """Let it take these settings, and wait until it has."""
        (self.folder / "data" / "postgresql.auto.conf").write_text(settings, encoding="utf-8")
        _program(self.folder, "pg_ctl", "-D", str(self.folder / "data"), "reload")
        deadline = time.monotonic() + SECONDS
        while self._takes_tls() != bool(settings):
            assert time.monotonic() < deadline, "PostgreSQL does not take its settings"
            time.sleep(0.01)

    def _takes_tls(self) -> bool:
        """As a client asks it before anything else."""
        with closing(socket.create_connection(("127.0.0.1", self.port))) as asking:
            asking.sendall(TLS_REQUEST)
            return asking.recv(1) == b"S"


def programs() -> Path | None:
    """The folder of Debian's newest PostgreSQL server programs, or of those on PATH."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
    found = [p for p in places if (p / "initdb").exists()]
    on_path = shutil.which("initdb")
    return found[-1] if found else (Path(on_path).parent if on_path else None)


def free_port() -> int:
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def running(settings: Sequence[str] = ()) -> Iterator[Server]:
    """A server with an empty database, as a user of its own where this one is root."""
    folder = Path(tempfile.mkdtemp(prefix="millpond-postgres-"))
    try:
        (folder / "password").write_text(PASSWORD, encoding="utf-8")
        if os.geteuid() == 0:
            user = pwd.getpwnam(OWN_USER)
            for path in (folder, folder / "password"):
                os.chown(path, user.pw_uid, user.pw_gid)
        auth = ["-U", OWNER, "--auth=scram-sha-256", f"--pwfile={folder / 'password'}"]
        _program(folder, "initdb", "-D", str(folder / "data"), *auth, "-E", "UTF8", "--no-sync")
        port = _started(folder, settings)
        try:
            yield Server(port, folder)
        finally:
            _program(folder, "pg_ctl", "-D", str(folder / "data"), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _started(folder: Path, settings: Sequence[str]) -> int:
    """The port of the server, once it answers; a free one may be somebody else's a moment later."""
    for _ in range(5):
        port = free_port()
        options = " ".join((f"-p {port} -k {folder}", SETTINGS, *settings))
        start = ("-o", options, "-l", str(folder / "log"), "-w", "-t", str(SECONDS), "start")
        with suppress(subprocess.CalledProcessError):
            _program(folder, "pg_ctl", "-D", str(folder / "data"), *start)
            return port
    raise AssertionError((folder / "log").read_text())


def _program(folder: Path, name: str, *arguments: str) -> None:
    found = programs()
    assert found
    subprocess.run(
        [str(found / name), *arguments],
        check=True,
        cwd=folder,
        user=OWN_USER if os.geteuid() == 0 else None,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "America/New_York"},
        stdout=subprocess.DEVNULL,
    )
