"""Places a board can lie at, each a real server or a real folder, and projects that use one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from processing.board.reader import Release, open_release
from processing.build.elsewhere import board_here
from processing.config import load_config
from tests.integration.projects import make_project

RIGHT = {"user": "me", "password": "pass-c4nary"}
KEYS = {"key": "testing", "secret": "testing"}


def project_on(
    folder: Path, address: str, endpoint: str = "", credentials: Mapping[str, str] | None = None
) -> Path:
    """A small project whose board lies at that address, as on a machine of its own."""
    make_project(folder)
    return move_board(folder, address, endpoint, credentials)


def move_board(
    folder: Path, address: str, endpoint: str = "", credentials: Mapping[str, str] | None = None
) -> Path:
    """Let the project's millpond.toml name another board; its credentials by role go into `.env`."""
    toml = folder / "millpond.toml"
    before, rest = toml.read_text(encoding="utf-8").split("[board]\n")
    _, _, after = rest.partition("[sources.")
    board = f'[board]\naddress = "{address}"\nwait_seconds = 0\n'
    if endpoint:
        board += f'endpoint = "{endpoint}"\n'
    given = {f"BOARD_{k.upper()}": (k, v) for k, v in (credentials or {}).items()}
    board += "".join(f'credentials.{role} = "{name}"\n' for name, (role, _) in given.items())
    env = "".join(f"{name}={value}\n" for name, (_, value) in given.items())
    (folder / ".env").write_text(env, encoding="utf-8")
    toml.write_text(f"{before}{board}[sources.{after}", encoding="utf-8")
    return folder


def served(folder: Path) -> Release:
    """The release that the board of a project serves, brought here."""
    config = load_config(folder)
    board_here(config)
    return open_release(config.board_path)


@contextmanager
def s3_server() -> Iterator[str]:
    """The address of an S3 server of this machine, with nothing in it.

    Every such server of a process has the same buckets, so that the ones of an earlier module go first.
    """
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    urlopen(Request(f"http://{host}:{port}/moto-api/reset", method="POST")).close()
    yield f"http://{host}:{port}"
    server.stop()


def make_bucket(endpoint: str, name: str) -> None:
    import boto3

    made = boto3.client(
        "s3",
        endpoint_url=endpoint,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        region_name="us-east-1",
    )
    made.create_bucket(Bucket=name)


@contextmanager
def guarded(endpoint: str, **allowed: list[str]) -> Iterator[dict[str, dict[str, str]]]:
    """An S3 server of `s3_server` that asks who it is until the block ends.

    One user each, who may do these actions and no others; gives their credentials by role.
    """
    import boto3

    def ask_who(after: str) -> None:
        plain = {"Content-Type": "text/plain"}
        urlopen(Request(f"{endpoint}/moto-api/reset-auth", after.encode(), plain)).close()

    named = {f"aws_{role}": "x" for role in ("access_key_id", "secret_access_key")}
    iam = boto3.client("iam", endpoint_url=endpoint, region_name="us-east-1", **named)
    users = {}
    for name, actions in allowed.items():
        iam.create_user(UserName=name)
        rule = {"Effect": "Allow", "Action": actions, "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [rule]})
        iam.put_user_policy(UserName=name, PolicyName=name, PolicyDocument=policy)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        users[name] = {"key": key["AccessKeyId"], "secret": key["SecretAccessKey"]}
    ask_who("0")
    try:
        yield users
    finally:
        ask_who("Infinity")
        for name, keys in users.items():
            iam.delete_access_key(UserName=name, AccessKeyId=keys["key"])
            iam.delete_user_policy(UserName=name, PolicyName=name)
            iam.delete_user(UserName=name)


@contextmanager
def sftp_server(folder: Path, home: Path) -> Iterator[str]:
    """The address of a server of SFTP that serves a folder; the ssh of `home` knows its key."""
    import asyncssh

    class Login(asyncssh.SSHServer):
        def begin_auth(self, username: str) -> bool:
            return True

        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            return password == RIGHT["password"]

    key = asyncssh.generate_private_key("ssh-ed25519")
    loop, ready, ports = asyncio.new_event_loop(), Event(), []

    def serve() -> None:
        async def begin() -> None:
            server = await asyncssh.listen(
                "127.0.0.1",
                0,
                server_factory=Login,
                server_host_keys=[key],
                sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=bytes(folder)),
            )
            ports.append(server.get_port())
            ready.set()

        loop.run_until_complete(begin())
        loop.run_forever()

    thread = Thread(target=serve, daemon=True)
    thread.start()
    assert ready.wait(120)
    hosts = home / ".ssh" / "known_hosts"
    hosts.parent.mkdir(parents=True)
    hosts.write_text(f"[127.0.0.1]:{ports[0]} {key.export_public_key().decode()}")
    yield f"sftp://127.0.0.1:{ports[0]}"
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)


@contextmanager
def webdav_server(folder: Path, chain: Path | None = None) -> Iterator[str]:
    """The address of a WebDAV server that asks for a password; over TLS with a certificate."""
    from cheroot import wsgi
    from cheroot.ssl.builtin import BuiltinSSLAdapter
    from wsgidav.wsgidav_app import WsgiDAVApp

    users = {"*": {RIGHT["user"]: {"password": RIGHT["password"]}}}
    app = WsgiDAVApp(
        {
            "provider_mapping": {"/": str(folder)},
            "simple_dc": {"user_mapping": users},
            "verbose": 0,
            "logging": {"enable": False},
        }
    )
    server = wsgi.Server(("127.0.0.1", 0), app)
    if chain:
        server.ssl_adapter = BuiltinSSLAdapter(str(chain), str(chain))
    server.prepare()
    Thread(target=server.serve, daemon=True).start()
    scheme = "https" if chain else "http"
    yield f"webdav+{scheme}://127.0.0.1:{server.bind_addr[1]}"
    server.stop()


@contextmanager
def refusing(behind: str, method: str, status: int) -> Iterator[str]:
    """A server that passes everything on to another, but answers one method with a status."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length) if length else None
            if self.command == method:
                code = "AccessDenied" if status == 403 else "InternalError"
                self._answer(status, f"<Error><Code>{code}</Code></Error>".encode(), {})
                return
            headers = {k: v for k, v in self.headers.items() if k != "Host"}
            asked = Request(behind + self.path, body, headers, method=self.command)
            try:
                with urlopen(asked) as found:
                    self._answer(found.status, found.read(), dict(found.headers))
            except HTTPError as error:
                self._answer(error.code, error.read(), dict(error.headers))

        def _answer(self, code: int, content: bytes, headers: dict[str, str]) -> None:
            self.send_response(code)
            for key, value in headers.items():
                if key.lower() not in {"content-length", "connection", "transfer-encoding"}:
                    self.send_header(key, value)
            head = self.command == "HEAD"
            length = headers.get("Content-Length", "0") if head else str(len(content))
            self.send_header("Content-Length", length)
            self.end_headers()
            if not head:
                self.wfile.write(content)

        do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _pass_on

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
