"""A feed in Open-Meteo's form: only what is new is asked for, and every answer is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from processing import web
from processing.config import load_config
from processing.credentials import Credentials
from processing.errors import ConfigError, SourceError
from processing.sources.asked import Asked
from processing.sources.feed import REVISED_DAYS, Answered, Span, spans
from processing.sources.find import find
from processing.sources.source import RawColumn, Source, SourceClock
from tests.sources.archive import PATH, Archive, archive
from tests.sources.howto import snippets

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
ADDRESS = "feed+https://archive-api.open-meteo.com/v1/archive"


@pytest.fixture(name="archive")
def archive_fixture(monkeypatch: pytest.MonkeyPatch) -> Iterator[Archive]:
    monkeypatch.setattr(web, "BACKOFF", 0)
    with archive() as found:
        yield found


def asked(folder: Path, archive: Archive, day: date = DAY) -> Asked:
    """The how-to, with the address of the server."""
    how_to = snippets()["Feeds"]
    assert ADDRESS in how_to
    text = how_to.replace(ADDRESS, f"feed+{archive.address}")
    (folder / "millpond.toml").write_text(text, encoding="utf-8")
    config = load_config(folder)
    places = (folder, folder / ".cache", config.intake_path, day, "UTC")
    credentials = Credentials({}, folder / ".env")
    return Asked(WEATHER, config.sources["weather"], *places, credentials, lambda line: None)


def rows(found: Asked) -> pa.Table:
    (file,) = find(found).files
    return pq.read_table(file)


def kept(folder: Path) -> list[str]:
    return sorted(path.name[:28] for path in (folder / "intake" / "weather").glob("*.json"))


def test_the_first_run_asks_for_everything_and_keeps_the_answer(
    tmp_path: Path, archive: Archive
) -> None:
    """From the first day to the day of the build, one row an hour, with its types."""
    found = rows(asked(tmp_path, archive))
    assert archive.spans == [("2017-01-01", "2017-02-12")]
    assert kept(tmp_path) == ["000001_2017-01-01_2017-02-12"]
    assert found.num_rows == 43 * 24
    assert found.schema.field("time").type == pa.timestamp("us")
    last = found.slice(found.num_rows - 1).to_pylist()[0]
    assert (str(last["time"]), last["temperature_2m"]) == ("2017-02-12 23:00:00", 12.23)


def test_the_next_run_asks_for_what_is_new_and_for_what_is_still_revised(
    tmp_path: Path, archive: Archive
) -> None:
    """The newest answer counts for each hour; the older one is kept all the same."""
    before = rows(asked(tmp_path, archive))
    archive.revised_by = 100.0
    archive.served.asked.clear()
    after = rows(asked(tmp_path, archive, DAY + timedelta(1)))
    assert archive.spans == [("2017-02-06", "2017-02-13")]
    assert kept(tmp_path) == ["000001_2017-01-01_2017-02-12", "000002_2017-02-06_2017-02-13"]
    old = 43 - REVISED_DAYS
    assert after.slice(0, old * 24) == before.slice(0, old * 24)
    assert min(after["temperature_2m"].to_pylist()[old * 24 :]) > 100
    assert after.num_rows == 44 * 24


def test_nothing_is_asked_for_twice_on_a_day(tmp_path: Path, archive: Archive) -> None:
    """Not even when the caches are gone: what was kept is enough."""
    before = rows(asked(tmp_path, archive))
    archive.served.asked.clear()
    (tmp_path / ".cache").rename(tmp_path / "gone")
    assert rows(asked(tmp_path, archive)) == before
    assert archive.served.asked == []


def test_days_without_a_value_are_asked_for_until_they_have_one(
    tmp_path: Path, archive: Archive
) -> None:
    """However late the archive is: an empty hour at the end is one that it does not know yet."""
    archive.known_to = DAY - timedelta(9)
    found = rows(asked(tmp_path, archive))
    assert found.num_rows == (43 - 9) * 24
    archive.known_to = date.max
    archive.served.asked.clear()
    after = rows(asked(tmp_path, archive, DAY + timedelta(1)))
    assert archive.spans == [("2017-01-28", "2017-02-13")]
    assert (after.num_rows, after["temperature_2m"].null_count) == (44 * 24, 0)


def test_what_another_address_gave_does_not_count(tmp_path: Path, archive: Archive) -> None:
    """Answers for another place are kept, and not taken for those of this one."""
    rows(asked(tmp_path, archive))
    archive.served.asked.clear()
    elsewhere = asked(tmp_path, archive)
    address = elsewhere.config.address.replace("latitude=41.1", "latitude=42")
    config = msgspec.structs.replace(elsewhere.config, address=address)
    rows(replace(elsewhere, config=config))
    assert archive.spans == [("2017-01-01", "2017-02-12")]
    assert len(kept(tmp_path)) == 2


def test_long_spans_are_asked_for_in_parts() -> None:
    """So that no answer is too large; each day once."""
    found = spans([], date(2015, 1, 1), date(2017, 2, 12))
    assert [str(span) for span in found] == [
        "2015-01-01_2016-01-01",
        "2016-01-02_2017-01-01",
        "2017-01-02_2017-02-12",
    ]
    assert spans([Answered(Span(DAY, DAY), DAY)], DAY, DAY) == []


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<html>Service unavailable</html>", "is not data in the form of a feed"),
        (b'{"error": true, "reason": "limit"}', "is not data in the form of a feed"),
        (b"", "is not data in the form of a feed"),
        (b"[]", "is not about the places"),
        (b'{"hourly": {"time": [], "temperature_2m": [], "precipitation": []}}', "is empty"),
        (
            b'{"hourly": {"time": ["2017-02-06T00:00"], "temperature_2m": [1],'
            b' "precipitation": [1]}}',
            "7 of them, the first 2017-02-07",
        ),
        (
            b'{"utc_offset_seconds": -18000, "hourly": {"time": ["2017-02-06T00:00"],'
            b' "temperature_2m": [1], "precipitation": [1]}}',
            "times of a time zone",
        ),
        (b'{"hourly": {"time": ["2017-01-01T00:00"], "temperature_2m": [1]}}', "no column"),
        (b'{"hourly": {"time": ["x"], "temperature_2m": [1], "precipitation": [1]}}', "'x'"),
        (
            b'{"hourly": {"time": ["2017-01-01T00:00"], "temperature_2m": [1, 2],'
            b' "precipitation": [1]}}',
            "is not data in the form of a feed",
        ),
    ],
)
def test_an_error_page_with_status_200_is_no_answer(
    tmp_path: Path, archive: Archive, content: bytes, says: str
) -> None:
    """It is not kept, and what was kept before serves on."""
    before = rows(asked(tmp_path, archive))
    good = archive.served.resources[PATH]
    archive.served.put(PATH, content)
    with pytest.raises(SourceError) as caught:
        find(asked(tmp_path, archive, DAY + timedelta(1)))
    assert says in str(caught.value)
    assert kept(tmp_path) == ["000001_2017-01-01_2017-02-12"]
    assert rows(asked(tmp_path, archive)) == before
    archive.served.resources[PATH] = good
    assert rows(asked(tmp_path, archive, DAY + timedelta(1))).num_rows == 44 * 24


def test_a_feed_without_days_in_its_address(tmp_path: Path, archive: Archive) -> None:
    """Exit code 10."""
    found = asked(tmp_path, archive)
    toml = tmp_path / "millpond.toml"
    toml.write_text(toml.read_text().replace("{last}", "2017-02-12"))
    config = load_config(tmp_path).sources["weather"]
    with pytest.raises(ConfigError, match="a feed is asked for days"):
        find(replace(found, config=config))
