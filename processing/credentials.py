"""Credentials by name: from the environment, `.env` or the system keyring; never shown."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from processing.errors import ConfigError

SERVICE = "millpond"  # the keyring's entries: service `millpond`, user name as in millpond.toml
HIDDEN = "•••"


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
        for value in sorted(self._given, key=len, reverse=True):
            text = text.replace(value, HIDDEN)
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
