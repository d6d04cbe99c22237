"""A board on a web server: read, and never written. Nothing is listed there, so names lead on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from urllib.parse import quote, urlsplit

from processing.board.manifest import CURRENT, MAX_BYTES, Manifest, decode, decode_served
from processing.board.reader import MAX_PIN_BYTES
from processing.errors import BoardError, MillpondError
from processing.web import Web

SERVED = f"releases/{CURRENT}"
ABOUT = "data.txt"  # what pins keeps beside the file of a version
DEPTH = 100  # how many releases back are looked for


class Website:
    """The board below an `https` or `http` address; what is read is what its manifests name."""

    called = "The board"

    def __init__(
        self, address: str, credential: Callable[[str], str | None], table: str = "board"
    ) -> None:
        parts = urlsplit(address)
        self.table = table
        self.shows = f"correct what [{table}] credentials name in millpond.toml, or the right to it"
        self.address = address.rstrip("/")
        self.shown = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
        self.credential = credential
        self._known: dict[str, bytes] = {}

    def files(self, whole: bool = True) -> dict[str, str]:
        """The served release and the files it names; `whole`: earlier releases as well."""
        current = self._known[SERVED] = self._manifest(SERVED)
        manifest: Manifest = decode_served(current, f"{self.shown}/{SERVED}")
        found = {SERVED: ""} | _versions(manifest)
        name = f"releases/{manifest.id}.json"
        for _ in range(DEPTH if whole else 1):
            content = self._get(name, MAX_BYTES)
            if content is None:
                break
            manifest = decode(content, f"{self.shown}/{name}")
            self._known[name] = content
            found |= {name: manifest.id} | _versions(manifest)
            if manifest.previous is None:
                break
            name = f"releases/{manifest.previous}.json"
        return found

    @contextmanager
    def errors(self, doing: str) -> Iterator[None]:
        """Nothing to turn: what goes wrong here is a BoardError already."""
        yield

    def read(self, names: Iterable[str]) -> dict[str, bytes]:
        """The content of these files; those that plain pins alone needs may be lacking."""
        found = {}
        for name in names:
            content = self._known.get(name) or self._get(name, MAX_PIN_BYTES)
            if content is not None:
                found[name] = content
            elif not name.endswith(ABOUT):
                raise self.fault("a file is not on the server", name, "every file it names")
        return found

    def fault(
        self, what: str, found: object, expected: str = "", next_step: str = ""
    ) -> BoardError:
        """The one message about what is wrong with this board."""
        return BoardError(
            f"The board cannot be read: {what}",
            found=f"{found} ({self.shown})",
            expected=expected or None,
            next_step=next_step or f"check [{self.table}] address in millpond.toml, then run again",
        )

    def _manifest(self, name: str) -> bytes:
        content = self._get(name, MAX_BYTES)
        if content is None:
            raise self.fault("there is no board at this address", f"no {name}", f"{name}")
        return content

    def _get(self, name: str, most: int) -> bytes | None:
        url = f"{self.address}/{quote(name)}"
        with closing(Web(self, url)) as web:
            try:
                return web.content(url, most)
            except MillpondError as error:
                error.found = f"{error.found}, asked for {name}"
                raise


def _versions(manifest: Manifest) -> dict[str, str]:
    """The files of the pins a release names, by name, with their hash for a mark."""
    data = {f"pins/{entry.file}": entry.sha256 for entry in manifest.pins}
    beside = {f"{name.rpartition('/')[0]}/{ABOUT}": mark for name, mark in data.items()}
    return data | beside
