"""A week of scheduled runs, each on a machine of its own.

After each, the pins hold what a build on an empty board holds; and the site is, byte for byte, what
comes of computing every table and executing every page anew.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from processing.board.publish import current_release
from processing.build.run import Build, Report
from processing.build.state import named_by_state
from processing.config import Config, load_config
from processing.errors import ContractError
from processing.keeping.bucket import Bucket
from processing.keeping.parcel import Parcel, pack_board, pack_pages, unpack, unpack_site
from processing.keeping.published import expect, published, record, why_publish
from processing.site.run import Rendering, render_site, site_fingerprint
from tests.integration.projects import NOW, lines
from tests.integration.sites import small_site, write_page

FIRST = date(2017, 2, 6)  # a Monday
STABLE = 'plain.table(pin("spending_by_household_band"), "bands")'  # the same rows on every day


@dataclass
class Ran:
    """What one scheduled run did."""

    report: Report
    why: str | None
    rendering: Rendering | None = None
    site: dict[str, bytes] = field(default_factory=dict)

    @property
    def built(self) -> set[str]:
        """The tables that came out different."""
        return {decision.name for decision in self.report.built} - {*self.report.unchanged}

    @property
    def executed(self) -> list[str]:
        return sorted(self.rendering.executed) if self.rendering else []


class Schedule:
    """The sources as they are, and the place that keeps the board; a run has nothing else."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sources = small_site(folder / "sources")
        write_page(self.sources, "other", STABLE)
        self.place = (folder / "kept").as_uri()
        self.runs = 0

    def deliver(self, rows: pa.Table) -> None:
        pq.write_table(rows, self.sources / "transactions.parquet")

    def machine(self) -> Config:
        """A fresh checkout on a machine that has never seen the project."""
        self.runs += 1
        root = shutil.copytree(self.sources, self.folder / f"machine-{self.runs}")
        return load_config(root)

    def run(self, day: int) -> Ran:
        """Restore, build, render if there is something new, keep, and note what is published."""
        config, parcel = self.machine(), Parcel(self.folder / f"parcel-{self.runs}")
        parcel.kept.mkdir(parents=True)
        place = Bucket(self.place)
        parcel.set_mark(place.fetch(parcel.kept))
        pages = config.cache_path / "pages"
        unpack(parcel, config.board_path, pages)
        unpack_site(parcel, config.root / "_site")
        report = build(config, day)
        board = config.board_path
        pack_board(parcel, board, config.keep.releases, named_by_state(board))
        release = report.release.manifest.id
        fingerprint = site_fingerprint(config, "pandoc")
        ran = Ran(report, why_publish(fingerprint, release, published(parcel)))
        if ran.why:
            ran.rendering = render(config)
            pack_pages(parcel, pages)
            ran.site = files(config.root / "_site")
            site = config.root / "_site"
            record(parcel, site, expect(site, release, fingerprint))
        place.put(parcel.kept, parcel.mark, release)
        return ran

    def agrees(self, ran: Ran, day: int) -> None:
        """Hold a run against two others that reuse nothing.

        The first has no board at all: each table must hold the same rows. The second knows the
        releases alone, so that names and dates of versions agree: each byte of the site must.
        """
        empty = build(self.machine(), day)
        assert contents(empty) == contents(ran.report)

        config, parcel = self.machine(), Parcel(self.folder / f"parcel-{self.runs}")
        parcel.kept.mkdir(parents=True)
        Bucket(self.place).fetch(parcel.kept)
        unpack(parcel, config.board_path, self.folder / "unused")
        unpack_site(parcel, config.root / "_site")
        (config.board_path / "state.json").unlink()
        anew = build(config, day)
        assert len(anew.built) == len(anew.unchanged) == len(contents(empty))
        assert render(config).cached == []
        assert files(config.root / "_site") == ran.site


def build(config: Config, day: int) -> Report:
    now = NOW + timedelta(days=day)
    report = Build(config, FIRST + timedelta(days=day), now, lambda line: None).run()
    assert isinstance(report, Report)
    return report


def contents(report: Report) -> dict[str, tuple[str, int]]:
    """The rows of every pin, by their hash and number."""
    pins = report.release.manifest.pins
    return {pin.name: (pin.content_sha256, pin.rows) for pin in pins}


def render(config: Config) -> Rendering:
    rendering = render_site(config, "pandoc", config.root / "_site", lambda line: None, gate=True)
    assert isinstance(rendering, Rendering)
    return rendering


def files(site: Path) -> dict[str, bytes]:
    """Every file of a site."""
    paths = sorted(path for path in site.rglob("*") if path.is_file())
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in paths}


def until(day: int, *, without: tuple[int, ...] = ()) -> pa.Table:
    """What has been delivered by that day: the rows of every day before, but for some."""
    table = lines()
    bought = pc.cast(table["transaction_timestamp"], pa.date32())
    keep = pc.less_equal(bought, FIRST + timedelta(days=day))
    for missing in without:
        keep = pc.and_(keep, pc.not_equal(bought, FIRST + timedelta(days=missing)))
    return table.filter(keep)


def spoiled(table: pa.Table) -> pa.Table:
    """The same rows, one of them bought in no store."""
    stores = table["store_id"].to_pylist()
    stores[-1] = None
    at = table.column_names.index("store_id")
    return table.set_column(at, "store_id", pa.array(stores, pa.int64()))


@pytest.fixture
def schedule(tmp_path: Path) -> Schedule:
    return Schedule(tmp_path)


def test_seven_days_of_a_schedule(schedule: Schedule) -> None:
    """A usual day, one without data, a late delivery, a contract broken and mended, a run missed."""

    schedule.deliver(until(0))
    first = schedule.run(0)
    assert (first.why, first.executed) == ("nothing is known to be published", ["index", "other"])
    schedule.agrees(first, 0)

    schedule.deliver(until(1))
    usual = schedule.run(1)
    assert usual.report.is_new
    assert "weeks" in usual.built
    assert "spending_by_household_band" not in usual.built
    assert usual.executed == ["index", "other"]  # each tells up to which day its data goes
    schedule.agrees(usual, 1)

    again = schedule.run(1)
    assert (again.report.is_new, again.report.built, again.why) == (False, [], None)

    nothing_came = schedule.run(2)
    assert nothing_came.report.release.manifest.as_of == "2017-02-08"
    assert (nothing_came.built, nothing_came.executed) == (set(), [])
    schedule.agrees(nothing_came, 2)

    schedule.deliver(spoiled(until(3)))
    with pytest.raises(ContractError, match="store_id"):
        schedule.run(3)

    schedule.deliver(until(4, without=(2,)))
    mended = schedule.run(4)
    before = nothing_came.report.release.manifest.id
    assert mended.report.release.manifest.previous == before  # what failed left no trace
    schedule.agrees(mended, 4)

    # On day five no run starts.
    schedule.deliver(until(6, without=(2,)))
    caught_up = schedule.run(6)
    assert caught_up.executed == ["index", "other"]
    schedule.agrees(caught_up, 6)

    # The rows of day two come after all: no day is newer, and the other page's rows are the same.
    schedule.deliver(until(6))
    late = schedule.run(6)
    assert late.executed == ["index"]
    schedule.agrees(late, 6)
    for ran in (first, usual, nothing_came, mended, caught_up):
        past = {name: content for name, content in ran.site.items() if name.startswith("releases")}
        assert past.items() <= late.site.items()  # each address shows what it always showed


def test_a_change_of_a_page_a_setting_or_a_style(schedule: Schedule) -> None:
    """A changed page is executed alone; a style or a setting renders without executing any."""
    schedule.deliver(until(0))
    schedule.run(0)

    write_page(schedule.sources, "other", 'plain.table(pin("departments"), "names")')
    ran = schedule.run(0)
    assert (ran.why, ran.executed) == ("code, pages or settings have changed", ["other"])
    schedule.agrees(ran, 0)

    with (schedule.sources / "reports/assets/millpond.css").open("a") as sheet:
        sheet.write("main { color: inherit }\n")
    ran = schedule.run(0)
    assert (ran.why, ran.executed) == ("code, pages or settings have changed", [])
    schedule.agrees(ran, 0)

    names = schedule.sources / "departments.csv"
    names.write_text(names.read_text().replace("Grocery", "Food"))
    ran = schedule.run(0)
    assert "departments" in ran.built
    assert "weeks" not in ran.built
    assert ran.executed == ["other"]
    schedule.agrees(ran, 0)


def test_two_runs_at_once_publish_one_site(schedule: Schedule) -> None:
    """The second to keep stands down; what the first kept is whole."""
    from processing.keeping.place import Overtaken

    schedule.deliver(until(0))
    schedule.run(0)
    late = Parcel(schedule.folder / "late")
    late.kept.mkdir(parents=True)
    late.set_mark(Bucket(schedule.place).fetch(late.kept))
    schedule.deliver(until(1))
    newer = schedule.run(1)
    with pytest.raises(Overtaken):
        Bucket(schedule.place).put(late.board, late.mark, "late")
    assert schedule.run(1).report.release.manifest.id == newer.report.release.manifest.id


def test_what_is_restored_serves_a_release(schedule: Schedule) -> None:
    """The kept board is one that every command of the board accepts."""
    schedule.deliver(until(0))
    ran = schedule.run(0)
    parcel = Parcel(schedule.folder / "again")
    parcel.kept.mkdir(parents=True)
    Bucket(schedule.place).fetch(parcel.kept)
    served = current_release(parcel.board)
    assert served is not None
    assert served.manifest.id == ran.report.release.manifest.id
    assert datetime.fromisoformat(served.manifest.created_at).year == NOW.year
