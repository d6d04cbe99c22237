"""A real web server on the loopback that knows ranges, ETags and every way to misbehave."""

from __future__ import annotations

import hashlib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit


@dataclass
class Resource:
    """What lies at a path, and how the server misbehaves with it."""

    content: bytes = b""
    media: str = "application/octet-stream"
    marked: bool = True  # says an ETag
    ranges: bool = True
    status: int = 200
    redirect: str | None = None
    cut_after: int | None = None  # bytes, then the connection is closed
    busy: int = 0  # answers 503 so many times first
    token: str | None = None
    heads: bool = True
    made: Callable[[str], bytes] | None = None  # the content by the query
    changed: str | None = None  # says when it was, as HTTP writes a moment
    now: str | None = None  # the server's clock, if it stands still


@dataclass
class Served:
    """A running server: what it serves, and the requests it got as (method, path, bytes sent)."""

    port: int
    scheme: str = "http"
    resources: dict[str, Resource] = field(default_factory=dict)
    asked: list[tuple[str, str, int]] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)  # paths that were asked for with credentials

    def address(self, path: str, host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"

    def put(self, path: str, content: bytes, **more: Any) -> str:
        self.resources[path] = Resource(content, **more)
        return self.address(path)

    @property
    def sent(self) -> int:
        """The bytes of all answers but the longest, which is the end of a Parquet file."""
        counts = sorted(count for _, _, count in self.asked)
        return sum(counts[:-1])


@lru_cache(maxsize=8)  # a server knows its files; it does not hash them at each request
def _etag(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:16]}"'


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    served: Served

    def do_HEAD(self) -> None:
        self._serve(body=False)

    def do_GET(self) -> None:
        self._serve(body=True)

    do_PROPFIND = do_GET  # of WebDAV

    def log_message(self, *_: object) -> None:
        pass

    def date_time_string(self, timestamp: float | None = None) -> str:
        found = self.served.resources.get(urlsplit(self.path).path, Resource())
        return found.now or super().date_time_string(timestamp)

    def _serve(self, body: bool) -> None:
        path = urlsplit(self.path).path
        found = self.served.resources.get(path, Resource(status=404))
        content = found.made(urlsplit(self.path).query) if found.made else found.content
        status = self._status(found, content, body)
        start, end = 0, len(content)
        if status == 200 and found.ranges and (wanted := self.headers.get("Range")):
            first, _, last = wanted.removeprefix("bytes=").partition("-")
            start, end, status = int(first), min(int(last) + 1, end), 206
        if status not in (200, 206):
            start, end = 0, 0 if status != found.status else end
        part = content[start:end][: found.cut_after] if body else b""
        # Noted before it is answered: whoever has the answer finds the note.
        self.served.asked.append((self.command, self.path, len(part)))
        if self.headers.get("Authorization"):
            self.served.shown.append(path)
        self.send_response(status)
        if found.redirect:
            self.send_header("Location", found.redirect)
        self.send_header("Content-Type", found.media)
        self.send_header("Content-Length", str(end - start))
        if found.marked:
            self.send_header("ETag", _etag(content))
        if found.changed:
            self.send_header("Last-Modified", found.changed)
        if found.ranges:
            self.send_header("Accept-Ranges", "bytes")
        self.end_headers()
        self.wfile.write(part)
        if body and found.cut_after is not None:
            self.close_connection = True

    def _status(self, found: Resource, content: bytes, body: bool) -> int:
        if found.busy:
            found.busy -= 1
            return 503
        if found.token and self.headers.get("Authorization") != f"Bearer {found.token}":
            return 401
        if not body and not found.heads:
            return 405
        if found.redirect:
            return 302
        if found.marked and self.headers.get("If-None-Match") == _etag(content):
            return 304
        if found.changed and self.headers.get("If-Modified-Since") == found.changed:
            return 304
        wanted = self.headers.get("If-Match")
        return 412 if wanted and wanted != _etag(content) else found.status


@contextmanager
def serving(certificate: Path | None = None) -> Iterator[Served]:
    """A server that answers until the block ends; over TLS where there is a certificate."""
    handler = type("Mine", (Handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    handler.served = Served(server.server_port, "https" if certificate else "http")  # type: ignore[attr-defined]
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield handler.served  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def cutting(port: int, after: int) -> Iterator[int]:
    """A port that passes a connection on to another, and cuts it after so many bytes of answers."""

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            with socket.create_connection(("127.0.0.1", port)) as behind:
                back = Thread(target=self._back, args=(behind,), daemon=True)
                back.start()
                with suppress(OSError):
                    while piece := self.request.recv(65536):
                        behind.sendall(piece)

        def _back(self, behind: socket.socket) -> None:
            left = after
            with suppress(OSError):
                while left > 0 and (piece := behind.recv(min(65536, left))):
                    self.request.sendall(piece)
                    left -= len(piece)
                self.request.shutdown(socket.SHUT_RDWR)

    server = ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
