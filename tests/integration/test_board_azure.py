"""A board on Azure's storage, where its emulator and library are at hand: neither is needed else.

`.ci/run` installs both for the nightly run. By hand: `npm ci` in a copy of the folder `azurite`
(on PATH by its node_modules/.bin), and `pip install 'millpond[azure]'`.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from processing.board.publish import verify
from tests.integration.faulty import LATER, NEW_DAY, OLD_DAY, built
from tests.integration.places import Place
from tests.integration.projects import NOW
from tests.integration.stores import served
from tests.integration.writers import one_of_many_creates

EVERY_NIGHT = bool(os.environ.get("CI") and os.environ.get("MILLPOND_EXAMPLES"))
ACCOUNT = "devstoreaccount1"
# Every emulator has this key, and nothing else has.
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the emulator, with a container `shop`."""
    if not EVERY_NIGHT:
        pytest.importorskip("adlfs", reason="needs adlfs: pip install 'millpond[azure]'")
    library = import_module("adlfs")
    if (program := shutil.which("azurite-blob")) is None:
        lacking = pytest.fail if EVERY_NIGHT else pytest.skip
        lacking("needs azurite: npm install azurite")
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    options = [
        "--blobPort",
        str(port),
        "--inMemoryPersistence",
        "--skipApiVersionCheck",
        "--silent",
    ]
    running = subprocess.Popen([program, *options], cwd=tmp_path_factory.mktemp("azurite"))
    try:
        address = f"http://127.0.0.1:{port}/{ACCOUNT}"
        make_container(library, address)
        yield address
    finally:
        running.kill()


def make_container(adlfs: Any, address: str) -> None:
    text = f"AccountName={ACCOUNT};AccountKey={KEY};BlobEndpoint={address}"
    deadline = time.monotonic() + 60
    while True:
        try:
            adlfs.AzureBlobFileSystem(connection_string=text, skip_instance_cache=True).mkdir(
                "shop"
            )
            return
        except Exception:  # it does not listen yet
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


@pytest.fixture
def azure(emulator: str, tmp_path: Path) -> Place:
    address = f"abfs://shop/{tmp_path.name}"
    return Place(address, tmp_path, emulator, {"user": ACCOUNT, "key": KEY})


def test_of_many_writers_one_creates_a_file(azure: Place) -> None:
    """By `If-None-Match: *`, which the storage decides."""
    one_of_many_creates(azure)


def test_what_one_machine_releases_another_reads(azure: Place) -> None:
    one, other = azure.machine(), azure.machine()
    built(one, OLD_DAY, NOW)
    second = built(other, NEW_DAY, LATER)
    found = served(azure.machine())
    assert (found.manifest, verify(found)) == (second.manifest, [])
    assert built(one, NEW_DAY, LATER + timedelta(1)).manifest.id == second.manifest.id
