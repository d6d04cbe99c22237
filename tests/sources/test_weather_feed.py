"""The page Weather from a live feed: one line of configuration, and the same page."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from processing import web
from processing.board.manifest import Manifest
from processing.board.reader import open_release
from processing.cli import cli
from processing.sources.airports import HOURLY_WEATHER
from tests.conftest import ROOT
from tests.integration.projects import HOURLY_WEATHER as HOURS
from tests.integration.sites import small_site
from tests.sources.archive import PATH, Archive, archive
from tests.sources.howto import snippet

FILE = 'address = "hourly_weather.parquet"'
ADDRESS = "feed+https://archive-api.open-meteo.com/v1/archive"
FEED = HOURLY_WEATHER.feed
assert FEED
PLACES = {",".join(map(str, place)): name for name, place in FEED.places.items()}
RAIN: dict[tuple[str, datetime], float] = {
    (row["origin"], row["time_hour"]): row["precip"] for row in HOURS.to_pylist()
}


def rain(place: str, variable: str, day: date, hour: int) -> float:
    """What the file of the small project says of that hour; no rain in any other."""
    assert variable == "precipitation"
    return RAIN.get((PLACES[place], datetime(day.year, day.month, day.day, hour)), 0.0)


def revised(place: str, variable: str, day: date, hour: int) -> float:
    """The same, but for one hour that was dry at first."""
    is_it = (PLACES[place], day, hour) == ("EWR", date(2013, 1, 1), 12)
    return 0.05 if is_it else rain(place, variable, day, hour)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of the one page, whose weather is a file."""
    root = small_site(tmp_path_factory.mktemp("weather") / "shop")
    toml = root / "millpond.toml"
    text = toml.read_text().replace('"replay"', '"real"')
    text = re.sub("^tables = .*$", 'tables = ["departures_by_rain"]', text, flags=re.MULTILINE)
    toml.write_text(text, encoding="utf-8")
    (root / "reports" / "other.qmd").unlink()
    shutil.copy(ROOT / "reports" / "weather.qmd", root / "reports" / "index.qmd")
    quarto = (root / "_quarto.yml").read_text()
    (root / "_quarto.yml").write_text(
        quarto.replace("      - {href: reports/other.qmd, text: Other}\n", "")
    )
    return root


@pytest.fixture(name="feed")
def feed_fixture(monkeypatch: pytest.MonkeyPatch) -> Iterator[Archive]:
    monkeypatch.setattr(web, "BACKOFF", 0)
    with archive() as found:
        found.value = rain
        yield found


def millpond(root: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["--project", str(root), *arguments])


def built(root: Path, day: str) -> Manifest:
    done = millpond(root, "build", "--as-of", day)
    assert done.exit_code == 0, done.output
    return open_release(root / "board").manifest


def with_feed(root: Path, feed: Archive) -> None:
    """What docs/sources.md says, but for the server."""
    there = snippet("Live weather on the page Weather").strip()
    assert there.count("\n") == 0
    assert ADDRESS in there
    toml = root / "millpond.toml"
    text = toml.read_text()
    assert FILE in text
    toml.write_text(text.replace(FILE, there.replace(ADDRESS, f"feed+{feed.address}")))


def test_one_line_puts_the_feed_in_the_place_of_the_file(
    project: Path, tmp_path: Path, feed: Archive
) -> None:
    """The same pin; the page says where it is from, and follows what the archive revises."""
    root = tmp_path / "shop"
    shutil.copytree(project, root)
    of_file = built(root, "2013-01-01")
    with_feed(root, feed)
    of_feed = built(root, "2013-01-01")
    assert feed.spans == [("2013-01-01", "2013-01-01")]
    before = of_feed.pin("departures_by_rain")
    assert before.content_sha256 == of_file.pin("departures_by_rain").content_sha256
    (said,) = (one for one in of_feed.sources if one.name == "hourly_weather")
    assert (said.licence, "Open-Meteo" in said.origin) == ("CC BY 4.0", True)
    feed.value = revised
    after = built(root, "2013-01-02")
    assert feed.spans[1:] == [("2013-01-01", "2013-01-02")]
    assert after.pin("departures_by_rain").content_sha256 != before.content_sha256
    assert built(root, "2013-01-02").id == after.id
    assert len(feed.spans) == 2
    done = millpond(root, "render", "--renderer", "pandoc")
    assert done.exit_code == 0, done.output
    assert millpond(root, "check").exit_code == 0
    page = (root / "_site" / "index.html").read_text(encoding="utf-8")
    assert "Open-Meteo" in page
    assert 'data-pin="departures_by_rain"' in page


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<html>Too many requests</html>", "is not data in the form of a feed"),
        (
            b'[{"hourly": {"time": []}}, {"hourly": {"time": []}}, {"hourly": {"time": []}}]',
            "empty",
        ),
        (b'{"hourly": {"time": ["2013-01-01T00:00"], "precipitation": [0]}}', "EWR, JFK, LGA"),
    ],
)
def test_an_answer_that_is_none(
    project: Path, tmp_path: Path, feed: Archive, content: bytes, says: str
) -> None:
    """Exit code 11 and one message; the release is that of before, and nothing is kept."""
    root = tmp_path / "shop"
    shutil.copytree(project, root)
    with_feed(root, feed)
    before = built(root, "2013-01-01")
    feed.served.put(PATH, content)
    done = millpond(root, "build", "--as-of", "2013-01-02")
    assert (done.exit_code, says in done.stderr) == (11, True), done.stderr
    assert open_release(root / "board").manifest == before
    assert len(list((root / "intake").rglob("*.json"))) == 1


def test_another_unit_is_no_number_of_this_column(
    project: Path, tmp_path: Path, feed: Archive
) -> None:
    """Millimetres read as inches would be rain that nobody saw."""
    root = tmp_path / "shop"
    shutil.copytree(project, root)
    with_feed(root, feed)
    toml = root / "millpond.toml"
    toml.write_text(toml.read_text().replace("&precipitation_unit=inch", ""))
    done = millpond(root, "build", "--as-of", "2013-01-01")
    assert done.exit_code == 11
    assert "the answer has precip in another unit\n  found: mm" in done.stderr


def test_a_late_archive_fills_in(project: Path, tmp_path: Path, feed: Archive) -> None:
    """An hour that it does not know yet is no dry hour: it comes with a later build."""
    root = tmp_path / "shop"
    shutil.copytree(project, root)
    with_feed(root, feed)
    feed.known_to = date(2012, 12, 31)
    done = millpond(root, "build", "--as-of", "2013-01-01")
    assert done.exit_code == 12, done.output  # nothing known at all
    feed.known_to = date.max
    late = built(root, str(date(2013, 1, 1) + timedelta(12)))
    assert feed.spans[1:] == [("2013-01-01", "2013-01-13")]
    assert late.pin("departures_by_rain").rows
