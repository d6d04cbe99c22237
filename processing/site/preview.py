"""Serve the site on this machine and rebuild it when a file changes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from processing.config import FILE, Config
from processing.errors import MillpondError, PageError, UsageError

NOT_FOUND = "404.html"
Tell = Callable[[str], None]


class Handler(SimpleHTTPRequestHandler):
    """Static files, never cached by the browser, and without a line per request."""

    def end_headers(self) -> None:
        """Forbid caching: a preview must show what was just rendered."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """For a file that is not there, show the site's own page, as a public server would."""
        page = Path(self.directory, NOT_FOUND)
        if code != HTTPStatus.NOT_FOUND or not page.is_file():
            return super().send_error(code, message, explain)
        content = page.read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def watched(config: Config) -> list[Path]:
    """The folders and files whose change asks for a rebuild."""
    names = [config.site.pages, "processing", "reference", FILE, "_quarto.yml", "_brand.yml"]
    names.append(f"_quarto-{config.site.audience}.yml")
    return [config.root / name for name in names if (config.root / name).exists()]


def serve(
    config: Config,
    port: int,
    rebuild: Callable[[], None],
    tell: Tell,
    stop: threading.Event | None = None,
    renderer: str | None = None,
) -> None:
    """Rebuild once, then serve until interrupted. UsageError when the port is taken."""
    from watchfiles import watch

    _try(rebuild, tell)
    folder = config.root / config.site.out
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), partial(Handler, directory=str(folder)))
    except OSError as error:
        raise UsageError(
            f"Port {port} cannot be used", found=str(error), next_step="name another with --port"
        ) from error
    threading.Thread(target=server.serve_forever, daemon=True).start()
    tell(f"preview: http://127.0.0.1:{server.server_port}/ (stop with Ctrl-C)")
    try:
        for changes in watch(*watched(config), stop_event=stop, raise_interrupt=False):
            tell("changed: " + ", ".join(sorted({Path(path).name for _, path in changes})))
            _rebuild_fresh(config, tell, renderer)
    finally:
        server.shutdown()


def _rebuild_fresh(config: Config, tell: Tell, renderer: str | None) -> None:
    """Rebuild in a new process, because this one has the old code loaded."""
    import subprocess
    import sys

    line = [sys.executable, "-m", "processing", "--project", str(config.root), "site"]
    line += ["--audience", config.site.audience]
    line += ["--renderer", renderer] if renderer else []
    code = subprocess.run(line, check=False).returncode
    said = {0: "up to date", PageError.exit_code: "a page that fails is shown as it was"}
    tell(f"preview: {said.get(code, 'still shows the old site')}")


def _try(work: Callable[[], None], tell: Tell) -> None:
    """A preview goes on when a page is broken: the author is about to mend it."""
    try:
        work()
    except MillpondError as error:
        tell(f"error: {error}")
