"""A sample of a source: the same rows wherever it is taken, and refused for tables that count."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import narwhals as nw
import pyarrow as pa
import pyarrow.csv as pacsv
import pytest

from processing.board.reader import open_release
from processing.build.run import Build, Report
from processing.config import load_config
from processing.config_sources import SampleConfig
from processing.contracts.contract import Column, Contract
from processing.contracts.frames import LazyFrame
from processing.errors import ConfigError
from processing.sources.sample import picked
from processing.tables.registry import Table
from tests.integration.projects import NOW, lines
from tests.integration.test_build import by_week
from tests.sources.shops import DAY, refused, shop, taken
from tests.sources.test_embedded import into_duckdb, into_sqlite

FILE = 'address = "transactions.parquet"\n'


def sample(**of: object) -> str:
    """The option as millpond.toml has it."""
    return FILE + "\n".join(f"sample.{key} = {_toml(value)}" for key, value in of.items())


def _toml(value: object) -> str:
    return str(value).replace("'", '"')


def test_what_is_picked_is_defined_for_ever() -> None:
    """A test of its own words: SHA-256 of seed and key, the first eight bytes as a number."""
    digest = hashlib.sha256(b"7\x1f42\x1fx").hexdigest()
    config = SampleConfig(by=("a", "b"), share=0.5, seed=7)
    assert picked(config, (42, "x")) == int(digest[:16], 16)


def test_a_share_holds_every_row_of_the_keys_it_picks(tmp_path: Path) -> None:
    """So that a basket is whole or not there; by the definition and not by the code."""
    project = shop(tmp_path / "shop", sample(by=["basket_id"], share=0.3, seed=1))
    found = taken(project, {})
    wanted = {
        basket
        for basket in set(lines()["basket_id"].to_pylist())
        if int(hashlib.sha256(f"1\x1f{basket}".encode()).hexdigest()[:16], 16) < 0.3 * 2**64
    }
    assert set(found["basket_id"].to_pylist()) == wanted
    assert 0 < len(wanted) < len(set(lines()["basket_id"].to_pylist()))


def test_a_sample_is_the_same_however_the_rows_lie(tmp_path: Path) -> None:
    """In one file, in a file for each week, in another order, and run after run."""
    given = sample(by=["basket_id"], share=0.2)
    one = taken(shop(tmp_path / "one", given), {})
    other = shop(tmp_path / "other", given.replace(".parquet", ""))
    shuffled = lines().sort_by([("sales_value", "descending")])
    by_week(shuffled, other / "transactions")
    assert taken(other, {}) == one
    assert taken(tmp_path / "one", {}) == one
    assert taken(shop(tmp_path / "seeded", given + "\nsample.seed = 2"), {}) != one


def as_csv(path: Path) -> None:
    pacsv.write_csv(lines(), path)


def as_json(path: Path) -> None:
    rows = lines().to_pandas()
    rows.to_json(path, orient="records", lines=True, date_format="iso", date_unit="us")


def zipped(path: Path) -> None:
    with ZipFile(path, "w") as file, file.open("lines.csv", "w") as inside:
        pacsv.write_csv(lines(), inside)


@pytest.mark.parametrize(
    ("address", "fill"),
    [
        ("lines.csv", as_csv),
        ("lines.ndjson", as_json),
        ("lines.csv.zip", zipped),
        ("sqlite:lines.db", into_sqlite),
        ("duckdb:lines.duckdb", into_duckdb),
    ],
)
def test_a_sample_is_the_same_from_any_kind_of_source(
    tmp_path: Path, address: str, fill: Callable[[Path], None]
) -> None:
    """All become the same files, which any engine reads; servers are taken in likewise.

    Of a file the clock cuts off later days when it is scanned, of others they are not asked for.
    """
    given = sample(by=["basket_id"], share=0.2, seed=3)
    expected = up_to_the_day(taken(shop(tmp_path / "file", given), {}))
    other = given.replace("transactions.parquet", address)
    table = '\ntable = "lines"' if ":" in address else ""
    project = shop(tmp_path / "other", other + table)
    fill(project / address.rpartition(":")[2])
    assert up_to_the_day(taken(project, {})) == expected
    assert expected


def up_to_the_day(rows: pa.Table) -> set[tuple[int, int]]:
    """Basket and product of each row that a build of that day may see."""
    return {
        (row["basket_id"], row["product_id"])
        for row in rows.to_pylist()
        if row["transaction_timestamp"].date() <= DAY
    }


@pytest.mark.parametrize(
    ("size", "count"), [({"keys": 5}, {7: 5, 8: 5}), ({"share": 0.1}, {7: 14, 8: 14})]
)
def test_strata_have_their_own_size(
    tmp_path: Path, size: dict[str, object], count: dict[int, int]
) -> None:
    """Exactly, in each group: 135 baskets in each of the two stores."""
    given = sample(by=["basket_id"], within=["store_id"], **size)
    found = taken(shop(tmp_path / "shop", given), {})
    stores = found["store_id"].value_counts().to_pylist()
    assert {row["values"]: row["counts"] for row in stores} == count


def test_a_table_that_counts_is_refused(tmp_path: Path) -> None:
    """All tables of the site do; exit code 10, before anything is read."""
    project = shop(tmp_path / "shop", sample(by=["basket_id"], share=0.3))
    says = refused(project, {}, code=10)
    assert "Tables that count cannot be made from a sample (transactions)" in says
    assert "sales_by_week_store" in says
    assert "trading_days_by_week" in says


def average_line(transactions: LazyFrame) -> LazyFrame:
    value = nw.col("sales_value").mean()
    return transactions.group_by("store_id").agg(line_usd=value).sort("store_id")


def test_a_table_of_averages_may_be_made_and_the_reader_is_told(tmp_path: Path) -> None:
    """By the caveat of the source, which stands on the page about the data."""
    columns = (
        Column(name="store_id", type="int64", unit="id", meaning="the store"),
        Column(name="line_usd", type="usd", unit="USD", meaning="the average line"),
    )
    contract = Contract(title="", grain="", key=("store_id",), columns=columns, from_sample=True)
    table = Table("average_line", average_line, contract, ("transactions",))
    project = shop(tmp_path / "shop", sample(by=["basket_id"], share=0.3))
    job = Build(load_config(project), DAY, NOW, lambda line: None, tables={"average_line": table})
    report = job.run()
    assert isinstance(report, Report)
    (source,) = open_release(project / "board").manifest.sources
    assert "A sample: 0.3 of all basket_id, picked by a hash with seed 0." in source.caveat
    assert source.rows == len(taken(project, {}).filter(pa.array(_seen(project))))


def _seen(project: Path) -> list[bool]:
    """Which rows the clock lets through: all that the day has, by the date of New York."""
    stamps = taken(project, {})["transaction_timestamp"].to_pylist()
    return [stamp.date() <= DAY for stamp in stamps]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"by": ["basket_id"]}, "either `share` or `keys`"),
        ({"by": ["basket_id"], "share": 1.5}, "share"),
    ],
)
def test_a_sample_that_makes_no_sense(tmp_path: Path, given: dict[str, object], says: str) -> None:
    """Exit code 10."""
    assert says in refused(shop(tmp_path / "shop", sample(**given)), {}, code=10)


def test_a_sample_by_a_column_that_is_not_there(tmp_path: Path) -> None:
    """It is named."""
    given = sample(by=["basket"], share=0.1)
    with pytest.raises(ConfigError, match="names columns that it has not"):
        taken(shop(tmp_path / "shop", given), {})
