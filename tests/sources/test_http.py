"""Files on a web server: only the parts that are needed, nothing twice, one message a fault."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
import trustme

from processing import web
from processing.sources.retail import SOURCES
from tests.integration.bad_data import changed
from tests.integration.projects import NOW, lines, make_project, run_build
from tests.sources.howto import snippet
from tests.sources.served import Served, serving
from tests.sources.shops import build, bytes_of, contents, not_taken, shop, taken

LATER = NOW + timedelta(hours=1)
TOKEN = {"SHOP_TOKEN": "http-c4nary"}


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries follow each other without a wait."""
    monkeypatch.setattr(web, "BACKOFF", 0)


@pytest.fixture
def server() -> Iterator[Served]:
    with serving() as served:
        yield served


def parquet(table: pa.Table, rows: int = 50) -> bytes:
    file = io.BytesIO()
    pq.write_table(table, file, row_group_size=rows, compression="none")
    return file.getvalue()


def wide(days: int = 45) -> pa.Table:
    """The lines with a column that nobody asked for, and which is most of the file."""
    table = lines(days)
    filler = pa.array([f"{n:06}" * 500 for n in range(table.num_rows)])
    return table.append_column("filler", filler)


def as_csv(table: pa.Table) -> bytes:
    file = io.BytesIO()
    pyarrow.csv.write_csv(table, file)
    return file.getvalue()


def as_json(table: pa.Table, lines: bool = False) -> bytes:
    rows = [json.dumps(row, default=str) for row in table.to_pylist()]
    return ("\n".join(rows) if lines else f"[{', '.join(rows)}]").encode()


def text(address: str, *more: str) -> str:
    return "\n".join((f'address = "{address}"', *more))


def visible(days: int = 45) -> pa.Table:
    """What a build of 12 February asks for."""
    columns = [column.name for column in SOURCES["transactions"].columns]
    rows = lines(days).select(columns)
    return rows.filter(pc.less(rows["transaction_timestamp"], datetime(2017, 2, 13, 5))).sort_by(
        "basket_id"
    )


def as_file(folder: Path) -> dict[str, str]:
    run_build(make_project(folder))
    return contents(folder)


def test_the_how_to_works(tmp_path: Path, server: Served) -> None:
    """As it stands in docs/sources.md, but for the address; with the token it names."""
    address = server.put("/lines.parquet", parquet(lines()), token=TOKEN["SHOP_TOKEN"])
    project = shop(tmp_path / "shop", snippet("Files on a web server", address=address))
    build(project, TOKEN)
    assert contents(project) == as_file(tmp_path / "file")
    assert b"c4nary" not in bytes_of(project)


def test_of_parquet_only_the_parts_that_are_needed_are_sent(tmp_path: Path, server: Served) -> None:
    """Neither columns that no table may use, nor row groups of days to come."""
    content = parquet(wide())
    project = shop(tmp_path / "shop", text(server.put("/lines.parquet", content)))
    taken(project, {})
    all_days, server.asked[:] = server.sent, []
    taken(shop(tmp_path / "early", text(server.address("/lines.parquet"))), {}, date(2017, 1, 10))
    assert all_days < len(content) / 10
    assert server.sent < all_days / 1.5


def test_an_unchanged_file_costs_one_question(tmp_path: Path, server: Served) -> None:
    """The server's ETag stands for it; a new one is read."""
    project = shop(tmp_path / "shop", text(server.put("/lines.parquet", parquet(lines()))))
    build(project, {})
    server.asked.clear()
    assert not build(project, {}, now=LATER).is_new
    assert server.asked == [("HEAD", "/lines.parquet", 0)]
    server.put("/lines.parquet", parquet(changed("sales_value", 9.0)))
    assert build(project, {}, now=LATER).is_new


def test_a_time_of_change_stands_for_a_file_once_it_is_past(tmp_path: Path, server: Served) -> None:
    """Before, the file may change again within the same second; an ETag needs no time."""
    at, later = "Sun, 12 Feb 2017 08:00:00 GMT", "Sun, 12 Feb 2017 08:01:00 GMT"
    address = server.put("/lines.parquet", parquet(lines()), changed=at, now=at, marked=False)
    project = shop(tmp_path / "shop", text(address))
    first = taken(project, {})
    for marked in (False, True):
        other = parquet(changed("sales_value", 9.0))
        server.put("/lines.parquet", other, changed=at, now=at, marked=marked)
        assert taken(project, {}) != first
        server.resources["/lines.parquet"].now = later
        if not marked:
            taken(project, {})  # from now on, the time stands for it
        server.asked.clear()
        taken(project, {})
        assert server.asked == [("HEAD", "/lines.parquet", 0)]


@pytest.mark.parametrize("more", [{"ranges": False}, {"marked": False}, {"heads": False}], ids=str)
def test_a_simpler_server_will_do(tmp_path: Path, server: Served, more: dict[str, bool]) -> None:
    """The file is then read as a whole; where nothing stands for it, each time."""
    address = server.put("/lines.parquet", parquet(lines()), **more)
    project = shop(tmp_path / "shop", text(address))
    first = taken(project, {})
    assert first == taken(project, {}) == visible()


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/lines.csv", as_csv(wide(44))),
        ("/lines.ndjson", as_json(lines(44), lines=True)),
        ("/lines.json", as_json(lines(44))),
    ],
)  # fmt: skip
def test_text_is_held_to_the_declared_types(
    tmp_path: Path, server: Served, path: str, content: bytes
) -> None:
    """The same rows as in Parquet, under any other name too."""
    kind = {"/lines.csv": "csv"}.get(path, "json")
    project = shop(tmp_path / "shop", text(server.put("/export", content), f'format = "{kind}"'))
    assert taken(project, {}) == visible(44)
    named = shop(tmp_path / "named", text(server.put(path, content)))
    assert taken(named, {}) == visible(44)


def test_a_busy_server_is_asked_again_but_not_for_ever(tmp_path: Path, server: Served) -> None:
    """Three times after the first."""
    address = server.put("/lines.parquet", parquet(lines()), busy=web.TRIES)
    taken(shop(tmp_path / "shop", text(address)), {})
    server.put("/lines.parquet", parquet(lines()), busy=99)
    server.asked.clear()
    says = not_taken(shop(tmp_path / "other", text(address)), {})
    assert "the server answers with an error" in says
    assert "status 503" in says
    assert len(server.asked) == web.TRIES + 1


def test_a_checksum_is_held(tmp_path: Path, server: Served) -> None:
    """With what was found, for whoever wants to agree to it."""
    content = parquet(lines())
    right = hashlib.sha256(content).hexdigest()
    address = server.put("/lines.parquet", content)
    taken(shop(tmp_path / "right", text(address, f'sha256 = "{right}"')), {})
    says = not_taken(shop(tmp_path / "wrong", text(address, f'sha256 = "{right[::-1]}"')), {})
    assert "its content is not what was agreed on" in says
    assert right in says


PAGE = b"<!DOCTYPE html><title>Sign in</title>"
GOOD = as_csv(lines(44))
HEADER = GOOD.partition(b"\n")[0] + b"\n"


@pytest.mark.parametrize(
    ("path", "content", "more", "says"),
    [
        ("/gone.csv", GOOD, {"status": 404}, "there is no such file on the server"),
        ("/x.csv", GOOD, {"status": 403}, "the server refuses to give it"),
        ("/x.csv", GOOD, {"token": "other"}, "the server asks for other credentials"),
        ("/x.csv", PAGE, {}, "the answer is a web page and not data"),
        ("/x.json", PAGE, {"media": "text/html"}, "the answer is a web page and not data"),
        ("/x.parquet", PAGE * 9, {"media": "text/html"}, "is not PARQUET of the declared shape"),
        ("/x.csv", b"", {}, "it is empty"),
        ("/x.csv", GOOD.replace(b",7,", b",seven,", 1), {}, "invalid value 'seven'"),
        ("/x.csv", GOOD.replace(b"store_id", b"shop", 1), {}, "no column store_id"),
        ("/x.csv", HEADER + b"1,2\n", {}, "is not CSV of the declared shape"),
        ("/x.json", b'[{"week": 1}]', {}, "no column household_id"),
        ("/x.json", b"[1, 2]", {}, "something else than objects"),
        ("/x.json", b'[{"week": 1}', {}, "is not JSON of the declared shape"),
        ("/x.csv", GOOD, {"cut_after": 5000}, "the connection was cut while it was read"),
        ("/x.parquet", parquet(lines(44)), {"cut_after": 500}, "was cut while it was read"),
        ("/x.csv", GOOD, {"redirect": "https://login.example.org/"}, "redirects to elsewhere"),
        ("/x.csv", GOOD, {"redirect": "/x.csv"}, "the server redirects in circles"),
        ("/x.bin", GOOD, {}, "its format is not known"),
    ],
)  # fmt: skip
def test_what_is_said_of_a_fault(
    tmp_path: Path, server: Served, path: str, content: bytes, more: dict[str, object], says: str
) -> None:
    """One message, exit code 11, nothing half-written, and what was taken in is there still."""
    project = shop(tmp_path / "shop", text(server.put("/good.csv", as_csv(lines(44)))))
    before = taken(project, {})
    address = server.put(path, content, **more)
    toml = project / "millpond.toml"
    toml.write_text(toml.read_text().replace(server.address("/good.csv"), address))
    found = not_taken(project, {})
    assert says in found
    assert "transactions" in found
    toml.write_text(toml.read_text().replace(address, server.address("/good.csv")))
    server.asked.clear()
    assert taken(project, {}) == before
    assert [method for method, _, _ in server.asked] == ["HEAD"]


def test_a_redirect_on_the_same_server_is_followed(tmp_path: Path, server: Served) -> None:
    """As servers do that move their files."""
    server.put("/new.csv", as_csv(lines(44)))
    taken(shop(tmp_path / "shop", text(server.put("/old.csv", b"", redirect="/new.csv"))), {})


def test_a_server_that_is_down(tmp_path: Path) -> None:
    """Said once, after a bounded number of tries."""
    with serving() as served:
        address = served.address("/x.csv")
    assert "the server cannot be reached" in not_taken(shop(tmp_path / "shop", text(address)), {})


def test_a_certificate_that_does_not_match(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither one that nobody vouches for, nor one of another name."""
    authority = trustme.CA()
    file = tmp_path / "server.pem"
    authority.issue_cert("shop.example.org").private_key_and_cert_chain_pem.write_to_path(str(file))
    with serving(file) as served:
        project = shop(tmp_path / "shop", text(served.put("/x.csv", as_csv(lines(44)))))
        says = not_taken(project, {})
        assert "the server's certificate cannot be trusted" in says
        authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "ca.pem"))
        says = not_taken(project, {})
        assert "the server's certificate cannot be trusted" in says
        assert "127.0.0.1" in says
        ours = authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem
        ours.write_to_path(str(file))
    with serving(file) as served:
        taken(shop(tmp_path / "other", text(served.put("/x.csv", as_csv(lines(44))))), {})


def test_credentials_are_not_sent_in_the_clear(tmp_path: Path) -> None:
    """Exit code 10: it is the configuration that is wrong."""
    given = text("http://files.example.org/x.csv", 'credentials.token = "SHOP_TOKEN"')
    assert "in the clear" in not_taken(shop(tmp_path / "shop", given), TOKEN, code=10)
