"""What the calendar of the data promises."""

from __future__ import annotations

from datetime import date

from processing.contracts.frames import LazyFrame
from processing.tables.visits import trading_days_by_week
from processing.tables.weeks import weeks as weeks_of
from tests.spec.frames import frame, pinned

D = date.fromisoformat


def weeks(sold: LazyFrame) -> LazyFrame:
    """The calendar of these lines."""
    return weeks_of(trading_days_by_week(sold))


FULL = "\n".join(f"{2 + at // 7} | 2017-01-{2 + at:02d}" for at in range(28))


def test_a_week_runs_from_monday_to_sunday() -> None:
    """Start and end are the Monday and the Sunday around the days with sales."""
    sold = frame("""
        week | sale_date
        1    | 2017-01-01
        2    | 2017-01-04
    """)
    assert pinned("weeks", weeks(sold), "week", "week_start_date", "week_end_date") == [
        (1, D("2016-12-26"), D("2017-01-01")),
        (2, D("2017-01-02"), D("2017-01-08")),
    ]


def test_a_week_with_fewer_than_seven_trading_days_is_partial() -> None:
    """Week 1 is one day, week 6 six; full is one with something sold on each of its days."""
    six = "\n".join(f"6 | 2017-02-0{day}" for day in range(1, 6))
    sold = frame(f"week | sale_date\n1 | 2017-01-01\n1 | 2017-01-01\n{FULL}\n6 | 2017-01-30\n{six}")
    assert pinned("weeks", weeks(sold), "week", "trading_days", "is_partial") == [
        (1, 1, True),
        (2, 7, False),
        (3, 7, False),
        (4, 7, False),
        (5, 7, False),
        (6, 6, True),
    ]


def test_the_latest_week_is_the_last_full_one() -> None:
    """A week still running is never the latest."""
    sold = frame("week | sale_date\n" + FULL + "\n6 | 2017-01-30")
    assert pinned("weeks", weeks(sold), "week", "is_latest")[-2:] == [(5, True), (6, False)]


def test_comparisons_need_full_weeks_on_both_sides() -> None:
    """One short week spoils the week after it, and the mean of four for four weeks."""
    sold = frame("week | sale_date\n1 | 2017-01-01\n" + FULL + "\n6 | 2017-01-30")
    found = pinned("weeks", weeks(sold), "week", "is_comparable_before", "is_comparable_mean4")
    assert found == [
        (1, False, False),
        (2, False, False),
        (3, True, False),
        (4, True, False),
        (5, True, False),
        (6, False, False),
    ]


def test_five_full_weeks_make_the_mean_of_four_comparable() -> None:
    """The fifth full week in a row is the first that can be set against four."""
    fifth = (
        "\n".join(f"6 | 2017-01-{30 + at}" for at in range(2))
        + "\n"
        + "\n".join(f"6 | 2017-02-0{1 + at}" for at in range(5))
    )
    sold = frame("week | sale_date\n" + FULL + "\n" + fifth)
    assert pinned("weeks", weeks(sold), "week", "is_comparable_mean4")[-1] == (6, True)
