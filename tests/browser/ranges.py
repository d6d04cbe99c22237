"""A server of files that answers range requests, as static hosts do and Python's does not."""

from __future__ import annotations

import functools
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ONE_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


@dataclass
class Served:
    """A site on this machine: its address, and which bytes of which file were asked for."""

    address: str = ""
    ranges: list[tuple[str, int, int]] = field(default_factory=list)  # end is exclusive
    paths: list[str] = field(default_factory=list)

    def bytes_of(self, name: str) -> int:
        """How many bytes of files that end in `name` went over the wire in ranges."""
        return sum(end - start for path, start, end in self.ranges if path.endswith(name))

    def forget(self) -> None:
        """Begin to count anew."""
        self.ranges.clear()
        self.paths.clear()


@contextmanager
def serving_ranges(folder: Path) -> Iterator[Served]:
    """The folder at the root of a server that answers ranges and keeps note of them."""
    served = Served()
    handler = functools.partial(RangeHandler, served, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    served.address = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class RangeHandler(SimpleHTTPRequestHandler):
    """Serves files whole or one range of them, and prints nothing."""

    def __init__(self, served: Served, *arguments: Any, **named: Any) -> None:
        self.served = served
        super().__init__(*arguments, **named)

    def do_GET(self) -> None:
        """The whole file, or the range that was asked for."""
        self.served.paths.append(self.path)
        asked = ONE_RANGE.fullmatch(self.headers.get("Range", ""))
        file = Path(self.translate_path(self.path))
        if not asked or not file.is_file():
            super().do_GET()
            return
        content = file.read_bytes()
        start = int(asked[1])
        end = min(int(asked[2]) + 1 if asked[2] else len(content), len(content))
        self.served.ranges.append((self.path.partition("?")[0], start, end))
        self.send_response(HTTPStatus.PARTIAL_CONTENT)
        self.send_header("Content-Type", self.guess_type(str(file)))
        self.send_header("Content-Range", f"bytes {start}-{end - 1}/{len(content)}")
        self.send_header("Content-Length", str(end - start))
        self.end_headers()
        self.wfile.write(content[start:end])

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
