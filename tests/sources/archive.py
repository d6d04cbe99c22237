"""A server that answers as the archive of Open-Meteo does: places, units, days late, revisions."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import parse_qs

from tests.sources.served import Served, serving

PATH = "/v1/archive"
UNITS = {"temperature_2m": "°C", "precipitation": "mm"}
Value = Callable[[str, str, date, int], float]  # place, variable, day, hour


def by_rule(place: str, variable: str, day: date, hour: int) -> float:
    """A value that follows from what was asked for."""
    return day.day + hour / 100


@dataclass
class Archive:
    """A running server, what it says of each hour, and the last day that it knows."""

    served: Served
    value: Value = by_rule
    known_to: date = date.max
    revised_by: float = 0.0

    @property
    def address(self) -> str:
        return self.served.address(PATH)

    @property
    def spans(self) -> list[tuple[str, str]]:
        """The days it was asked for, request by request."""
        queries = [parse_qs(path.partition("?")[2]) for _, path, _ in self.served.asked]
        return [(query["start_date"][0], query["end_date"][0]) for query in queries]

    def answer(self, query: str) -> bytes:
        """What it answers: an object for one place, a list of them for several."""
        asked = {key: values[0] for key, values in parse_qs(query).items()}
        places = zip(asked["latitude"].split(","), asked["longitude"].split(","), strict=True)
        answers = [self._of_place(asked, ",".join(place)) for place in places]
        return json.dumps(answers[0] if len(answers) == 1 else answers).encode()

    def _of_place(self, asked: dict[str, str], place: str) -> dict[str, object]:
        first, last = (date.fromisoformat(asked[key]) for key in ("start_date", "end_date"))
        days = [first + timedelta(n) for n in range((last - first).days + 1)]
        hours = [(day, hour) for day in days for hour in range(24)]
        hourly: dict[str, list[object]] = {"time": [f"{day}T{hour:02}:00" for day, hour in hours]}
        for name in asked["hourly"].split(","):
            hourly[name] = [
                self.value(place, name, day, hour) + self.revised_by
                if day <= self.known_to
                else None
                for day, hour in hours
            ]
        units = UNITS | {"precipitation": asked.get("precipitation_unit", "mm")}
        said = {name: units.get(name, "iso8601") for name in hourly}
        latitude, longitude = map(float, place.split(","))
        return {
            "latitude": latitude,
            "longitude": longitude,
            "utc_offset_seconds": 0,
            "timezone": "GMT",
            "hourly_units": said,
            "hourly": hourly,
        }


@contextmanager
def archive() -> Iterator[Archive]:
    """The server, until the block ends."""
    with serving() as served:
        found = Archive(served)
        served.put(PATH, b"", made=found.answer, media="application/json", marked=False)
        yield found
