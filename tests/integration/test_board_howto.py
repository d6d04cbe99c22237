"""The addresses of boards in docs/operations.md, each used as it stands there at a real server."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme
from click.testing import CliRunner

from processing.cli import cli
from processing.config import load_config
from processing.keeping.place import open_place
from processing.keeping.showing import put_site
from tests.conftest import ROOT
from tests.integration.faulty import OLD_DAY, built
from tests.integration.projects import NOW
from tests.integration.stores import (
    KEYS,
    RIGHT,
    make_bucket,
    project_on,
    s3_server,
    served,
    sftp_server,
    webdav_server,
)
from tests.sources.served import serving

TEXT = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
TOKEN = {"token": "board-c4nary"}


@dataclass(frozen=True)
class Row:
    """One row of the table of addresses."""

    address: str
    extra: str
    credentials: str

    @property
    def scheme(self) -> str:
        return self.address.partition("://")[0]


def rows() -> dict[str, Row]:
    """The table under *A board elsewhere*, by the scheme of each address."""
    found = re.findall(r"^\| `(\S+://\S+)` \| (.+?) \| (.+) \|$", TEXT, re.MULTILINE)
    return {row.scheme: row for row in (Row(*cells) for cells in found)}


def snippets() -> list[str]:
    """Every piece of TOML in the guide."""
    return re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """Where the buckets of the guide are; found as the cloud's own chain finds it."""
    named = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    with s3_server() as endpoint, pytest.MonkeyPatch.context() as patch:
        for name, value in {**named, "AWS_ENDPOINT_URL": endpoint}.items():
            patch.setenv(name, value)
        for bucket in ("bucket", "my-bucket"):
            make_bucket(endpoint, bucket)
        yield endpoint


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Certificate and key of a server of this machine, whose issuer is trusted."""
    issuer, chain, trusted = trustme.CA(), tmp_path / "chain.pem", tmp_path / "ca.pem"
    issuer.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(str(chain))
    issuer.cert_pem.write_to_path(str(trusted))
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.setenv(name, str(trusted))
    return chain


def goes_round(tmp_path: Path, scheme: str, place: Callable[[str], str], **given: str) -> None:
    """What one machine releases at the address another one reads, with the credentials named."""
    row = rows()[scheme]
    assert all(f"`{role}`" in row.credentials for role in given)
    address = place(row.address)
    assert address.startswith(f"{scheme}://")
    one, other = (project_on(tmp_path / name, address, "", given) for name in ("one", "other"))
    assert serves(other, built(one, OLD_DAY, NOW).manifest.id)


def serves(project: Path, wanted: str) -> bool:
    return served(project).manifest.id == wanted


def test_every_address_is_tried() -> None:
    """Here, or said in the guide to be tried elsewhere."""
    tried = {"s3", "sftp", "webdav+https", "file", "https"}
    assert {*rows()} == tried | {"gs", "abfs"}
    assert "fake-gcs-server" in TEXT
    assert "Azurite" in TEXT


@pytest.mark.parametrize("given", [KEYS, {}], ids=["named", "the cloud's own chain"])
def test_s3(s3: str, tmp_path: Path, given: dict[str, str]) -> None:
    goes_round(tmp_path, "s3", lambda address: f"{address}{len(given)}", **given)


def test_sftp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server is in `known_hosts`."""
    home, files = tmp_path / "home", tmp_path / "files"
    files.mkdir()
    monkeypatch.setenv("HOME", str(home))
    with sftp_server(files, home) as server:
        there = server.removeprefix("sftp://")
        goes_round(
            tmp_path,
            "sftp",
            lambda address: address.replace("user@host", f"me@{there}"),
            password=RIGHT["password"],
        )


def test_webdav(tmp_path: Path, tls: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    with webdav_server(files, tls) as server:
        there = server.rpartition("//")[2].replace("127.0.0.1", "localhost")
        goes_round(
            tmp_path, "webdav+https", lambda address: address.replace("host", there, 1), **RIGHT
        )


def test_a_folder_that_several_machines_write_to(tmp_path: Path) -> None:
    goes_round(
        tmp_path,
        "file",
        lambda address: address.replace("/mnt/shared", (tmp_path / "mnt").as_posix()),
    )


def test_a_web_server(tmp_path: Path, tls: Path) -> None:
    """Read-only: a build ends with exit code 13."""
    writer = project_on(tmp_path / "writer", (tmp_path / "board").as_uri())
    release = built(writer, OLD_DAY, NOW).manifest.id
    row = rows()["https"]
    assert "`token`" in row.credentials
    with serving(tls) as found:
        for path in (tmp_path / "board").rglob("*"):
            if path.is_file():
                name = path.relative_to(tmp_path).as_posix()
                found.put(f"/{name}", path.read_bytes(), token=TOKEN["token"])
        address = row.address.replace("host", f"localhost:{found.port}")
        reader = project_on(tmp_path / "reader", address, "", TOKEN)
        assert serves(reader, release)
        done = CliRunner().invoke(cli, ["--project", str(reader), "build"])
        assert done.exit_code == 13
        assert "exit code 13" in row.credentials


def test_the_pieces_of_configuration(tmp_path: Path, s3: str) -> None:
    """Each is read as it stands; what keeps a board and what shows a site does so at its address."""
    found = {}
    for number, snippet in enumerate(snippets()):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "millpond.toml").write_text(f'title = "Small"\n{snippet}', encoding="utf-8")
        config = load_config(folder)
        found[snippet.splitlines()[0]] = config
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").write_bytes(b"a state")
    place = open_place(found["[keep]"].keep.address, tmp_path)
    mark = place.put(kept, None, "first")
    assert place.fetch(tmp_path / "fetched") == mark
    assert (tmp_path / "fetched" / "file").read_bytes() == b"a state"
    showing = found["[site.audiences.internal]"].site.audiences["internal"].publish
    assert showing
    (kept / "catalog.json").write_text('{"generator": "millpond", "audience": "internal"}')
    assert put_site(kept, showing) == (2, 0)
    assert os.environ["AWS_ENDPOINT_URL"] == s3
