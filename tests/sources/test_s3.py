"""Files on S3, spoken to over HTTP: parts of Parquet, whole text, one message a fault."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
import trustme

from tests.integration.bad_data import changed
from tests.integration.projects import NOW, lines, make_project, run_build
from tests.integration.stores import guarded, refusing, s3_server
from tests.sources.howto import snippet
from tests.sources.served import cutting, serving
from tests.sources.shops import build, bytes_of, contents, not_taken, shop, taken

LATER = NOW + timedelta(hours=1)
RIGHT = {"SHOP_KEY_ID": "key-c4nary", "SHOP_SECRET_KEY": "secret-c4nary"}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """An S3 server of our own, spoken to as any other."""
    with s3_server() as found:
        yield found


@pytest.fixture
def bucket(endpoint: str) -> Any:
    """An empty bucket named `shop`."""
    store = boto3.resource(
        "s3",
        endpoint_url=endpoint,
        aws_access_key_id="x",
        aws_secret_access_key="x",
        region_name="us-east-1",
    )
    found = store.Bucket("shop")
    found.create()
    found.objects.all().delete()
    return found


def put(bucket: Any, key: str, table: pa.Table) -> None:
    file = io.BytesIO()
    pq.write_table(table, file)
    bucket.put_object(Key=key, Body=file.getvalue())


def text(endpoint: str, address: str = "s3://shop/lines.parquet") -> str:
    named = 'credentials.key = "SHOP_KEY_ID"\ncredentials.secret = "SHOP_SECRET_KEY"'
    return f'address = "{address}"\nendpoint = "{endpoint}"\n{named}'


def test_the_how_to_works(tmp_path: Path, endpoint: str, bucket: Any) -> None:
    """A folder of files; the same pins as from one file here; nothing new, nothing read."""
    rows = lines()
    for week in pc.unique(rows["week"]).to_pylist():
        part = rows.filter(pc.equal(rows["week"], week)).drop_columns("week")
        put(bucket, f"lines/week={week}/part.parquet", part)
    given = snippet("S3", address="s3://shop/lines/", endpoint=endpoint)
    project = shop(tmp_path / "shop", given)
    build(project, RIGHT)
    run_build(make_project(tmp_path / "file"))
    assert contents(project) == contents(tmp_path / "file")
    assert not build(project, RIGHT, now=LATER).is_new
    assert b"c4nary" not in bytes_of(project)


def test_a_new_object_is_read_and_an_old_one_is_not(
    tmp_path: Path, endpoint: str, bucket: Any
) -> None:
    """By its ETag, even within one second and with one size."""
    put(bucket, "lines.parquet", changed("sales_value", 8.0))
    project = shop(tmp_path / "shop", text(endpoint))
    first = taken(project, RIGHT)
    pointer = project / ".cache/sources/transactions/taken.json"
    at = pointer.stat().st_mtime_ns
    assert taken(project, RIGHT) == first
    assert pointer.stat().st_mtime_ns == at
    put(bucket, "lines.parquet", changed("sales_value", 9.0))
    assert taken(project, RIGHT) != first


def test_marks_of_who_wrote_a_folder_are_no_data(
    tmp_path: Path, endpoint: str, bucket: Any
) -> None:
    """`_SUCCESS`, a log or a draft beside the files is left alone, with a format and without."""
    put(bucket, "lines/part-0.parquet", lines())
    bucket.put_object(Key="lines/_SUCCESS", Body=b"")
    bucket.put_object(Key="lines/_delta_log/0.json", Body=b"{}")
    bucket.put_object(Key="lines/.draft.parquet", Body=b"PAR1 torn")
    one = shop(tmp_path / "one", text(endpoint, "s3://shop/lines/part-0.parquet"))
    whole = taken(shop(tmp_path / "folder", text(endpoint, "s3://shop/lines")), RIGHT)
    assert whole == taken(one, RIGHT)
    named = text(endpoint, "s3://shop/lines") + '\nformat = "parquet"'
    assert taken(shop(tmp_path / "named", named), RIGHT) == whole
    bucket.put_object(Key="lines.txt", Body=b"a,b")
    other = shop(tmp_path / "other", text(endpoint, "s3://shop/lines.txt"))
    assert 'add format = "csv"' in not_taken(other, RIGHT)


def test_text_on_s3(tmp_path: Path, endpoint: str, bucket: Any) -> None:
    """Held to the declared types, as anywhere."""
    file = io.BytesIO()
    pa.csv.write_csv(lines(), file)
    bucket.put_object(Key="lines.csv", Body=file.getvalue())
    put(bucket, "lines.parquet", lines())
    project = shop(tmp_path / "csv", text(endpoint, "s3://shop/lines.csv"))
    assert taken(project, RIGHT) == taken(shop(tmp_path / "parquet", text(endpoint)), RIGHT)
    bucket.put_object(Key="lines.csv", Body=file.getvalue().replace(b",7,", b",seven,", 1))
    assert "invalid value 'seven'" in not_taken(project, RIGHT)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("s3://shop/", "s3://no-such-bucket/", "there is no such bucket, folder or file"),
        ("lines.parquet", "gone.parquet", "there is no such bucket, folder or file"),
        ("endpoint = ", 'endpoint = "http://127.0.0.1:1" #', "the server cannot be reached"),
        ("lines.parquet", "torn.parquet", "is not PARQUET of the declared shape"),
    ],
)
def test_what_is_said_of_a_fault(
    tmp_path: Path, endpoint: str, bucket: Any, old: str, new: str, says: str
) -> None:
    """One message without the credentials, exit code 11, nothing half-written."""
    put(bucket, "lines.parquet", lines())
    bucket.put_object(Key="torn.parquet", Body=b"PAR1" + b"x" * 99)
    given = text(endpoint)
    assert old in given
    says_all = not_taken(shop(tmp_path / "shop", given.replace(old, new)), RIGHT)
    assert says in says_all
    assert "c4nary" not in says_all


def test_nobody_has_credentials_for_it(
    tmp_path: Path, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where millpond.toml names none, the cloud's own chain is asked: exit code 11, not 10."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    unnamed = f'address = "s3://shop/lines.parquet"\nendpoint = "{endpoint}"'
    found = not_taken(shop(tmp_path / "shop", unnamed), {})
    assert "there are no credentials for it" in found


def test_no_right_to_read(tmp_path: Path, endpoint: str, bucket: Any) -> None:
    """One message without the credentials."""
    put(bucket, "lines.parquet", lines())
    with refusing(endpoint, "GET", 403) as refuses:
        found = not_taken(shop(tmp_path / "shop", text(refuses)), RIGHT)
    assert "the server refuses to give it" in found
    assert "c4nary" not in found


def test_whom_the_server_does_not_know(tmp_path: Path, endpoint: str, bucket: Any) -> None:
    """A wrong secret, a wrong key, and one who may do nothing: said apart, and never shown."""
    put(bucket, "lines.parquet", lines())
    project = shop(tmp_path / "shop", text(endpoint))

    def with_keys(keys: Mapping[str, str]) -> dict[str, str]:
        return {"SHOP_KEY_ID": keys["key"], "SHOP_SECRET_KEY": keys["secret"]}

    with guarded(endpoint, reader=["s3:GetObject", "s3:ListBucket"], nobody=["s3:Nothing"]) as may:
        assert taken(project, with_keys(may["reader"])).num_rows == 258
        wrong = {**may["reader"], "secret": "secret-c4nary"}
        for keys, says in (
            (wrong, "the server refuses key or secret"),
            ({**wrong, "key": "AKIAC4NARY"}, "the server refuses key or secret"),
            (may["nobody"], "the server refuses to give it"),
        ):
            found = not_taken(project, with_keys(keys))
            assert says in found
            assert "SHOP_SECRET_KEY (found in the environment)" in found
            assert keys["key"] not in found
            assert keys["secret"] not in found


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_server_that_fails(tmp_path: Path, endpoint: str, bucket: Any, method: str) -> None:
    """It is asked again, and then said to fail: not this disk, and no traceback."""
    put(bucket, "lines.parquet", lines())
    with refusing(endpoint, method, 500) as fails:
        found = not_taken(shop(tmp_path / "shop", text(fails)), RIGHT)
    assert "the server fails, or the connection is cut" in found
    assert "run again; the last release is served unchanged" in found


@pytest.mark.parametrize("after", [900, 6000])  # amid the listing, amid the file
def test_a_connection_that_is_cut_half_way(
    tmp_path: Path, endpoint: str, bucket: Any, after: int
) -> None:
    put(bucket, "lines.parquet", lines())
    with cutting(int(endpoint.rpartition(":")[2]), after) as port:
        found = not_taken(shop(tmp_path / "shop", text(f"http://127.0.0.1:{port}")), RIGHT)
    assert "the server fails, or the connection is cut" in found
    assert "c4nary" not in found


def test_a_certificate_that_does_not_match(tmp_path: Path) -> None:
    chain = tmp_path / "chain.pem"
    issued = trustme.CA().issue_cert("other.example.org")
    issued.private_key_and_cert_chain_pem.write_to_path(str(chain))
    with serving(chain) as served:
        found = not_taken(shop(tmp_path / "shop", text(served.address("", "localhost"))), RIGHT)
    assert "the server's certificate cannot be trusted" in found
