"""Departures by the rain of the hour they were to leave in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import narwhals as nw

from processing.contracts.contract import Check, Column, Contract
from processing.contracts.frames import LazyFrame
from processing.tables import columns as c
from processing.tables.expressions import percent
from processing.tables.registry import table

LATE_MINUTES = 15  # what the US Department of Transportation calls late
LIGHT_INCHES = 0.1  # an hour; the US National Weather Service calls more than that moderate
RAINS = ("no rain", "light rain", "stronger rain")
ALL = "All three"
NAMES = {"EWR": "Newark", "JFK": "Kennedy", "LGA": "LaGuardia", ALL: "All three airports"}


def _count(name: str, meaning: str) -> Column:
    return Column(name=name, type="int32", unit="flights", meaning=meaning, minimum=0)


def _share(name: str, meaning: str) -> Column:
    return Column(name=name, type="pct", unit="per cent", meaning=meaning, minimum=0, maximum=100)


@table(
    Contract(
        title="Departures by rain",
        grain="One row per airport, and one for all three, and rain of the hour",
        key=("airport", "rain"),
        columns=(
            c.column("airport", "string", "airport code", "The airport, or all three together"),
            c.column("name", "string", "name", "What pages call the airport"),
            c.column("rain", "string", "rain", "No rain, light or stronger rain in the hour"),
            c.column("position", "int16", "place", "Order: all three, then by code; then by rain"),
            _count("flights", "Departures planned in hours of such rain"),
            _count("late", "Of these, left 15 minutes or more after schedule"),
            _count("cancelled", "Of these, never left"),
            _share("late_pct", "Late departures in per cent of those planned"),
            _share("cancelled_pct", "Departures that never were in per cent of those planned"),
        ),
        checks=(
            Check(
                kind="not_above",
                says="fewer late than planned",
                column="late",
                terms=("flights",),
            ),
        ),
        treatment=(
            "A departure counts by the hour it was planned for; those in hours without an "
            "observation at the airport are left out.",
            "Light rain is up to 0.1 inches in the hour, melted snow included.",
        ),
        cadence="static",
    )
)
def departures_by_rain(flights: LazyFrame, hourly_weather: LazyFrame) -> LazyFrame:
    """One row per airport (and all three) and rain: departures, late ones, and those cancelled."""
    hours = hourly_weather.group_by("origin", "time_hour").agg(precip=nw.col("precip").max())
    placed = flights.join(hours, on=["origin", "time_hour"], how="inner").select(
        airport=nw.col("origin"),
        wet=nw.when(nw.col("precip") > LIGHT_INCHES)
        .then(nw.lit(2))
        .otherwise(nw.when(nw.col("precip") > 0).then(nw.lit(1)).otherwise(nw.lit(0))),
        is_late=(nw.col("dep_delay") >= LATE_MINUTES).fill_null(value=False).cast(nw.Int64),
        is_cancelled=nw.col("dep_delay").is_null().cast(nw.Int64),
    )
    every = nw.concat([placed, placed.with_columns(airport=nw.lit(ALL))])
    counted = every.group_by("airport", "wet").agg(
        flights=nw.len().cast(nw.Int64),
        late=nw.col("is_late").sum().cast(nw.Int64),
        cancelled=nw.col("is_cancelled").sum().cast(nw.Int64),
    )
    return counted.select(
        "airport",
        "flights",
        "late",
        "cancelled",
        name=_said("airport", NAMES),
        rain=_said("wet", dict(enumerate(RAINS))),
        position=_said("airport", {ALL: 0, "EWR": 3, "JFK": 6, "LGA": 9}) + nw.col("wet"),
        late_pct=percent(nw.col("late"), nw.col("flights")),
        cancelled_pct=percent(nw.col("cancelled"), nw.col("flights")),
    )


def _said(column: str, words: Mapping[Any, str | int]) -> nw.Expr:
    """The word for each value of a column; the last one for any other."""
    *first, last = words.items()
    found = nw.lit(last[1])
    for value, word in first:
        found = nw.when(nw.col(column) == value).then(nw.lit(word)).otherwise(found)
    return found
