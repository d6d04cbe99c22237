"""Small projects for tests of the build: real files of the sources' shape, a few hundred rows."""

from __future__ import annotations

import dataclasses
import hashlib
import shutil
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq

from processing.board.reader import open_release
from processing.build.run import Build, Report
from processing.config import load_config
from processing.tables.registry import Table

NOW = datetime(2026, 11, 21, 7, 30, tzinfo=UTC)
TOML = """
title = "Small"
timezone = "America/New_York"
tables = ["headline_by_week", "sales_by_week_department", "sales_by_week_store", "spending_by_household_band"]
[clock]
mode = "replay"
year = 2017
[board]
address = "board"
[sources.transactions]
address = "transactions.parquet"
[sources.products]
address = "products.parquet"
[sources.department_names]
address = "departments.csv"
[sources.demographics]
address = "demographics.parquet"
[sources.household_bands]
address = "reference/household_bands.csv"
[sources.campaign_descriptions]
address = "campaign_descriptions.parquet"
[sources.campaign_households]
address = "campaign_households.parquet"
[sources.coupons]
address = "coupons.parquet"
[sources.coupon_redemptions]
address = "coupon_redemptions.parquet"
[sources.promotions]
address = "promotions.parquet"
[sources.placements]
address = "reference/placements.csv"
[sources.flights]
address = "flights.parquet"
[sources.hourly_weather]
address = "hourly_weather.parquet"
[sources.campaign_types]
address = "reference/campaign_types.csv"
"""
REFERENCE = Path(__file__).resolve().parents[2] / "reference"
DEPARTMENTS = "department,name,kind\nGROCERY,Grocery,merchandise\nFUEL,Fuel,fuel\nNOT RECORDED,Not recorded,unrecorded\n"


def lines(days: int = 45) -> pa.Table:
    """Two stores, three households, one basket each a day from 1 January 2017, bought at noon."""
    rows = []
    for day in range(days):
        for store in (7, 8):
            for household in (1, 2, 3):
                rows.append(_line(day, store, household))
    return pa.Table.from_pylist(rows)


def _line(day: int, store: int, household: int) -> dict[str, object]:
    return {
        "household_id": household,
        "store_id": store,
        "basket_id": day * 100 + store * 10 + household,
        "product_id": 1 + (day + household) % 3,  # product 3 is not on the product list
        "quantity": 1,
        "sales_value": 1.1 + 0.1 * ((day * 7 + store * 3 + household) % 11),
        "retail_disc": 0.1 * (household - 1),
        "coupon_disc": 0.0,
        "coupon_match_disc": 0.0,
        "week": (day + 6) // 7 + 1,
        "transaction_timestamp": datetime(2017, 1, 1, 17) + timedelta(days=day),
    }


PRODUCTS = pa.table(
    {
        "product_id": [1, 2],
        "department": ["GROCERY", "FUEL"],
        "product_category": ["BREAD", "FUEL"],
    }
)


# Household 3 is not described, and household 9 buys nothing.
DEMOGRAPHICS = pa.table(
    {
        "household_id": [1, 2, 9],
        "age": ["19-24", "65+", "65+"],
        "income": ["Under 15K", "250K+", "250K+"],
        "household_size": ["1", "5+", "2"],
    }
)


CAMPAIGNS = {
    "campaign_descriptions": pa.table(
        {
            "campaign_id": [1, 2, 3],
            "campaign_type": ["Type A", "Type B", "Type B"],
            "start_date": [datetime(2016, 12, 20), datetime(2017, 2, 1), datetime(2017, 6, 1)],
            "end_date": [datetime(2017, 1, 20), datetime(2017, 3, 1), datetime(2017, 6, 30)],
        }
    ),
    "campaign_households": pa.table({"campaign_id": [1, 1, 2, 3], "household_id": [1, 2, 1, 1]}),
    "coupons": pa.table({"coupon_upc": [10, 10, 20], "campaign_id": [1, 1, 2]}),
    "coupon_redemptions": pa.table(
        {
            "household_id": [1],
            "coupon_upc": [10],
            "campaign_id": [1],
            "redemption_date": [datetime(2017, 1, 4)],
        }
    ),
}


PROMOTIONS = pa.table(
    {
        "product_id": [1, 2],
        "store_id": [7, 7],
        "display_location": ["1", "0"],
        "mailer_location": ["0", "A"],
        "week": [2, 3],
    }
)


MORNING = [datetime(2013, 1, 1, hour) for hour in range(12, 18)]
FLIGHTS = pa.table(
    {
        "origin": ["EWR", "JFK", "LGA"] * 2,
        "dep_delay": [0.0, 20.0, None, 15.0, 14.0, 60.0],
        "time_hour": MORNING,
    }
)
HOURLY_WEATHER = pa.table(
    {
        "origin": ["EWR", "JFK", "LGA"] * 2,
        "precip": [0.0, 0.1, 0.2, 0.0, 0.05, 0.3],
        "time_hour": MORNING,
    }
)


def make_project(folder: Path, transactions: pa.Table | None = None) -> Path:
    """A project of a few tables, whose sources are files beside its millpond.toml."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "millpond.toml").write_text(TOML, encoding="utf-8")
    (folder / "departments.csv").write_text(DEPARTMENTS, encoding="utf-8")
    shutil.copytree(REFERENCE, folder / "reference")
    pq.write_table(PRODUCTS, folder / "products.parquet")
    pq.write_table(PROMOTIONS, folder / "promotions.parquet")
    pq.write_table(DEMOGRAPHICS, folder / "demographics.parquet")
    pq.write_table(FLIGHTS, folder / "flights.parquet")
    pq.write_table(HOURLY_WEATHER, folder / "hourly_weather.parquet")
    for name, table in CAMPAIGNS.items():
        pq.write_table(table, folder / f"{name}.parquet")
    pq.write_table(
        lines() if transactions is None else transactions, folder / "transactions.parquet"
    )
    return folder


def build_every_table(folder: Path) -> Path:
    """Have the project build each table there is: most tests are about a few, and 20 take 3 s."""
    settings = folder / "millpond.toml"
    lines = settings.read_text().splitlines(keepends=True)
    settings.write_text("".join(line for line in lines if not line.startswith("tables = ")))
    return folder


def accept_fewer(
    folder: Path, source: str, as_of: date = date(2017, 2, 12), now: datetime = NOW
) -> Report:
    """Build the project although a source has lost rows."""
    job = Build(load_config(folder), as_of, now, lambda line: None)
    job.accepted = frozenset({source})
    report = job.run()
    assert isinstance(report, Report)
    return report


def run_build(
    folder: Path,
    as_of: date = date(2017, 2, 12),
    now: datetime = NOW,
    *forced: str,
    tables: Mapping[str, Table] | None = None,
) -> Report:
    """Build the project as of a day, with some tables or all; its progress lines are thrown away."""
    job = Build(load_config(folder), as_of, now, lambda line: None, frozenset(forced), tables)
    report = job.run()
    assert isinstance(report, Report)
    return report


# First builds of this process by what was built and when; they go with the process.
_BUILT: dict[tuple[str, date, datetime], tuple[TemporaryDirectory[str], Report]] = {}


def first_build(folder: Path, as_of: date = date(2017, 2, 12), now: datetime = NOW) -> Report:
    """Build a project that was never built; one with the very same files gets a copy of its board.

    For tests of what comes after. Equal input gives equal bytes, which test_time and test_build
    hold builds to; a test that changes the code under it takes `run_build`.
    """
    key = digest(folder), as_of, now
    if key not in _BUILT:
        kept = TemporaryDirectory(prefix="millpond-built-")
        report = run_build(folder, as_of, now)
        for name in ("board", ".cache"):
            shutil.copytree(folder / name, Path(kept.name, name))
        _BUILT[key] = kept, report
        return report
    kept, report = _BUILT[key]
    shutil.copytree(kept.name, folder, dirs_exist_ok=True)
    return dataclasses.replace(report, release=open_release(folder / "board"))


def digest(folder: Path) -> str:
    """A hash of every file below a folder."""
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            found.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return found.hexdigest()
