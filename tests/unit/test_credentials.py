"""Where credentials are looked for, what is said when they are nowhere, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring

from processing.config import load_config
from processing.credentials import HIDDEN, Credentials
from processing.errors import ConfigError


class Memory(KeyringBackend):
    """A keyring that lasts as long as a test."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.held[service, username]


@pytest.fixture
def places(tmp_path: Path) -> Iterator[Credentials]:
    """The three places, each with one credential of its own and `SHOP_ALL`."""
    before = keyring.get_keyring()
    keyring.set_keyring(Memory())
    keyring.set_password("millpond", "SHOP_ALL", "from-keyring")
    keyring.set_password("millpond", "SHOP_C", "c")
    dotenv = tmp_path / ".env"
    dotenv.write_text("SHOP_ALL=from-file\nSHOP_B='b$HOME'\nSHOP_EMPTY=\n", encoding="utf-8")
    yield Credentials({"SHOP_ALL": "from-environment", "SHOP_A": "a"}, dotenv)
    keyring.set_keyring(before)


def test_the_environment_comes_first_then_the_file_then_the_keyring(places: Credentials) -> None:
    """And a value is taken as it stands: nothing in it is expanded."""
    names = ("SHOP_ALL", "SHOP_A", "SHOP_B", "SHOP_C")
    assert [places.get(name) for name in names] == ["from-environment", "a", "b$HOME", "c"]
    found = [places.where(name) for name in names[1:]]
    assert found == ["the environment", ".env", "the keyring"]


def test_an_empty_credential_is_none(places: Credentials) -> None:
    """As a variable that a schedule sets from a secret which does not exist."""
    with pytest.raises(ConfigError, match="A credential is missing") as caught:
        places.get("SHOP_EMPTY")
    assert "SHOP_EMPTY" in str(caught.value)


def test_a_machine_without_a_keyring_says_so(tmp_path: Path) -> None:
    """Which is not an error by itself."""
    before = keyring.get_keyring()
    keyring.set_keyring(NoKeyring())
    try:
        with pytest.raises(ConfigError, match="missing") as caught:
            Credentials({}, tmp_path / ".env").get("SHOP_A")
    finally:
        keyring.set_keyring(before)
    assert "this machine has no keyring" in str(caught.value)
    assert caught.value.exit_code == 10


def test_everything_that_is_missing_is_named_at_once(places: Credentials) -> None:
    """With the keys that ask for it."""
    asked = {"SHOP_A": "k", "SHOP_X": "sources.x.credentials.user", "SHOP_Y": "sources.y"}
    with pytest.raises(ConfigError, match="2 credentials are missing") as caught:
        places.need(asked)
    assert "SHOP_X (sources.x.credentials.user), SHOP_Y" in str(caught.value)


def test_what_was_handed_out_is_hidden(places: Credentials) -> None:
    """The longest first, so that no rest of it shows."""
    places.get("SHOP_A")
    places.get("SHOP_ALL")
    assert places.hide("it is from-environment") == f"it is {HIDDEN}"
    assert "from-environment" not in repr(places)


def test_a_short_credential_is_hidden_as_a_word_of_its_own(tmp_path: Path) -> None:
    """The user `me` stands in half of all words."""
    given = Credentials({"SHOP_USER": "me"}, tmp_path / ".env")
    given.get("SHOP_USER")
    assert given.hide("Name or service of me@host") == f"Name or service of {HIDDEN}@host"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('address = "postgresql://u:hunter2@h/d"', "sources.t.address holds a password"),
        ('address = "https://h/x.csv?api_key=hunter2"', "sources.t.address holds"),
        ('address = "https://h/x.csv?X-Amz-Signature=hunter2"', "sources.t.address holds"),
        ('address = "odbc:DSN=shop; pwd = hunt' + 'er2"', "sources.t.address holds"),
        ('address = "x.csv"\ncredentials.password = "hunter2"', "is not the name of a credential"),
        ('address = "x.csv"\ncredentials.key = "AKIAHUNTER2"', "is not the name of a credential"),
        ('address = "x.csv"\ncredentials.pass = "A_B"', "is none of user, password"),
    ],
)
def test_a_credential_in_the_configuration_is_refused(tmp_path: Path, text: str, says: str) -> None:
    """It is not repeated in the message; exit code 10."""
    (tmp_path / "millpond.toml").write_text(f"[sources.t]\n{text}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="never hold one") as caught:
        load_config(tmp_path)
    assert says in str(caught.value)
    assert "hunter2" not in str(caught.value).lower()
    assert caught.value.exit_code == 10


@pytest.mark.parametrize(
    "text",
    [
        'address = "postgresql://u@h/d?sslmode=require&keepalives=1"',
        'address = "odbc:DSN=shop;KeepAlive=1"',
        'address = "x.csv"\ncredentials.password = "SHOP_PASSWORD"',
    ],
)
def test_a_name_is_no_credential(tmp_path: Path, text: str) -> None:
    """Nor is an option that only looks a little like one."""
    (tmp_path / "millpond.toml").write_text(f"[sources.t]\n{text}\n", encoding="utf-8")
    load_config(tmp_path)
