"""Faults that every kind of source read over HTTP meets, each at a file, a sheet and a feed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from processing import web
from processing.config_sources import SourceConfig
from processing.credentials import Credentials
from processing.errors import SourceError
from processing.sources.asked import Asked
from processing.sources.find import find
from processing.sources.source import RawColumn, Source, SourceClock
from tests.sources.served import serving
from tests.sources.shops import bytes_of

DAY = date(2017, 1, 1)
COLUMNS = (RawColumn("time", "timestamp", "the hour"), RawColumn("celsius", "number", "its warmth"))
PATH = "/lines.csv"
KINDS = {"file": "", "sheet": "sheet+", "feed": "feed+"}
every_kind = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries follow each other without a wait."""
    monkeypatch.setattr(web, "BACKOFF", 0)


def content(kind: str, days: int, warmth: object = 1.5) -> bytes:
    """What a server of that kind gives for so many days."""
    hours = [f"{DAY + timedelta(n // 24)}T{n % 24:02}:00" for n in range(24 * days)]
    if kind == "feed":
        hourly = {"time": hours, "celsius": [1.5] * (len(hours) - 1) + [warmth]}
        return json.dumps({"hourly": hourly}).encode()
    lines = [f"{hour}:00,1.5" for hour in hours[:-1]]
    return "\n".join(["time,celsius", *lines, f"{hours[-1]}:00,{warmth}", ""]).encode()


def asked(folder: Path, kind: str, server: str, days: int = 1) -> Asked:
    """A source of that kind at a server, on the last of so many days."""
    days_asked = "?first={first}&last={last}" if kind == "feed" else ""
    config = SourceConfig(
        address=f"{KINDS[kind]}{server}{days_asked}",
        first=DAY if kind == "feed" else None,
        credentials={"token": "SHOP_TOKEN"},
    )
    clock = SourceClock(kind="instant", column="time")
    source = Source(
        name="hours", title="", origin="", licence="", updated="", columns=COLUMNS, clock=clock
    )
    last = DAY + timedelta(days - 1)
    places = (folder, folder / ".cache", folder / "intake", last, "UTC")
    credentials = Credentials({"SHOP_TOKEN": "http-c4nary"}, folder / ".env")
    return Asked(source, config, *places, credentials, lambda line: None)


def refused(found: Asked) -> str:
    """The one message; no file is new, none has changed, and the token is nowhere."""
    before = bytes_of(found.root)
    with pytest.raises(SourceError) as caught:
        find(found)
    assert caught.value.exit_code == 11
    assert bytes_of(found.root) == before
    assert "c4nary" not in str(caught.value)
    assert "Source hours" in str(caught.value)
    return str(caught.value)


FAULTS: dict[str, tuple[Mapping[str, Any], str]] = {
    "gone": ({"status": 404}, "there is no such file on the server"),
    "no right": ({"status": 403}, "correct SHOP_TOKEN (found in the environment), or the right"),
    "wrong token": ({"token": "other"}, "the server asks for other credentials"),
    "fails": ({"status": 500}, "the server answers with an error"),
    "cut": ({"cut_after": 200}, "the connection was cut while it was read"),
    "elsewhere": ({"redirect": "https://login.example.org/"}, "redirects to elsewhere"),
}


@every_kind
@pytest.mark.parametrize("fault", FAULTS)
def test_a_server_that_misbehaves(tmp_path: Path, kind: str, fault: str) -> None:
    """What was fetched before stays, and is read again when the server is well."""
    more, says = FAULTS[fault]
    plain = {"marked": False, "media": "text/csv"}
    with serving() as served:
        there = served.put(PATH, content(kind, 1), **plain)
        find(asked(tmp_path, kind, there))
        served.put(PATH, content(kind, 2), **{**plain, **more})
        assert says in refused(asked(tmp_path, kind, there, days=2))
        served.put(PATH, content(kind, 2), **plain)
        assert find(asked(tmp_path, kind, there, days=2)).files


@every_kind
@pytest.mark.parametrize(
    ("given", "says"),
    [
        (b"", ("it is empty", "not data in the form of a feed")),
        (b"<html>Sorry</html>", ("a web page and not data", "not data in the form of a feed")),
        ("warm", ("invalid value 'warm'", "'warm'")),
    ],
)
def test_an_answer_that_is_no_data(
    tmp_path: Path, kind: str, given: bytes | str, says: tuple[str, str]
) -> None:
    """Nothing of it is kept."""
    answer = content(kind, 1, given) if isinstance(given, str) else given
    with serving() as served:
        there = served.put(PATH, answer, marked=False)
        assert says[kind == "feed"] in refused(asked(tmp_path, kind, there))


@every_kind
def test_a_server_that_is_down(tmp_path: Path, kind: str) -> None:
    with serving() as served:
        there = served.address(PATH)
    assert "the server cannot be reached" in refused(asked(tmp_path, kind, there))


@every_kind
def test_a_certificate_that_does_not_match(tmp_path: Path, kind: str) -> None:
    """The token is not sent to whoever answers with it."""
    chain = tmp_path / "chain.pem"
    issued = trustme.CA().issue_cert("other.example.org")
    issued.private_key_and_cert_chain_pem.write_to_path(str(chain))
    with serving(chain) as served:
        found = refused(asked(tmp_path, kind, served.put(PATH, content(kind, 1))))
        assert "the server's certificate cannot be trusted" in found
        assert served.asked == []
