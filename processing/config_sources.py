"""What `millpond.toml` says of one source: its address, what is read of it, whose credentials."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Annotated, Literal
from urllib.parse import parse_qsl, urlsplit

import msgspec

# A credential is named as an environment variable would be; what it holds stands nowhere here.
CREDENTIAL_NAME = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")
CREDENTIALS = ("user", "password", "token", "key", "secret")
SECRET_KEYS = re.compile(
    r"(?i)(pwd|passw(or)?d|passphrase|(x-amz-)?signature|sig|(access|auth|api|sas)?[-_]?token|secret"
    r"|(api|access|account|secret)[-_]?key)"
)
CONNECTION_PART = re.compile(r"(?i)(?:^|;)\s*([\w -]+?)\s*=")


class SampleConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a source: every row of the keys that a hash of `by` and `seed` picks.

    `share` of the keys or so many (`keys`), in each group of `within` where that is named.
    """

    by: tuple[str, ...]
    share: Annotated[float, msgspec.Meta(gt=0, lt=1)] | None = None
    keys: Annotated[int, msgspec.Meta(ge=1)] | None = None
    within: tuple[str, ...] = ()
    seed: int = 0

    def __post_init__(self) -> None:
        """ValueError unless exactly one size is given, and a key."""
        if (self.share is None) == (self.keys is None) or not self.by:
            raise ValueError("a sample takes `by`, and either `share` or `keys`")


class SourceConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where one source lies and what of it is read; docs/configuration.md has each key."""

    address: str
    table: str | None = None
    query: str | None = None
    changed: str | None = None
    format: Literal["parquet", "csv", "json"] | None = None
    sha256: str | None = None
    empty: str | None = None
    endpoint: str | None = None
    first: date | None = None
    credentials: dict[str, str] = {}
    sample: SampleConfig | None = None


def secret_faults(sources: dict[str, SourceConfig]) -> Iterator[str]:
    """What a value stands where only a name may, by key and without the value."""
    for name, source in sources.items():
        addresses = (source.address, source.endpoint or "")
        yield from table_faults(f"sources.{name}", source.credentials, addresses)


def table_faults(
    table: str,
    credentials: Mapping[str, str],
    addresses: Iterable[str],
    roles: tuple[str, ...] = CREDENTIALS,
) -> Iterator[str]:
    """As `secret_faults`, of one table of millpond.toml, which may name credentials for `roles`."""
    for role, credential in credentials.items():
        key = f"{table}.credentials.{role}"
        if role not in roles:
            yield f"{key} is none of {', '.join(roles)}"
        elif not CREDENTIAL_NAME.fullmatch(credential):
            yield f"{key} is not the name of a credential"
    if any(map(_holds_secret, addresses)):
        yield f"{table}.address holds a password, a key or a token"


def _holds_secret(address: str) -> bool:
    """Whether an address or a connection string brings a credential along."""
    scheme, _, rest = address.partition(":")
    if scheme == "board" and "://" in rest:
        return _holds_secret(rest)
    if scheme == "odbc":
        return any(SECRET_KEYS.fullmatch(key) for key in CONNECTION_PART.findall(rest))
    try:
        parts = urlsplit(address)
        keys = [key for key, _ in parse_qsl(parts.query, keep_blank_values=True)]
        return parts.password is not None or any(SECRET_KEYS.fullmatch(key) for key in keys)
    except ValueError:
        return True
