"""Files over HTTP: bounded retries, parts of a file, and no answer but the one asked for."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from typing import IO, Any, Protocol
from urllib.parse import urljoin, urlsplit

from processing.errors import AGAIN, ConfigError, MillpondError, needs

SECONDS = (10, 60)  # to connect; between two pieces of an answer
TRIES = 3  # after the first
BACKOFF = 0.5  # seconds, doubled with each try
PATIENCE = 30  # the longest wait in seconds that a server may ask for
HOPS = 5
CHUNK = 1 << 20
NO_HEAD = (405, 501)
MISSING = (404, 410)
REFUSED = (401, 403)
UNCHANGED = 304
SETTLED = 60  # seconds; a file that changed less ago may change again within the same second
BUSY = (429, 500, 502, 503, 504)


class Asker(Protocol):
    """Who reads an address: how it is called, what it may present, and how its errors read."""

    @property
    def called(self) -> str:
        """What a message calls it, such as `Source lines`."""
        ...

    @property
    def table(self) -> str:
        """Its table in millpond.toml, such as `sources.lines`."""
        ...

    @property
    def shown(self) -> str:
        """The address as it may be told."""
        ...

    @property
    def shows(self) -> str:
        """The next step where the server refuses what it is shown; empty where that is nothing."""
        ...

    def credential(self, role: str) -> str | None:
        """The credential for a role, if millpond.toml names one."""
        ...

    def fault(
        self, what: str, found: object, expected: str = "", next_step: str = ""
    ) -> MillpondError:
        """The one message about what is wrong, without any credential."""
        ...


@dataclass(frozen=True)
class Facts:
    """What a server says of a file before it sends it; `changed` only where it is of use."""

    etag: str | None
    changed: str | None
    size: int | None
    ranges: bool
    media: str = ""

    @property
    def mark(self) -> str | None:
        """What stands for the content, if the server says anything of the kind."""
        # A time is told only once it is past: it would change the mark of an unchanged file.
        changed = None if self.etag else self.changed
        given = (self.etag, changed, self.size, self.ranges)
        return repr(given) if self.etag or self.changed else None


class Web:
    """One address. `hosts` may be redirected to as well; anything else is an error."""

    def __init__(self, asked: Asker, url: str, hosts: tuple[str, ...] = ()) -> None:
        with needs("http", "requests"):
            import requests
            from requests.adapters import HTTPAdapter
            from urllib3 import Retry

        self.asked = asked
        self.url = url
        self.hosts = hosts
        self._shown = ""
        self._errors = requests.exceptions
        self._session = requests.Session()
        retry = Retry(
            total=TRIES,
            backoff_factor=BACKOFF,
            status_forcelist=BUSY,
            allowed_methods=("GET", "HEAD"),
            raise_on_status=False,
            retry_after_max=PATIENCE,
        )
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, HTTPAdapter(max_retries=retry))
        self._authorise()

    def close(self) -> None:
        """Let go of the connections."""
        self._session.close()

    def facts(self) -> Facts | None:
        """What the server says of the file; None when it does not answer such questions."""
        with self._answer("HEAD", {}, NO_HEAD) as answer:
            if answer.status_code in NO_HEAD:
                return None
            return _facts(answer.headers)

    def part(self, start: int, length: int, etag: str | None) -> bytes:
        """So many bytes from `start`, of the version that `etag` names."""
        asked = {"Range": f"bytes={start}-{start + length - 1}", "Accept-Encoding": "identity"}
        if etag and not etag.startswith("W/"):
            asked["If-Match"] = etag
        with self._answer("GET", asked) as answer, self._faults():
            content: bytes = answer.content
        if answer.status_code != 206 or len(content) != length:
            raise self.asked.fault(
                "the server does not send the part that was asked for",
                f"status {answer.status_code}, {len(content):,} bytes",
                f"status 206, {length:,} bytes",
                AGAIN,
            )
        return content

    def content(self, url: str, most: int) -> bytes | None:
        """All of another file of the server, at most so many bytes; None where there is none."""
        self.url = url
        found = io.BytesIO()
        with self._answer("GET", {}, MISSING) as answer, self._faults():
            if answer.status_code in MISSING:
                return None
            for piece in answer.iter_content(CHUNK):
                found.write(piece)
                if found.tell() > most:
                    raise self.asked.fault(
                        "the server sends more than is read", f"over {most:,} bytes"
                    )
            return found.getvalue()

    def into(self, file: IO[bytes], etag: str | None = None) -> str:
        """Write the whole content into `file`; its media type."""
        asked = {"If-Match": etag} if etag and not etag.startswith("W/") else {}
        with self._answer("GET", asked) as answer, self._faults():
            for piece in answer.iter_content(CHUNK):
                file.write(piece)
            return str(answer.headers.get("Content-Type", ""))

    def into_if_newer(self, file: IO[bytes], before: Facts | None) -> Facts | None:
        """Write the whole content into `file`, unless it is still what `before` was said of.

        What the server says of it now; None when it says that nothing has changed.
        """
        known = (
            {"If-None-Match": before.etag, "If-Modified-Since": before.changed} if before else {}
        )
        asked = {name: value for name, value in known.items() if value}
        with self._answer("GET", asked) as answer, self._faults():
            if asked and answer.status_code == UNCHANGED:
                return None
            for piece in answer.iter_content(CHUNK):
                file.write(piece)
            return _facts(answer.headers)

    def _authorise(self) -> None:
        """Add what millpond.toml names; never over a line that others can read."""
        token = self.asked.credential("token")
        user = self.asked.credential("user")
        password = self.asked.credential("password")
        if not (token or user or password):
            return
        if urlsplit(self.url).scheme == "http" and not is_here(self.url):
            raise ConfigError(
                f"{self.asked.called}: its credentials would be sent in the clear",
                found=self.asked.shown,
                expected="an address that begins with https://",
                next_step=f"correct [{self.asked.table}] in millpond.toml",
            )
        self._shown = urlsplit(self.url).netloc
        self._session.auth = _Bearer(token) if token else (user or "", password or "")

    def _auth(self, url: str) -> Callable[[Any], Any] | None:
        """What the address is shown: ours is for its own server, and nobody else is shown any."""
        return None if urlsplit(url).netloc == self._shown else _nothing

    @contextmanager
    def _answer(
        self, method: str, asked: dict[str, str], but: tuple[int, ...] = ()
    ) -> Iterator[Any]:
        """The answer after redirects within the same server; its body is not read yet."""
        url = self.url
        for _ in range(HOPS):
            with self._faults():
                answer = self._session.request(
                    method,
                    url,
                    headers=asked,
                    auth=self._auth(url),
                    timeout=SECONDS,
                    stream=True,
                    allow_redirects=False,
                )
            with closing(answer):
                if not answer.is_redirect:
                    self._refuse(answer.status_code, answer.reason, but)
                    yield answer
                    return
                url = self._follow(url, answer.headers["Location"])
        raise self.asked.fault("the server redirects in circles", url)

    def _follow(self, url: str, location: str) -> str:
        """Where a redirect leads, if that is the same server or one that is allowed."""
        found = urljoin(url, location)
        old, new = urlsplit(url), urlsplit(found)
        known = new.netloc == old.netloc or any(
            (new.hostname or "").endswith(host) for host in self.hosts
        )
        if not known or (old.scheme == "https" and new.scheme != "https"):
            raise self.asked.fault(
                "the address redirects to elsewhere",
                f"a redirect to {new.scheme}://{new.hostname}",
                f"an answer from {old.netloc}",
                "where that is right, write the new address into millpond.toml; "
                "a page to log in at means that the file is not shared",
            )
        return found

    def _refuse(self, status: int, reason: str, but: tuple[int, ...]) -> None:
        if status < 400 or status in but:
            return
        says = {
            401: "the server asks for other credentials",
            403: "the server refuses to give it",
            404: "there is no such file on the server",
            410: "there is no such file on the server any more",
            412: "it was changed while it was read",
        }.get(status, "the server answers with an error")
        refused = self.asked.shows if status in REFUSED else ""
        again = AGAIN if status >= 412 else refused
        raise self.asked.fault(says, f"status {status} {reason}", next_step=again)

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """Turn what the library says into one message."""
        kinds = self._errors
        try:
            yield
        except MillpondError:
            raise
        except kinds.SSLError as error:
            says = "the server's certificate cannot be trusted"
            hint = "a name and an issuer this machine trusts (SSL_CERT_FILE, REQUESTS_CA_BUNDLE)"
            raise self.asked.fault(says, _reason(error), hint) from error
        except (kinds.ConnectTimeout, kinds.ReadTimeout) as error:
            raise self.asked.fault("no answer in time", _reason(error), next_step=AGAIN) from error
        except (kinds.ChunkedEncodingError, kinds.ContentDecodingError) as error:
            raise self.asked.fault(
                "the connection was cut while it was read", _reason(error), next_step=AGAIN
            ) from error
        except kinds.RequestException as error:
            says = "the server cannot be reached, or cuts the connection"
            raise self.asked.fault(says, _reason(error)) from error


@dataclass(frozen=True)
class _Bearer:
    """A token as a library's own kind of credential: as a header, `~/.netrc` would go before it."""

    token: str = field(repr=False)

    def __call__(self, request: Any) -> Any:
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request


def _nothing(request: Any) -> Any:
    return request


def _facts(said: Mapping[str, str]) -> Facts:
    size = said.get("Content-Length", "")
    return Facts(
        etag=said.get("ETag"),
        changed=_settled(said),
        size=int(size) if size.isdecimal() else None,
        ranges=said.get("Accept-Ranges") == "bytes" and "Content-Encoding" not in said,
        media=said.get("Content-Type", ""),
    )


def _settled(said: Mapping[str, str]) -> str | None:
    """When the file changed, if that stands for its content (RFC 9110, 8.8.2.2).

    It is told in whole seconds: right after a change, another one may be told by the same second.
    """
    changed, now = said.get("Last-Modified", ""), said.get("Date", "")
    try:
        ago = parsedate_to_datetime(now).timestamp() - parsedate_to_datetime(changed).timestamp()
    except (ValueError, OverflowError):
        return None
    return changed if ago >= SETTLED else None


def _reason(error: Exception) -> str:
    """The innermost words of an error, which name neither address nor object."""
    reason: Any = error
    while isinstance(getattr(reason, "reason", None), Exception) or (
        reason.args and isinstance(reason.args[0], Exception)
    ):
        inner = getattr(reason, "reason", None)
        reason = inner if isinstance(inner, Exception) else reason.args[0]
    return str(reason).rpartition(">: ")[2]


def is_here(url: str) -> bool:
    """Whether an address is one of this machine, to which a line in the clear does no harm."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Remote(io.RawIOBase):
    """A file on a server as a file to read from, part by part."""

    def __init__(self, web: Web, facts: Facts) -> None:
        assert facts.size is not None
        self._web, self._etag, self._size = web, facts.etag, facts.size
        self._at = 0

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move, as files do."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        """Where the next read begins."""
        return self._at

    def readinto(self, buffer: Any) -> int:
        """One request for as much as is wanted."""
        length = min(len(buffer), self._size - self._at)
        if length <= 0:
            return 0
        buffer[:length] = self._web.part(self._at, length, self._etag)
        self._at += length
        return length
