"""Places a board can lie at, each a real server or a real folder, and projects that use one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from processing.board.reader import Release, open_release
from processing.build.elsewhere import board_here
from processing.config import load_config
from tests.integration.projects import make_project

KEYS = "BOARD_KEY_ID=testing\nBOARD_SECRET=testing\n"
NAMED = 'credentials.key = "BOARD_KEY_ID"\ncredentials.secret = "BOARD_SECRET"\n'


def project_on(folder: Path, address: str, endpoint: str = "") -> Path:
    """A small project whose board lies at that address, as on a machine of its own."""
    make_project(folder)
    return move_board(folder, address, endpoint)


def move_board(folder: Path, address: str, endpoint: str = "") -> Path:
    """Let the project's millpond.toml name another board."""
    toml = folder / "millpond.toml"
    before, rest = toml.read_text(encoding="utf-8").split("[board]\n")
    _, _, after = rest.partition("[sources.")
    board = f'[board]\naddress = "{address}"\nwait_seconds = 0\n'
    if endpoint:
        board += f'endpoint = "{endpoint}"\n' + NAMED
        (folder / ".env").write_text(KEYS, encoding="utf-8")
    toml.write_text(f"{before}{board}[sources.{after}", encoding="utf-8")
    return folder


def served(folder: Path) -> Release:
    """The release that the board of a project serves, brought here."""
    config = load_config(folder)
    board_here(config)
    return open_release(config.board_path)


@contextmanager
def s3_server() -> Iterator[str]:
    """The address of an S3 server of this machine."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
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
