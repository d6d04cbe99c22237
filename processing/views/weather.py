"""The page Weather: how many more flights leave late when it rains."""

from __future__ import annotations

from processing.board.reader import Pin
from processing.views import bars
from processing.views.claim import claim
from processing.views.early import when_ready
from processing.views.html import Fragment
from processing.views.lead import lead
from processing.views.number import shown, time_element
from processing.views.rows import NotYet, Row, records, sort_by
from processing.views.table import Shown
from processing.views.unit import unit

ALL = "All three"


def _rows(pin: Pin, airports: bool) -> list[Row]:
    """The rows of all three airports together, or of each in the strongest rain."""
    rows = sort_by(records(pin), "position")
    together = [row for row in rows if row["airport"] == ALL]
    if len(together) < 2:
        raise NotYet("No departure in rain is known yet.")
    wettest = together[-1]["rain"]
    if airports:
        return [row for row in rows if row["airport"] != ALL and row["rain"] == wettest]
    return together


@when_ready
def finding(pin: Pin) -> Fragment:
    """What part of the departures was late without rain and in the strongest."""
    dry, *_, wet = _rows(pin, airports=False)
    text = (
        f"In 2013, {shown(pin, wet, 'late_pct', 'pct1')} of the departures in hours with "
        f"{shown(pin, wet, 'rain', 'text')} left 15 minutes or more after schedule; in hours with "
        f"{shown(pin, dry, 'rain', 'text')} it was {shown(pin, dry, 'late_pct', 'pct1')}."
    )
    return lead(text, pin)


@when_ready
def by_rain(pin: Pin) -> Fragment:
    """The share of late departures by rain, all airports (unit `late-by-rain`)."""
    rows = _rows(pin, airports=False)
    most = max(rows, key=lambda row: row["late_pct"])
    return unit(
        pin,
        "late-by-rain",
        headline=f"{shown(pin, most, 'late_pct', 'pct1')} of the departures in hours with "
        f"{shown(pin, most, 'rain', 'text')} were late, "
        + claim("max", pin, most, "late_pct", "a larger share than in any other", {"airport": ALL}),
        subtitle="Departures 15 minutes or more after schedule, per cent of those planned, by "
        f"rain in the hour, three airports of New York, to {time_element(pin.entry.data_to)}",
        summary=f"{shown(pin, most, 'flights', 'count')} departures were planned in such hours; "
        f"{shown(pin, most, 'cancelled_pct', 'pct1')} of them never left.",
        rows=rows,
        columns=COLUMNS,
        chart=bars.plain(rows, "late_pct", "rain", format="pct1"),
    )


@when_ready
def by_airport(pin: Pin) -> Fragment:
    """The same in the strongest rain, airport by airport (unit `late-by-airport`)."""
    rows = sort_by(_rows(pin, airports=True), "late_pct")
    if not rows:
        raise NotYet("No departure in rain is known yet.")
    most = rows[-1]
    where = {"position>=": 3, "rain": most["rain"]}
    return unit(
        pin,
        "late-by-airport",
        headline=f"With {shown(pin, most, 'rain', 'text')} "
        + claim("max", pin, most, "late_pct", "no airport had a larger share late", where)
        + f" than {shown(pin, most, 'name', 'text')}: {shown(pin, most, 'late_pct', 'pct1')}",
        subtitle="Departures 15 minutes or more after schedule in hours with more than 0.1 inches "
        f"of rain, per cent of those planned, by airport, to {time_element(pin.entry.data_to)}",
        summary=f"{shown(pin, most, 'cancelled_pct', 'pct1')} of its departures in such hours "
        "never left. Rain is that at the airport itself, in the hour of the schedule.",
        rows=rows,
        columns=(Shown("name", "text", "Airport"), *COLUMNS),
        chart=bars.plain(rows, "late_pct", "name", format="pct1"),
    )


COLUMNS = (
    Shown("rain", "text", "Rain in the hour"),
    Shown("flights", "count", "Departures planned"),
    Shown("late", "count", "Late"),
    Shown("late_pct", "pct1", "Of those planned"),
    Shown("cancelled", "count", "Never left"),
    Shown("cancelled_pct", "pct1", "Of those planned"),
)
