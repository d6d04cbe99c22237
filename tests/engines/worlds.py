"""Small worlds for engines to agree on: every source, filled at random from what a test draws."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.csv as pacsv
from hypothesis import strategies as st

from processing.contracts.frames import LazyFrame
from processing.contracts.schema import cast_declared
from processing.engines.engine import Engine
from processing.sources import clock
from processing.sources.airports import AIRPORTS
from processing.sources.campaigns import TYPES
from processing.sources.complete_journey import FIRST_MONDAY
from processing.sources.households import AGES, INCOMES, SIZES
from processing.sources.promotions import DISPLAY_CODES, MAILER_CODES
from processing.sources.retail import SOURCES
from processing.tables.registry import load_tables
from tests.conftest import ROOT

ZONE = "America/New_York"
NAMES = ("GROCERY", "FUEL", "COUPON", "Müsli, „fein“", "NOT RECORDED")
# Zero, halves of a cent, what no binary float holds, and a line dearer than any.
PRICES = (0.0, 0.005, 0.1, 0.125, 0.285, 1.005, 2.675, 3.99, 17.0, 839.99)
TIMES = ("05:00:00", "04:59:59.999999", "03:59:59", "17:30:00")  # midnights of the stores, in UTC


@dataclass(frozen=True)
class World:
    """The size of every source, the day it is seen on, and the seed of its rows."""

    seed: int
    lines: int
    days: int
    stores: int
    products: int
    households: int
    campaigns: int
    placements: int
    seen_days: int

    @property
    def as_of(self) -> date:
        """The day up to which rows can be seen; the first two days always can."""
        return date(2017, 1, 2) + timedelta(days=self.seen_days)

    def sources(self) -> dict[str, pa.Table]:
        """Every source by name, with the declared columns."""
        random = Random(self.seed)
        return {
            "transactions": self._transactions(random),
            "products": self._products(random),
            "demographics": self._demographics(random),
            "promotions": self._promotions(random),
            **self._campaigns(random),
            **{name: reference(name) for name in REFERENCES},
            **self._airports(random),
        }

    def _airports(self, random: Random) -> dict[str, pa.Table]:
        """A row of each source at least; hours nobody observed, and some observed twice."""
        hours = [datetime(2013, 1, 1, hour) for hour in range(4)]
        flights = [
            {
                "origin": random.choice(AIRPORTS),
                "dep_delay": random.choice((None, -3.0, 14.0, 15.0, 60.0)),
                "time_hour": random.choice(hours),
            }
            for _ in range(self.lines)
        ]
        observed = [
            {
                "origin": random.choice(AIRPORTS),
                "precip": random.choice((0.0, 0.05, 0.1, 0.11)),
                "time_hour": random.choice(hours),
            }
            for _ in range(self.days)
        ]
        start = {"origin": "EWR", "time_hour": hours[0]}
        return {
            "flights": pa.Table.from_pylist([start | {"dep_delay": 15.0}, *flights]),
            "hourly_weather": pa.Table.from_pylist([start | {"precip": 0.1}, *observed]),
        }

    def _transactions(self, random: Random) -> pa.Table:
        rows = [self._line(random, 0)]  # on the first day, so that no table is empty
        rows += [self._line(random, random.randrange(self.days)) for _ in range(self.lines)]
        return pa.Table.from_pylist(rows)

    def _line(self, random: Random, day: int) -> dict[str, object]:
        at = datetime.fromisoformat(f"{date(2017, 1, 2) + timedelta(day)} {random.choice(TIMES)}")
        local = at.replace(tzinfo=UTC).astimezone(ZoneInfo(ZONE)).date()
        store = 1 + random.randrange(self.stores)
        return {
            "household_id": 1 + random.randrange(self.households),
            "store_id": store,
            "basket_id": 10 * random.randrange(self.lines + 1) + store,
            "product_id": 1 + random.randrange(self.products),
            "sales_value": random.choice(PRICES),
            "retail_disc": random.choice(PRICES[:5]),
            "coupon_disc": random.choice(PRICES[:3]),
            "coupon_match_disc": 0.0,
            "week": (local - FIRST_MONDAY).days // 7 + 1,
            "transaction_timestamp": at,
        }

    def _products(self, random: Random) -> pa.Table:
        listed = range(1, max(self.products, 2))  # the last one bought is not on the list
        departments = [random.choice(NAMES) for _ in listed]
        categories = [random.choice((None, "BREAD", "Öl")) for _ in listed]
        text = pa.string()
        return pa.table(
            {
                "product_id": list(listed),
                "department": departments,
                "product_category": pa.array(categories, text),
            }
        )

    def _demographics(self, random: Random) -> pa.Table:
        described = range(1, max(self.households, 2))  # the last household is not described
        return pa.table(
            {
                "household_id": list(described),
                "age": [random.choice(AGES) for _ in described],
                "income": [random.choice(INCOMES) for _ in described],
                "household_size": [random.choice(SIZES) for _ in described],
            }
        )

    def _promotions(self, random: Random) -> pa.Table:
        weeks = self.days // 7 + 2
        rows = [
            {
                "product_id": 1 + random.randrange(self.products),
                "store_id": 1 + random.randrange(self.stores),
                "display_location": random.choice(("0", *DISPLAY_CODES[:3])),
                "mailer_location": random.choice(("0", "0", *MAILER_CODES[:3])),
                "week": 1 + random.randrange(weeks),
            }
            for _ in range(self.placements + 1)
        ]
        return pa.Table.from_pylist(rows)

    def _campaigns(self, random: Random) -> dict[str, pa.Table]:
        known = range(1, self.campaigns + 2)
        starts = [_midnight(random.randrange(-20, self.days)) for _ in known]
        spans = [timedelta(days=random.randrange(40)) for _ in known]
        redeemed = [
            {
                "household_id": 1 + random.randrange(self.households),
                "coupon_upc": 10 * campaign,
                "campaign_id": campaign,
                "redemption_date": start + timedelta(days=random.randrange(30)),
            }
            for campaign, start in zip(known, starts, strict=True)
            for _ in range(random.randrange(12))
        ]
        types = pa.schema(
            [(name, pa.int64()) for name in ("household_id", "coupon_upc", "campaign_id")]
            + [("redemption_date", pa.timestamp("us"))]
        )
        sent = [
            (c, h) for c in known for h in range(1, self.households + 1) if random.random() < 0.7
        ]
        return {
            "campaign_descriptions": pa.table(
                {
                    "campaign_id": list(known),
                    "campaign_type": [random.choice(TYPES) for _ in known],
                    "start_date": starts,
                    "end_date": [start + span for start, span in zip(starts, spans, strict=True)],
                }
            ),
            "campaign_households": pa.table(
                {
                    "campaign_id": pa.array([c for c, _ in sent], pa.int64()),
                    "household_id": pa.array([h for _, h in sent], pa.int64()),
                }
            ),
            "coupons": pa.table(
                {"coupon_upc": [10 * c for c in known] * 2, "campaign_id": list(known) * 2}
            ),
            "coupon_redemptions": pa.Table.from_pylist(redeemed, types),
        }


def _midnight(day: int) -> datetime:
    return datetime(2017, 1, 2) + timedelta(days=day)


REFERENCES = {
    "department_names": "departments.csv",
    "household_bands": "household_bands.csv",
    "campaign_types": "campaign_types.csv",
    "placements": "placements.csv",
}


def reference(name: str) -> pa.Table:
    """A list that is kept by hand."""
    return pacsv.read_csv(ROOT / "reference" / REFERENCES[name])


def worlds(most_lines: int) -> st.SearchStrategy[World]:
    """Worlds of up to so many lines; the smallest has one line, one store and one household."""
    few = st.integers(1, 12)
    return st.builds(
        World,
        seed=st.integers(0, 2**32),
        lines=st.integers(0, most_lines),
        days=st.integers(1, 100),
        stores=few,
        products=few,
        households=st.integers(1, 60),
        campaigns=st.integers(0, 5),
        placements=st.integers(0, most_lines),
        seen_days=st.integers(0, 100),
    )


def computed(
    engine: Engine, world: World, wanted: frozenset[str] = frozenset()
) -> dict[str, pa.Table]:
    """Every table (or those wanted, and what they read) as it would be pinned."""
    frames = {name: _seen(engine.take(rows), name, world) for name, rows in world.sources().items()}
    found: dict[str, pa.Table] = {}

    def make(name: str) -> LazyFrame:
        if name not in frames:
            table = load_tables()[name]
            given = [make(each) for each in table.inputs]
            rows = engine.collect(name, table.function(*given))
            found[name] = cast_declared(name, table.contract, rows)
            frames[name] = engine.take(found[name])
        return frames[name]

    for name in wanted or within_reach(set(frames)):
        make(name)
    return found


def within_reach(sources: set[str]) -> list[str]:
    """The tables that read nothing but these sources, directly or by other tables."""
    tables = load_tables()

    def is_in(name: str) -> bool:
        return all(
            each in sources or (each in tables and is_in(each)) for each in tables[name].inputs
        )

    return [name for name in tables if is_in(name)]


def _seen(frame: LazyFrame, name: str, world: World) -> LazyFrame:
    """What the clock lets through of a source."""
    declared = SOURCES[name].clock
    return clock.visible(frame, declared, world.as_of, ZONE) if declared else frame
