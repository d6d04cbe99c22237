"""Kinds of address a shelf can lie at: how each is opened, and how it creates and replaces."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from processing.errors import ConfigError
from processing.web import is_here

Credential = Callable[[str], str | None]
Opened = tuple[Any, str]  # the file system, and the folder in it
Open = Callable[[str, Credential, str | None], Opened]
Put = Callable[[Any, str, bytes, str], None]  # file system, path, content, a name to write aside
CONNECT, READ = 10, 60  # seconds: to connect; without a byte
LIMITS = {"connect_timeout": CONNECT, "read_timeout": READ, "retries": {"max_attempts": 3}}
TRIES = 2  # of s3fs, each of which is four of botocore
FRESH = {"use_listings_cache": False, "skip_instance_cache": True}


@dataclass(frozen=True)
class Kind:
    """One kind. `is_flat`: an object store, where a file needs no folder and is put at once.

    `create` raises an OSError when the file is there.
    """

    name: str
    open: Open
    create: Put
    replace: Put
    is_flat: bool
    extra: str


def kind_of(address: str, table: str) -> Kind:
    """The kind of the address of a table in millpond.toml; ConfigError for one nobody can use."""
    scheme = address.partition("://")[0]
    for kind in KINDS:
        if scheme in kind.name.split():
            return kind
    raise ConfigError(
        f"[{table}] address cannot be used",
        found=address,
        expected="one of " + ", ".join(f"{name}://" for one in KINDS for name in one.name.split()),
        next_step="correct millpond.toml; another kind may not say which of two writers was first",
    )


def _given(**options: str | None) -> dict[str, str]:
    return {name: value for name, value in options.items() if value}


def _open_s3(address: str, credential: Credential, endpoint: str | None) -> Opened:
    import fsspec

    named = _given(
        key=credential("key"),
        secret=credential("secret"),
        token=credential("token"),
        endpoint_url=endpoint,
    )
    fs, root = fsspec.url_to_fs(address, config_kwargs=LIMITS, **FRESH, **named)
    fs.retries = TRIES
    return fs, root


def _open_google(address: str, credential: Credential, endpoint: str | None) -> Opened:
    import fsspec

    named = _given(token=credential("token"), endpoint_url=endpoint)
    fs, root = fsspec.url_to_fs(address, **FRESH, **named)
    return fs, root


def _open_azure(address: str, credential: Credential, endpoint: str | None) -> Opened:
    import fsspec

    account, key, token = credential("user"), credential("key"), credential("token")
    if endpoint and key:
        text = f"AccountName={account or ''};AccountKey={key};BlobEndpoint={endpoint}"
        named = {"connection_string": text}
    else:
        host = urlsplit(endpoint).netloc if endpoint else None
        named = _given(account_name=account, account_key=key, sas_token=token, account_host=host)
    fs, root = fsspec.url_to_fs(address, **FRESH, **named)
    return fs, root


def _open_file(address: str, credential: Credential, endpoint: str | None) -> Opened:
    import fsspec

    fs, root = fsspec.url_to_fs(address, auto_mkdir=True, **FRESH)
    return fs, root


def _open_memory(address: str, credential: Credential, endpoint: str | None) -> Opened:
    import fsspec

    fs, root = fsspec.url_to_fs(address)
    return fs, root


def _open_sftp(address: str, credential: Credential, endpoint: str | None) -> Opened:
    import fsspec

    from processing.board.known_hosts import known_hosts

    parts = urlsplit(address)
    user, password = parts.username or credential("user"), credential("password")
    fs = fsspec.filesystem(
        "sftp",
        host=parts.hostname,
        port=parts.port or 22,
        host_key_policy=known_hosts(),
        timeout=CONNECT,
        banner_timeout=CONNECT,
        skip_instance_cache=True,
        **_given(username=user, password=password),
    )
    fs.ftp.get_channel().settimeout(READ)
    return fs, unquote(parts.path)


def _open_webdav(address: str, credential: Credential, endpoint: str | None) -> Opened:
    import fsspec

    parts = urlsplit(address.removeprefix("webdav+"))
    user, password = credential("user"), credential("password")
    token = credential("token")
    if parts.scheme == "http" and (user or token) and not is_here(parts.geturl()):
        raise ConfigError(
            "The credentials of an address would be sent in the clear",
            found=address,
            expected="an address that begins with webdav+https://",
            next_step="correct it in millpond.toml",
        )
    fs = fsspec.filesystem(
        "webdav",
        base_url=f"{parts.scheme}://{parts.netloc}",
        auth=(user, password or "") if user else None,
        headers={"Authorization": f"Bearer {token}"} if token else None,
        timeout=READ,
        event_hooks={"response": [_stays]},
        skip_instance_cache=True,
    )
    return fs, unquote(parts.path).strip("/")


def _stays(answer: Any) -> None:
    """OSError for an answer that leads to another server: what that one says is not the board."""
    if answer.has_redirect_location:
        there = urlsplit(urljoin(str(answer.url), answer.headers["Location"]))
        if (there.scheme, there.netloc) != urlsplit(str(answer.url))[:2]:
            raise OSError(f"it redirects to elsewhere: {there.scheme}://{there.hostname}")


def _conditional(fs: Any, path: str, content: bytes, aside: str) -> None:
    """By a condition of the request itself, such as `If-None-Match: *`."""
    fs.pipe_file(path, content, mode="create")


def _at_once(fs: Any, path: str, content: bytes, aside: str) -> None:
    fs.pipe_file(path, content)


def _link(fs: Any, path: str, content: bytes, aside: str) -> None:
    """By a second name for a whole file: the system gives none that is taken."""
    fs.pipe_file(aside, content)
    try:
        Path(path).hardlink_to(aside)
    finally:
        Path(aside).unlink()


def _rename(fs: Any, path: str, content: bytes, aside: str) -> None:
    fs.pipe_file(aside, content)
    Path(aside).replace(path)


def _sftp_create(fs: Any, path: str, content: bytes, aside: str) -> None:
    """By the plain rename of SFTP, which fails where there is something."""
    fs.pipe_file(aside, content)
    try:
        fs.ftp.rename(aside, path)
    except OSError:
        with suppress(OSError):
            fs.ftp.remove(aside)
        raise


def _sftp_replace(fs: Any, path: str, content: bytes, aside: str) -> None:
    fs.pipe_file(aside, content)
    fs.ftp.posix_rename(aside, path)


def _webdav_create(fs: Any, path: str, content: bytes, aside: str) -> None:
    """By a move with `Overwrite: F`."""
    from webdav4.client import ClientError

    fs.client.upload_fileobj(io.BytesIO(content), aside)
    try:
        fs.client.move(aside, path, overwrite=False)
    except ClientError as error:
        with suppress(ClientError):
            fs.client.remove(aside)
        raise OSError(str(error)) from error


def _webdav_replace(fs: Any, path: str, content: bytes, aside: str) -> None:
    fs.client.upload_fileobj(io.BytesIO(content), aside)
    fs.client.move(aside, path, overwrite=True)


KINDS = (
    Kind("s3", _open_s3, _conditional, _at_once, True, "s3"),
    Kind("gs gcs", _open_google, _conditional, _at_once, True, "gcs"),
    Kind("az abfs abfss", _open_azure, _conditional, _at_once, True, "azure"),
    Kind("memory", _open_memory, _conditional, _at_once, True, "s3"),
    Kind("file local", _open_file, _link, _rename, False, "s3"),
    Kind("sftp ssh", _open_sftp, _sftp_create, _sftp_replace, False, "sftp"),
    Kind("webdav+http webdav+https", _open_webdav, _webdav_create, _webdav_replace, False, "webdav"),
)
