"""Time: versions that never go back, days of any length, and data that grow old."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from processing.board.freshness import freshness
from processing.board.publish import releases, rollback
from processing.board.reader import open_release
from tests.conftest import ROOT, run_millpond
from tests.integration import faulty
from tests.integration.faulty import LATER, NEW_DAY, OLD_DAY
from tests.integration.outcomes import Survived
from tests.integration.projects import NOW, lines, make_project
from tests.integration.sites import small_site


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that was never built."""
    return make_project(tmp_path / "project")


def test_nothing_goes_back_when_the_clock_does(project: Path, survived: Survived) -> None:
    """Versions and releases keep their order; plain pins' `latest` is the latest."""
    first = faulty.built(project, OLD_DAY, NOW).manifest
    second = faulty.built(project, NEW_DAY, NOW - timedelta(days=3)).manifest
    assert second.id > first.id
    assert second.created_at > first.created_at
    assert all(second.pin(pin.name).version > pin.version for pin in first.pins)
    faulty.assert_healed(project, faulty.contents(open_release(project / "board")))
    survived("clock set back")


def test_ids_are_later_than_all_that_are_kept(project: Path) -> None:
    """Also than one that was rolled back and so is not the predecessor."""
    faulty.built(project, OLD_DAY, NOW)
    faulty.built(project, NEW_DAY, NOW + timedelta(days=300))
    rollback(project / "board", None)
    third = faulty.built(project, date(2017, 2, 13), NOW + timedelta(days=1)).manifest
    assert releases(project / "board")[-1] == third.id


def test_two_builds_in_one_second(project: Path, survived: Survived) -> None:
    """Each has its own versions and its own release."""
    for day in (OLD_DAY, NEW_DAY, OLD_DAY):
        faulty.built(project, day, NOW)
    assert len(releases(project / "board")) == 3
    faulty.assert_healed(project, faulty.contents(open_release(project / "board")))
    survived("two builds in one second")


def hourly(first: datetime, hours: int) -> pa.Table:
    """A line each hour from that instant (UTC)."""
    row = lines(1).to_pylist()[0]
    rows = []
    for at in range(hours):
        instant = first + timedelta(hours=at)
        local = instant.replace(tzinfo=UTC).astimezone(ZoneInfo("America/New_York")).date()
        week = (local.timetuple().tm_yday - 1 + 6) // 7 + 1
        basket = 10_000_000 + int(instant.timestamp()) // 3600
        rows.append(row | {"transaction_timestamp": instant, "week": week, "basket_id": basket})
    return pa.Table.from_pylist(rows, lines(1).schema)


def test_days_of_23_and_25_hours(project: Path, survived: Survived) -> None:
    """Lines in each hour around both changes of the clocks; each day sees just its own."""
    spring, autumn = datetime(2017, 3, 12, 5), datetime(2017, 11, 5, 4)  # local midnight
    table = pa.concat_tables(
        [
            lines(315),
            hourly(spring - timedelta(hours=9), 48),
            hourly(autumn - timedelta(hours=9), 48),
        ]
    )
    pq.write_table(table, project / "transactions.parquet")
    seen = {}
    for day in (date(2017, 3, 11), date(2017, 3, 12), date(2017, 11, 4), date(2017, 11, 5)):
        manifest = faulty.built(project, day).manifest
        (source,) = (one for one in manifest.sources if one.name == "transactions")
        seen[day] = source.rows
        assert source.last_date == day.isoformat()
    at_noon = 6
    assert seen[date(2017, 3, 12)] - seen[date(2017, 3, 11)] == 23 + at_noon
    assert seen[date(2017, 11, 5)] - seen[date(2017, 11, 4)] == 25 + at_noon
    survived("days of 23 and 25 hours")


ELSEWHERE = [
    {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0"},
    {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "1", "LANG": "tr_TR.UTF-8"},
    {"TZ": "America/St_Johns", "LC_ALL": "xx_YY.nothing", "PYTHONHASHSEED": "2"},
]
BUILD_AND_RENDER = """
import sys
from pathlib import Path
from tests.integration import faulty
faulty.built(Path(sys.argv[1]), faulty.NEW_DAY)
if sys.argv[2] != "2":  # of the third, the board will do
    faulty.render(Path(sys.argv[1]))
"""


def test_another_time_zone_and_locale_give_the_same_bytes(
    tmp_path: Path, survived: Survived
) -> None:
    """Every file of the board and of the site."""
    found = []
    for at, environment in enumerate(ELSEWHERE):
        folder = small_site(tmp_path / str(at))
        done = subprocess.run(
            [sys.executable, "-c", BUILD_AND_RENDER, str(folder), str(at)],
            env={**os.environ, **environment, "PYTHONPATH": str(ROOT)},
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        files = [*(folder / "board").rglob("*"), *(folder / "_site").rglob("*")]
        found.append({str(p.relative_to(folder)): p.read_bytes() for p in files if p.is_file()})
    assert found[0].keys() == found[1].keys()
    assert {*found[2]} == {name for name in found[0] if name.startswith("board")}
    for other in found[1:]:
        assert [name for name in other if other[name] != found[0][name]] == []
    assert any(name.endswith("data.txt") for name in found[0])
    survived("another time zone and locale")


def test_freshness_counts_from_the_last_day_of_data(project: Path, survived: Survived) -> None:
    """Builds go on, but the source stands still from 14 February on."""
    begun = faulty.built(project, date(2017, 2, 14)).manifest
    assert {each.state for each in freshness(begun, date(2017, 2, 15))} == {"fresh"}
    manifest = faulty.built(project, date(2017, 2, 21), LATER).manifest
    assert manifest.as_of == "2017-02-21"
    (one, _) = freshness(manifest, date(2017, 2, 21))
    assert (one.data_to, one.age_days, one.state) == (date(2017, 2, 14), 7, "error")
    survived("source stands still")


def test_pages_say_how_far_the_data_reach(project: Path) -> None:
    """Not the day they were built on, nor the one a version was first stored on."""
    manifest = faulty.built(project, date(2017, 2, 21)).manifest
    assert {entry.data_to for entry in manifest.pins} == {"2017-02-14"}


def test_the_command_exits_by_freshness_and_writes_it(project: Path) -> None:
    """0 while fresh or a little late, which it says; 12 when a contract calls it too old."""
    faulty.built(project, NEW_DAY)
    limits = "(warn after 1, error after 3)"
    for day, code, says in (
        ("2017-02-12", 0, f"weeks: fresh, data to 2017-02-12, 0 days {limits}"),
        ("2026-02-14", 0, "freshness: 2 of 2 tables are late"),
        ("2017-02-16", 12, f"weeks: error, data to 2017-02-12, 4 days {limits}"),
    ):
        done = run_millpond(project, "freshness", "--as-of", day)
        assert (done.returncode, says in done.stdout) == (code, True), done.stdout + done.stderr
        names = "2 tables are too old: trading_days_by_week, weeks"
        assert (names in done.stderr) == (code == 12)
        written = json.loads((project / "board" / "freshness.json").read_text())
        assert written["day"] == day.replace("2026", "2017")
        assert [table["name"] for table in written["tables"]] == ["trading_days_by_week", "weeks"]
        assert all(f"{t['name']}: {t['state']}," in done.stdout for t in written["tables"])
    assert run_millpond(project, "doctor").returncode == 0


def test_the_site_says_how_old_its_data_are(tmp_path: Path) -> None:
    """From the release alone, so on any day the same bytes; the reader's clock adds the rest."""
    folder = small_site(tmp_path / "project")
    faulty.built(folder, date(2017, 2, 16))
    faulty.render(folder)
    written = json.loads((folder / "_site" / "freshness.json").read_text())
    assert "day" not in written
    assert written["release"] == open_release(folder / "board").manifest.id
    assert written["tables"][1] == {
        "name": "weeks", "cadence": "daily", "data_to": "2017-02-14", "age_days_built": 2,
        "warn_after": 1, "error_after": 3,
    }  # fmt: skip
