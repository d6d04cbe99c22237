"""A table of a PostgreSQL server as a source: the same pins, exact, and one message a fault."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import trustme

from processing.errors import SourceError
from tests.integration.projects import NOW, lines, make_project, run_build
from tests.sources.howto import snippet
from tests.sources.postgres import PASSWORD, Server
from tests.sources.served import cutting
from tests.sources.shops import build, bytes_of, contents, not_taken, refused, shop, taken

pytestmark = pytest.mark.server

RIGHT = {"SHOP_PASSWORD": PASSWORD}
TEXT = 'address = "{address}"\ntable = "{table}"\ncredentials.password = "SHOP_PASSWORD"'
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def project(tmp_path: Path, postgresql: Server) -> Path:
    """The small project with its lines in the table `lines`."""
    postgresql.run("DROP TABLE IF EXISTS lines")
    postgresql.put("lines", lines())
    return shop(tmp_path / "shop", TEXT.format(address=postgresql.address, table="lines"))


def test_the_pins_are_those_of_the_same_rows_in_a_file(tmp_path: Path, project: Path) -> None:
    """Wherever the rows lie, the release holds the same."""
    build(project, RIGHT)
    run_build(make_project(tmp_path / "file"))
    assert contents(project) == contents(tmp_path / "file")


def test_only_the_columns_and_rows_asked_for_are_fetched(project: Path) -> None:
    """Nothing after the day, and nothing that no table may use."""
    build(project, RIGHT, date(2017, 1, 10))
    files = sorted((project / ".cache/sources/transactions").rglob("*.parquet"))
    rows = pa.concat_tables(pq.read_table(file, partitioning=None) for file in files)
    assert [file.parent.name for file in files] == ["week=1", "week=2", "week=3"]
    assert "quantity" not in rows.column_names
    assert rows.num_rows == 10 * 6


def test_an_unchanged_table_is_not_read_again(project: Path, postgresql: Server) -> None:
    """The server's own word that nothing was committed is enough; then one week costs one week."""
    first = build(project, RIGHT)
    taken = project / ".cache/sources/transactions/taken.json"
    at = taken.stat().st_mtime_ns
    assert not build(project, RIGHT, now=LATER).is_new
    assert taken.stat().st_mtime_ns == at
    postgresql.run("UPDATE lines SET sales_value = sales_value + 1 WHERE week = 3")
    third = build(project, RIGHT, now=LATER)
    assert taken.stat().st_mtime_ns > at
    assert third.is_new
    reasons = {decision.name: decision.reason for decision in third.built}
    assert reasons["sales_by_week_store_department"] == "source changed: week 3"
    assert first.is_new


def test_a_query_of_its_own_says_whether_it_changed(project: Path, postgresql: Server) -> None:
    """On a busy server something is always committed; the author knows what matters."""
    toml = project / "millpond.toml"
    toml.write_text(
        toml.read_text().replace(
            'table = "lines"',
            'query = "SELECT * FROM lines WHERE household_id < 9;"\n'
            'changed = "SELECT count(*) FROM lines"',
        )
    )
    build(project, RIGHT)
    taken = project / ".cache/sources/transactions/taken.json"
    at = taken.stat().st_mtime_ns
    postgresql.run("UPDATE lines SET sales_value = sales_value + 1")
    build(project, RIGHT, now=LATER)
    assert taken.stat().st_mtime_ns == at
    postgresql.run("DELETE FROM lines WHERE basket_id IN (SELECT max(basket_id) FROM lines)")
    build(project, RIGHT, now=LATER)
    assert taken.stat().st_mtime_ns > at


def test_types_stay_true(tmp_path: Path, project: Path, postgresql: Server) -> None:
    """Decimals to the last digit, instants in UTC whatever zone, float8 as it is."""
    postgresql.run(
        "DROP TABLE IF EXISTS exact",
        "CREATE TABLE exact AS SELECT household_id, store_id, basket_id, product_id,"
        " sales_value::numeric(12,2), (retail_disc + 0.0000001)::numeric AS retail_disc,"
        " coupon_disc + 0.1::float8 / 3 AS coupon_disc, coupon_match_disc, week::int2,"
        " transaction_timestamp AT TIME ZONE 'UTC' AS transaction_timestamp FROM lines",
    )
    toml = project / "millpond.toml"
    toml.write_text(toml.read_text().replace('"lines"', '"public.exact"'))
    build(project, RIGHT)
    folder = project / ".cache/sources/transactions"
    rows = pa.concat_tables(
        pq.read_table(file, partitioning=None) for file in sorted(folder.rglob("*.parquet"))
    )
    assert rows.schema.field("sales_value").type == pa.decimal128(12, 2)
    assert rows.schema.field("retail_disc").type == pa.decimal128(28, 9)
    assert rows.schema.field("transaction_timestamp").type == pa.timestamp("us")
    there = {row["basket_id"]: row for row in rows.to_pylist()}
    for line in lines().to_pylist():
        if found := there.pop(line["basket_id"], None):
            assert str(found["sales_value"]) == f"{line['sales_value']:.2f}"
            assert found["retail_disc"] == Decimal(f"{line['retail_disc']:.1f}000001")
            assert found["coupon_disc"] == 0.1 / 3
            assert found["transaction_timestamp"] == line["transaction_timestamp"]
    assert there == {}


def test_a_decimal_that_would_lose_digits_is_not_taken(project: Path, postgresql: Server) -> None:
    """Never rounded in silence."""
    postgresql.run("ALTER TABLE lines ALTER sales_value TYPE numeric USING 1.00000000001")
    says = not_taken(project, RIGHT)
    assert "a value of sales_value does not fit its type" in says
    assert "cast the column in its query" in says


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("SHOP_PASSWORD", "OTHER_PASSWORD", "the server refuses user or password"),
        ('table = "lines"', 'table = "gone"', "there is no such database, role or table"),
        ("/postgres", "/elsewhere", "there is no such database, role or table"),
        ("{port}", "1", "the server does not answer"),
        ("/postgres", "/postgres?sslmode=require", "no secure connection can be made"),
        ("/postgres", "/postgres?options=-crole%3Dnobody", "there is no such database"),
        ('table = "lines"', 'query = "DELETE FROM lines"', "cannot be read"),
        ('table = "lines"', 'table = "lines; DROP TABLE lines"', "this is no name of a table"),
        ('table = "lines"', "", "must name a table or a query"),
        ('table = "lines"', "query = 'SELECT 1 AS week'", "there is no such"),
        ("127.0.0.1", "nowhere.invalid", "the server is not known"),
    ],
)
def test_what_is_said_of_a_fault(
    project: Path, postgresql: Server, old: str, new: str, says: str
) -> None:
    """One message, without the password; the right exit code; nothing half-written."""
    toml = project / "millpond.toml"
    old = old.replace("{port}", str(postgresql.port))
    assert old in toml.read_text()
    toml.write_text(toml.read_text().replace(old, new))
    config_fault = "table or" in says or "no name" in says
    found = not_taken(
        project, RIGHT | {"OTHER_PASSWORD": "wrong-c4nary"}, code=10 if config_fault else 11
    )
    assert says in found
    assert ("OTHER_PASSWORD (found in the environment)" in found) == (new == "OTHER_PASSWORD")
    assert "c4nary" not in found
    assert "transactions" in found


def test_a_user_who_may_not_read_it(project: Path, postgresql: Server) -> None:
    """One message that says so; the password of that user is right."""
    postgresql.run(
        "DROP ROLE IF EXISTS stranger", f"CREATE ROLE stranger LOGIN PASSWORD '{PASSWORD}'"
    )
    toml = project / "millpond.toml"
    toml.write_text(toml.read_text().replace("//owner@", "//stranger@"))
    assert "the user may not read it" in not_taken(project, RIGHT)


def test_a_certificate_that_does_not_match(
    tmp_path: Path, project: Path, postgresql: Server
) -> None:
    """Of another name, of an issuer nobody trusts, with the issuers' file gone: read only when it
    is the right one."""
    toml = project / "millpond.toml"
    given = toml.read_text()
    stranger = tmp_path / "stranger.pem"
    trustme.CA().cert_pem.write_to_path(str(stranger))
    refused = "the server's certificate cannot be trusted"
    with postgresql.over_tls("localhost") as issuer:

        def ask(host: str, trusted: Path) -> None:
            there = f"{host}:{postgresql.port}/postgres"
            safe = f"{there}?sslmode=verify-full&sslrootcert={trusted}"
            toml.write_text(
                given.replace(f"127.0.0.1:{postgresql.port}/postgres", safe), encoding="utf-8"
            )

        ask("localhost", issuer)
        assert taken(project, RIGHT).num_rows == 258
        for host, trusted, says in (
            ("127.0.0.1", issuer, refused),
            ("localhost", stranger, refused),
            ("localhost", tmp_path / "gone.pem", "the file with the issuers to trust is not there"),
        ):
            ask(host, trusted)
            found = not_taken(project, RIGHT)
            assert says in found
            assert "c4nary" not in found


def test_a_connection_that_is_cut_half_way(project: Path, postgresql: Server) -> None:
    """Rows that came before the cut are not kept."""
    postgresql.run("INSERT INTO lines SELECT lines.* FROM lines, generate_series(1, 400)")
    toml = project / "millpond.toml"
    given = toml.read_text()
    with cutting(postgresql.port, after=200_000) as port:
        toml.write_text(given.replace(f":{postgresql.port}/", f":{port}/"))
        says = not_taken(project, RIGHT)
    assert "transactions" in says
    assert "run again; the last release is served unchanged" in says
    assert "c4nary" not in says
    toml.write_text(given)
    assert taken(project, RIGHT).num_rows > len(lines())


def test_a_missing_column_is_named(project: Path, postgresql: Server) -> None:
    """With those that are there."""
    postgresql.run("ALTER TABLE lines RENAME COLUMN store_id TO shop_id")
    says = not_taken(project, RIGHT)
    assert "store_id" in says


def test_a_value_of_another_type(project: Path, postgresql: Server) -> None:
    """A text where a number was declared stops the build before anything is made of it."""
    postgresql.run("ALTER TABLE lines ALTER store_id TYPE text USING 'seven'")
    with pytest.raises(SourceError, match="store_id is String, not integer"):
        build(project, RIGHT)


def test_a_missing_credential_is_named_before_anything_is_asked(project: Path) -> None:
    """Exit code 10, and what to do."""
    says = refused(project, {}, code=10)
    assert "SHOP_PASSWORD (sources.transactions.credentials.password)" in says
    assert "keyring set millpond SHOP_PASSWORD" in says


def test_the_password_is_in_no_byte_that_is_left(project: Path) -> None:
    """Neither on the board nor in the caches."""
    build(project, RIGHT)
    refused(project, {"SHOP_PASSWORD": PASSWORD + "c4nary"})
    found = bytes_of(project)
    assert b"sales_by_week" in found
    assert b"c4nary" not in found


def test_the_how_to_works(tmp_path: Path, project: Path, postgresql: Server) -> None:
    """As it stands in docs/sources.md, but for the address of the server."""
    address = f"{postgresql.address}?sslmode=prefer"
    text = snippet("PostgreSQL", address=address, table="public.lines")
    copied = shop(tmp_path / "copied", text)
    build(copied, RIGHT)
    build(project, RIGHT)
    assert contents(copied) == contents(project)
