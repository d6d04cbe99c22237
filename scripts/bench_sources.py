"""Measure sources: 1 M rows from PostgreSQL, parts of remote Parquet, a sample of 1 per cent."""

from __future__ import annotations

import io
import statistics
import tempfile
import time
import urllib.request
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from processing.config_sources import SampleConfig, SourceConfig
from processing.credentials import Credentials
from processing.sources.asked import Asked
from processing.sources.find import find
from processing.sources.source import RawColumn, Source, SourceClock

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "sources.md"
ROWS = 1_000_000
FILLER = 20  # columns that nobody asks for
RUNS = 3
DAY = date(2017, 12, 31)
SOURCE = Source(
    name="lines",
    title="",
    origin="",
    licence="",
    updated="",
    columns=(
        RawColumn("basket_id", "integer", "the basket"),
        RawColumn("sales_value", "number", "US dollars"),
        RawColumn("sold_at", "timestamp", "when"),
    ),
    clock=SourceClock(kind="instant", column="sold_at"),
)


@dataclass(frozen=True)
class Measured:
    """What was done, its median seconds, and what it moved."""

    what: str
    seconds: float
    note: str = ""


def rows() -> pa.Table:
    """A million lines over a year, with columns that nobody asks for."""
    start = datetime(2017, 1, 1)  # noqa: DTZ001 - moments in the data have no zone
    plain = {
        "basket_id": pa.array((n // 5 for n in range(ROWS)), pa.int64()),
        "sales_value": pa.array((n % 997 / 100 for n in range(ROWS)), pa.float64()),
        "sold_at": pa.array(
            (start + timedelta(seconds=n * 31) for n in range(ROWS)), pa.timestamp("us")
        ),
    }
    filler = {
        f"filler_{at:02}": pa.array(((n * 7919 + at) % 1_000_003 for n in range(ROWS)), pa.int64())
        for at in range(FILLER)
    }
    return pa.table(plain | filler)


def timed(what: str, work: Callable[[], object], note: str = "") -> Measured:
    """The median of a few runs."""
    seconds = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begun)
    found = Measured(what, statistics.median(seconds), note)
    print(f"{found.seconds:8.2f} s  {what} {note}", flush=True)
    return found


def taken(config: SourceConfig, credentials: dict[str, str], day: date = DAY) -> object:
    """Take the source in as a build does, into a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        given = Credentials(credentials, root / ".env")
        places = (root, root / "cache", root / "intake", day, "UTC")
        return find(Asked(SOURCE, config, *places, given, lambda line: None)).bytes


def from_postgresql(table: pa.Table) -> list[Measured]:
    """ADBC into files here, against what most scripts do."""
    from tests.sources import postgres

    with postgres.running() as server:
        server.put("lines", table)
        secret = {"PG_PASSWORD": postgres.PASSWORD}
        config = SourceConfig(
            address=server.address, table="lines", credentials={"password": "PG_PASSWORD"}
        )
        query = "SELECT basket_id, sales_value, sold_at FROM lines"

        def by_adbc_alone() -> object:
            with closing(server.connect()) as connection, connection.cursor() as cursor:
                cursor.execute(query)
                return cursor.fetch_arrow_table()

        def by_psycopg() -> object:
            import psycopg

            with psycopg.connect(
                host="127.0.0.1",
                port=server.port,
                user=postgres.OWNER,
                password=postgres.PASSWORD,
                dbname="postgres",
            ) as connection:
                return connection.execute(query).fetchall()

        def by_pandas() -> object:
            import psycopg

            with psycopg.connect(
                host="127.0.0.1",
                port=server.port,
                user=postgres.OWNER,
                password=postgres.PASSWORD,
                dbname="postgres",
            ) as connection:
                cursor = connection.execute(query)
                assert cursor.description
                return pd.DataFrame(cursor.fetchall(), columns=[c[0] for c in cursor.description])

        return [
            timed(
                "PostgreSQL, 1 M rows, as a source: checked, to Parquet here",
                lambda: taken(config, secret),
            ),
            timed("the same rows by ADBC, into memory", by_adbc_alone),
            timed("the same rows by psycopg, as tuples", by_psycopg),
            timed("the same rows by psycopg, as a pandas frame", by_pandas),
        ]


def from_a_web_server(table: pa.Table) -> list[Measured]:
    """Parts of a Parquet file against all of it."""
    from tests.sources.served import serving

    file = io.BytesIO()
    pq.write_table(table, file, row_group_size=100_000)
    with serving() as served:
        address = served.put("/lines.parquet", file.getvalue())
        found = []
        for what, day in (("three columns", DAY), ("three columns, one month", date(2017, 1, 31))):
            config = SourceConfig(address=address)
            work = timed(f"Parquet over HTTP, {what}", partial(taken, config, {}, day))
            sent = sum(count for _, _, count in served.asked) / RUNS / 1e6
            found.append(Measured(work.what, work.seconds, f"{sent:.1f} MB"))
            served.asked.clear()

        def whole() -> object:
            with urllib.request.urlopen(address) as answer:
                return pq.read_table(io.BytesIO(answer.read()))

        work = timed("the whole file downloaded and read", whole)
        size = len(file.getvalue()) / 1e6
        return [*found, Measured(work.what, work.seconds, f"{size:.1f} MB")]


def sampling(table: pa.Table) -> list[Measured]:
    """One per cent of the baskets of a file here, against DuckDB, which picks others each time."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "lines.parquet")
        pq.write_table(table, path)
        sample = SampleConfig(by=("basket_id",), share=0.01, seed=1)
        config = SourceConfig(address=str(path), sample=sample)
        picked = (
            "copy (select basket_id, sales_value, sold_at from lines semi join (select * from "
            "(select distinct basket_id from lines) using sample 1 percent (bernoulli)) picked "
            f"using (basket_id)) to '{folder}/sample.parquet'"
        )

        def by_duckdb() -> object:
            with duckdb.connect() as connection:
                connection.execute(f"create view lines as from '{path}'")
                return connection.execute(picked).fetchall()

        return [
            timed("1 % of 200,000 baskets of 1 M rows, as a source", lambda: taken(config, {})),
            timed("1 % of the baskets by DuckDB, not the same ones twice", by_duckdb),
            timed("all rows read by pyarrow, into memory", lambda: pq.read_table(path)),
        ]


def main() -> None:
    """Measure, and write benchmarks/sources.md."""
    table = rows()
    groups = [from_postgresql(table), from_a_web_server(table), sampling(table)]
    lines = [
        f"| {m.what} | {m.seconds:.2f} | {m.seconds / group[0].seconds:.2f} | {m.note} |"
        for group in groups
        for m in group
    ]
    RESULTS.write_text(
        "# Sources\n\n"
        f"Median of {RUNS} runs, two cores shared with other work; servers on the same\n"
        "machine. Ratios are those to the first line of each kind. `make bench` measures again.\n\n"
        "| what | seconds | ratio | transferred |\n|---|---|---|---|\n" + "\n".join(lines) + "\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
