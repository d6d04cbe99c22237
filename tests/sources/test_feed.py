"""A feed in Open-Meteo's form: only what is new is asked for, and every answer is kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import parse_qs

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from processing import web
from processing.config import load_config
from processing.credentials import Credentials
from processing.errors import ConfigError, SourceError
from processing.sources.asked import Asked
from processing.sources.feed import REVISED_DAYS, Span, spans
from processing.sources.find import find
from processing.sources.source import RawColumn, Source, SourceClock
from tests.sources.howto import snippets
from tests.sources.served import Served, serving

WEATHER = Source(
    name="weather",
    title="",
    origin="",
    licence="",
    updated="daily",
    columns=(
        RawColumn("time", "timestamp", "the hour, in UTC"),
        RawColumn("temperature_2m", "number", "degrees Celsius", nullable=True),
        RawColumn("precipitation", "number", "millimetres", nullable=True),
    ),
    clock=SourceClock(kind="instant", column="time"),
    key=("time",),
)
DAY = date(2017, 2, 12)
ARCHIVE = "feed+https://archive-api.open-meteo.com/v1/archive"
revision = {"by": 0.0}  # what the newest days are corrected by, as the archive does


def answer(query: str) -> bytes:
    """What the archive answers for the days asked for: its form, and values that follow a rule."""
    asked = parse_qs(query)
    first, last = (date.fromisoformat(asked[key][0]) for key in ("start_date", "end_date"))
    days = [first + timedelta(n) for n in range((last - first).days + 1)]
    hours = [f"{day}T{hour:02}:00" for day in days for hour in range(24)]
    hourly: dict[str, list[object]] = {"time": list(hours)}
    for name in asked["hourly"][0].split(","):
        hourly[name] = [day.day + hour / 100 + revision["by"] for day in days for hour in range(24)]
    units = dict.fromkeys(hourly, "°C")
    return json.dumps({"latitude": 41.1, "hourly_units": units, "hourly": hourly}).encode()


@pytest.fixture
def archive(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setattr(web, "BACKOFF", 0)
    revision["by"] = 0.0
    with serving() as served:
        served.put("/v1/archive", b"", made=answer, media="application/json", marked=False)
        yield served


def asked(folder: Path, archive: Served, day: date = DAY) -> Asked:
    """The how-to, with the address of the server."""
    there = archive.address("/v1/archive")
    how_to = snippets()["Feeds"]
    assert ARCHIVE in how_to
    text = how_to.replace(ARCHIVE, f"feed+{there}")
    (folder / "millpond.toml").write_text(text, encoding="utf-8")
    config = load_config(folder)
    places = (folder, folder / ".cache", config.intake_path, day, "UTC")
    credentials = Credentials({}, folder / ".env")
    return Asked(WEATHER, config.sources["weather"], *places, credentials, lambda line: None)


def rows(found: Asked) -> pa.Table:
    (file,) = find(found).files
    return pq.read_table(file)


def requests(archive: Served) -> list[tuple[str, str]]:
    queries = [parse_qs(path.partition("?")[2]) for _, path, _ in archive.asked]
    return [(query["start_date"][0], query["end_date"][0]) for query in queries]


def kept(folder: Path) -> list[str]:
    return sorted(path.name[:28] for path in (folder / "intake" / "weather").glob("*.json"))


def test_the_first_run_asks_for_everything_and_keeps_the_answer(
    tmp_path: Path, archive: Served
) -> None:
    """From the first day to the day of the build, one row an hour, with its types."""
    found = rows(asked(tmp_path, archive))
    assert requests(archive) == [("2017-01-01", "2017-02-12")]
    assert kept(tmp_path) == ["000001_2017-01-01_2017-02-12"]
    assert found.num_rows == 43 * 24
    assert found.schema.field("time").type == pa.timestamp("us")
    last = found.slice(found.num_rows - 1).to_pylist()[0]
    assert (str(last["time"]), last["temperature_2m"]) == ("2017-02-12 23:00:00", 12.23)


def test_the_next_run_asks_for_what_is_new_and_for_what_is_still_revised(
    tmp_path: Path, archive: Served
) -> None:
    """The newest answer counts for each hour; the older one is kept all the same."""
    before = rows(asked(tmp_path, archive))
    revision["by"] = 100.0
    archive.asked.clear()
    after = rows(asked(tmp_path, archive, DAY + timedelta(1)))
    assert requests(archive) == [("2017-02-06", "2017-02-13")]
    assert kept(tmp_path) == ["000001_2017-01-01_2017-02-12", "000002_2017-02-06_2017-02-13"]
    old = 43 - REVISED_DAYS
    assert after.slice(0, old * 24) == before.slice(0, old * 24)
    assert min(after["temperature_2m"].to_pylist()[old * 24 :]) > 100
    assert after.num_rows == 44 * 24


def test_nothing_is_asked_for_twice_on_a_day(tmp_path: Path, archive: Served) -> None:
    """Not even when the caches are gone: what was kept is enough."""
    before = rows(asked(tmp_path, archive))
    archive.asked.clear()
    (tmp_path / ".cache").rename(tmp_path / "gone")
    assert rows(asked(tmp_path, archive)) == before
    assert archive.asked == []


def test_long_spans_are_asked_for_in_parts() -> None:
    """So that no answer is too large; each day once."""
    found = spans([], date(2015, 1, 1), date(2017, 2, 12))
    assert [str(span) for span in found] == [
        "2015-01-01_2016-01-01",
        "2016-01-02_2017-01-01",
        "2017-01-02_2017-02-12",
    ]
    assert spans([Span(DAY, DAY)], DAY, DAY) == []


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<html>Service unavailable</html>", "is not data in the form of a feed"),
        (b'{"error": true, "reason": "limit"}', "is not data in the form of a feed"),
        (b'{"hourly": {"time": ["2017-01-01T00:00"], "temperature_2m": []}}', "no column"),
        (b'{"hourly": {"time": ["x"], "temperature_2m": [1], "precipitation": [1]}}', "'x'"),
        (
            b'{"hourly": {"time": ["2017-01-01T00:00"], "temperature_2m": [1, 2],'
            b' "precipitation": [1]}}',
            "is not data in the form of a feed",
        ),
    ],
)
def test_an_error_page_with_status_200_is_no_answer(
    tmp_path: Path, archive: Served, content: bytes, says: str
) -> None:
    """It is not kept, and what was kept before serves on."""
    before = rows(asked(tmp_path, archive))
    good = archive.resources["/v1/archive"]
    archive.put("/v1/archive", content)
    with pytest.raises(SourceError) as caught:
        find(asked(tmp_path, archive, DAY + timedelta(1)))
    assert says in str(caught.value)
    assert kept(tmp_path) == ["000001_2017-01-01_2017-02-12"]
    assert rows(asked(tmp_path, archive)) == before
    archive.resources["/v1/archive"] = good
    assert rows(asked(tmp_path, archive, DAY + timedelta(1))).num_rows == 44 * 24


def test_a_feed_without_days_in_its_address(tmp_path: Path, archive: Served) -> None:
    """Exit code 10."""
    found = asked(tmp_path, archive)
    toml = tmp_path / "millpond.toml"
    toml.write_text(toml.read_text().replace("{last}", "2017-02-12"))
    config = load_config(tmp_path).sources["weather"]
    with pytest.raises(ConfigError, match="a feed is asked for days"):
        find(replace(found, config=config))
