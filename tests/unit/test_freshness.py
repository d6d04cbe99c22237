"""How old a table's data are, and what its contract says of it."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from processing.board.freshness import age_days, data_to, freshness
from processing.board.manifest import Manifest
from processing.contracts.contract import Cadence, Contract
from tests.unit.pins import entry_of, manifest_of


def release(cadence: Cadence = "daily", clock: str = "real", **limits: int) -> Manifest:
    """A release of one table, whose data reach to 21 November 2017."""
    entry = entry_of("t", ("a",), (), 1)
    contract = msgspec.structs.replace(entry.contract, cadence=cadence, **limits)
    return manifest_of(msgspec.structs.replace(entry, contract=contract), clock=clock)


@pytest.mark.parametrize(
    ("cadence", "late", "failed"),
    [("daily", 2, 4), ("weekly", 9, 16), ("monthly", 33, 64)],
)
def test_the_cadence_decides(cadence: Cadence, late: int, failed: int) -> None:
    """The first days at which a table is late, and too late."""
    states = {
        days: freshness(release(cadence), date.fromordinal(date(2017, 11, 21).toordinal() + days))
        for days in (0, late - 1, late, failed - 1, failed)
    }
    found = [each.state for (each,) in states.values()]
    assert found == ["fresh", "fresh", "warn", "warn", "error"]


def test_a_static_table_is_never_late() -> None:
    """However many years go by."""
    (each,) = freshness(release("static"), date(2099, 1, 1))
    assert (each.state, each.warn_after) == ("fresh", None)
    assert "never late" in str(each)


def test_a_contract_may_set_its_own_limits() -> None:
    """One of them, or both."""
    assert release("daily", warn_after=5).pins[0].contract.late_after == (5, 5)
    assert release("weekly", error_after=10).pins[0].contract.late_after == (8, 10)
    (each,) = freshness(release(warn_after=0, error_after=1), date(2017, 11, 22))
    assert each.state == "warn"


def test_limits_that_contradict_each_other_are_refused() -> None:
    """Too old before it is late."""
    with pytest.raises(ValueError, match="warn_after and error_after"):
        Contract(title="T", grain="g", key=(), columns=(), warn_after=4, error_after=3)


def test_a_day_before_the_data_is_a_wrong_clock() -> None:
    """A warning, not fresh for ever."""
    (each,) = freshness(release(), date(2017, 11, 19))
    assert (each.age_days, each.state) == (-2, "warn")


def test_a_replayed_year_begins_again() -> None:
    """A schedule that died in December is late in January, though that is earlier in the year."""
    manifest = msgspec.structs.replace(release(clock="replay"), as_of="2017-12-31")
    assert age_days(manifest, date(2017, 12, 31), date(2017, 1, 1)) == 1
    assert age_days(manifest, date(2017, 12, 31), date(2017, 12, 31)) == 0


def test_the_source_that_reaches_least_far_decides() -> None:
    """Through any number of tables; sources without days have no say."""
    manifest = release()
    (source,) = manifest.sources
    older = msgspec.structs.replace(source, name="promotions", last_date="2017-11-01")
    undated = msgspec.structs.replace(source, name="products", last_date=None)
    above = msgspec.structs.replace(manifest.pins[0], name="u", inputs=("t", "promotions"))
    both = msgspec.structs.replace(
        manifest, pins=(*manifest.pins, above), sources=(source, older, undated)
    )
    assert data_to(both, "t") == date(2017, 11, 21)
    assert data_to(both, "u") == date(2017, 11, 1)
    none = msgspec.structs.replace(manifest, sources=(), as_of="2017-11-30")
    assert data_to(none, "t") == date(2017, 11, 30)
