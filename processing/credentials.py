"""Credentials by name: from the environment, `.env` or the system keyring; never shown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import quote, quote_plus

from processing.config import Config
from processing.errors import ConfigError

SERVICE = "millpond"  # the keyring's entries: service `millpond`, user name as in millpond.toml
HIDDEN = "•••"
# Characters: what is shorter, as the user `me`, stands in half of all words, so it is hidden as a
# word of its own alone.
WORD = 4
# What libraries find by themselves: nobody names these in millpond.toml.
CHAINS = (
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AZURE_CLIENT_SECRET",
    "AZURE_STORAGE_ACCOUNT_KEY",
    "AZURE_STORAGE_CONNECTION_STRING",
    "PGPASSWORD",
    "SPARK_CONNECT_AUTHENTICATE_TOKEN",
)


@dataclass
class Credentials:
    """Finds credentials and hides them in whatever is said; `environment` comes before `.env`."""

    environment: Mapping[str, str] = field(repr=False)
    dotenv: Path
    _given: set[str] = field(default_factory=set, init=False, repr=False)

    def get(self, name: str) -> str:
        """The credential of that name. ConfigError, naming it, when it is nowhere."""
        for _, value in self._looked_up(name):
            if value:
                self._given.add(value)
                return value
        raise missing({name: ""}, self._no_keyring)

    def where(self, name: str) -> str | None:
        """Which place has the credential, or None."""
        for place, value in self._looked_up(name):
            if value:
                self._given.add(value)
                return place
        return None

    def hide(self, text: str) -> str:
        """`text` without any credential that was handed out."""
        written = {form for value in self._given for form in _written(value)}
        for form in sorted(written, key=len, reverse=True):
            if len(form) >= WORD:
                text = text.replace(form, HIDDEN)
            else:
                text = re.sub(rf"(?<!\w){re.escape(form)}(?!\w)", HIDDEN, text)
        return text

    def need(self, named: Mapping[str, str]) -> None:
        """ConfigError that names every credential in `named` (with who asks) that is nowhere."""
        if lacking := {name: who for name, who in named.items() if not self.where(name)}:
            raise missing(lacking, self._no_keyring)

    def _looked_up(self, name: str) -> list[tuple[str, str | None]]:
        found: list[tuple[str, str | None]] = [
            ("the environment", self.environment.get(name)),
            (".env", self._file.get(name)),
        ]
        if not any(value for _, value in found):
            found.append(("the keyring", _from_keyring(name)))
        return found

    @cached_property
    def _file(self) -> Mapping[str, str | None]:
        if not self.dotenv.is_file():
            return {}
        try:
            from dotenv import dotenv_values
        except ImportError as error:
            raise ConfigError(
                f"{self.dotenv} cannot be read",
                found="python-dotenv is not installed",
                next_step="pip install 'millpond[credentials]', or set the environment",
            ) from error
        return dotenv_values(self.dotenv, interpolate=False)

    @property
    def _no_keyring(self) -> str:
        return "" if _has_keyring() else " (this machine has no keyring)"


def named_by(config: Config) -> dict[str, str]:
    """Every credential that millpond.toml names, with the first key that names it."""
    tables = {
        "board": config.board.credentials,
        **{f"sources.{name}": each.credentials for name, each in config.sources.items()},
        "engine": config.engine.credentials,
    }
    found: dict[str, str] = {}
    for table, named in tables.items():
        for role, name in named.items():
            found.setdefault(name, f"{table}.credentials.{role}")
    return found


def hide_all(config: Config, environment: Mapping[str, str], text: str) -> str:
    """`text` without any credential that a library of the project may have been given.

    That is what millpond.toml names, and what the clouds' own chains find in the environment.
    """
    credentials = Credentials(environment, config.root / ".env")
    for name in (*named_by(config), *CHAINS):
        with suppress(ConfigError):  # a lack of python-dotenv: nothing was read from the file
            if name in environment or name not in CHAINS:
                credentials.where(name)
    return credentials.hide(text)


def _written(value: str) -> Iterator[str]:
    """A value as messages write it: as it is, in addresses, as a literal, in an ODBC string."""
    yield from (value, quote(value), quote(value, safe=""), quote_plus(value))
    yield from (repr(value)[1:-1], json.dumps(value)[1:-1], value.replace("}", "}}"))


def missing(names: Mapping[str, str], where: str) -> ConfigError:
    """The one message about credentials that are nowhere."""
    said = [f"{name} ({who})" if who else name for name, who in sorted(names.items())]
    return ConfigError(
        "A credential is missing" if len(said) == 1 else f"{len(said)} credentials are missing",
        found=f"{', '.join(said)} in none of the environment, `.env` and the system keyring{where}",
        expected="a value in one of them",
        next_step=f"set it as a variable, or run `keyring set {SERVICE} {next(iter(names))}`",
    )


def _has_keyring() -> bool:
    try:
        from keyring import get_keyring
        from keyring.backends.fail import Keyring
    except ImportError:
        return False
    return not isinstance(get_keyring(), Keyring)


def _from_keyring(name: str) -> str | None:
    """What the system keyring holds; None where there is no keyring, or none that is open."""
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return None
    with suppress(KeyringError):  # NoKeyringError among them
        return keyring.get_password(SERVICE, name)
    return None
