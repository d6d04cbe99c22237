"""Row counts against history."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from processing.board.manifest import Manifest, SourceEntry
from processing.build.history import history_results
from processing.contracts.contract import CheckResult
from processing.sources.retail import PRODUCTS, TRANSACTIONS
from processing.sources.source import Source

FEWER = "at most 5% fewer rows than in the release before"
MORE = "at most 20% more rows than in the release before"
UNUSUAL = "a complete week has 50% to 200% of the median of the 4 before"
DAY = date(2017, 1, 18)  # Wednesday of week 4


def served(
    parts: dict[str, int], day: date = DAY, name: str = "transactions", **more: Any
) -> Manifest:
    """A release that saw these rows on that day."""
    entry = SourceEntry(
        name=name, address="", title="", licence="", origin="", sha256="", bytes=0, updated="",
        rows=sum(parts.values()), parts=parts, **more,
    )  # fmt: skip
    return Manifest(
        format=1, id="", created_at="", as_of=day.isoformat(), previous=None, engine="", clock="",
        pins=(), sources=(entry,),
    )  # fmt: skip


def broken(
    now: dict[str, int],
    before: Manifest | None,
    day: date = DAY,
    source: Source = TRANSACTIONS,
    *,
    accepted: bool = False,
) -> dict[str, CheckResult]:
    """The rules that are broken."""
    results = history_results(source, now, day, before, accepted=accepted)
    return {result.rule: result for result in results if result.failed}


def test_without_history_there_must_be_rows() -> None:
    """An empty source stops, also on the first day."""
    assert broken({"1": 5}, None) == {}
    assert broken({"1": 0}, None)["at least one row"].level == "stop"
    assert "at least one row" in broken({}, None)


def test_fewer_rows_in_one_week_stop_even_where_another_makes_up_for_them() -> None:
    """Week by week, with what was there and what is."""
    found = broken({"2": 94, "3": 200}, served({"2": 100, "3": 100}))
    assert (found[FEWER].level, found[FEWER].failed) == ("stop", 6)
    assert found[FEWER].where == "week 2: 100 before, 94 now"


def test_a_few_rows_less_are_a_correction() -> None:
    """Five in a hundred are within the tolerance; six are not."""
    assert broken({"2": 95}, served({"2": 100})) == {}
    assert FEWER in broken({"2": 94}, served({"2": 100}))


def test_a_week_that_is_gone_has_lost_all_its_rows() -> None:
    """The whole count is what failed."""
    assert broken({"2": 100}, served({"2": 100, "3": 50}))[FEWER].failed == 50


def test_an_earlier_day_may_show_fewer_rows() -> None:
    """Somebody asks for last week's state; a list without a clock knows no such excuse."""
    earlier = date(2017, 1, 17)
    assert broken({"2": 10}, served({"2": 100}), earlier) == {}
    lists = served({"all": 100}, name="products")
    assert FEWER in broken({"all": 10}, lists, earlier, PRODUCTS)


def test_lost_rows_that_are_accepted_warn() -> None:
    """They are still said."""
    found = broken({"2": 10}, served({"2": 100}), accepted=True)
    assert found[FEWER].level == "warn"


def test_a_jump_warns_where_the_week_was_complete() -> None:
    """Week 3 ended on the 15th and grew; week 4 was still running."""
    found = broken({"3": 121, "4": 500}, served({"3": 100, "4": 40}))
    assert (found[MORE].level, found[MORE].where) == ("warn", "week 3: 100 before, 121 now")
    assert MORE in broken({"all": 121}, served({"all": 100}, name="products"), DAY, PRODUCTS)


def test_the_same_counts_say_what_they_said_before() -> None:
    """A second build of the same data repeats the warning and so makes no new release."""
    said = CheckResult(rule=MORE, rows=121, failed=21, level="warn", where="week 3: …")
    again = broken({"3": 121}, served({"3": 121}, results=(said,)))
    assert again == {MORE: said}


def test_a_release_of_an_earlier_version_is_compared_in_all() -> None:
    """It did not count by week."""
    old = served({"2": 60, "3": 40})
    (entry,) = old.sources
    old = msgspec.structs.replace(old, sources=(msgspec.structs.replace(entry, parts={}),))
    assert broken({"2": 60, "3": 36}, old) == {}
    assert broken({"2": 60, "3": 30}, old)[FEWER].where == "100 before, 90 now"


def test_a_week_unlike_those_before_warns() -> None:
    """Cut short or delivered twice; the running week and those without four before say nothing."""
    usual = {"1": 10, "2": 100, "3": 104, "4": 96, "5": 100}
    day = date(2017, 2, 8)  # in week 7
    assert broken(usual | {"6": 98, "7": 10}, None, day) == {}
    assert broken(usual | {"6": 48}, None, day)[UNUSUAL].where == "week 6: 48 rows"
    assert broken(usual | {"6": 201}, None, day)[UNUSUAL].level == "warn"
