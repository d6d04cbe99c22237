"""Small expressions that all tables share; each gives the same result on every engine."""

from __future__ import annotations

from collections.abc import Sequence

import narwhals as nw

from processing.contracts.frames import LazyFrame


def cents(column: str) -> nw.Expr:
    """US dollars held as a binary float, as whole cents: sums of these are exact."""
    return (nw.col(column) * 100).round().cast(nw.Int64)


def usd(column: str) -> nw.Expr:
    """Whole cents as US dollars; the declared cast makes an exact decimal of it."""
    return nw.col(column) / 100


def percent(part: nw.Expr, whole: nw.Expr) -> nw.Expr:
    """`part` in per cent of `whole`; null where `whole` is zero, on which engines differ."""
    return part * 100 / nw.when(whole != 0).then(whole)


def distinct(frame: LazyFrame, *columns: str) -> LazyFrame:
    """One row per combination of `columns`. On DuckDB `unique` numbers all rows first."""
    return frame.group_by(*columns).agg(rows=nw.len()).select(*columns)


def row_number(order: Sequence[str], within: Sequence[str] = ()) -> nw.Expr:
    """1, 2, 3 … in the order of `order`, counted anew for each value of `within`."""
    one = (
        nw.col(order[0]).is_null().cast(nw.Int64) * 0 + 1
    )  # a literal cannot be summed in a window
    return one.cum_sum().over(*within, order_by=list(order))


def monday(column: str) -> nw.Expr:
    """The Monday on or before a date (narwhals truncates to no weeks on DuckDB).

    It numbers a Sunday 7 on DuckDB and 0 on Spark, so days of the week are compared modulo 7.
    """
    date = nw.col(column)
    found = date
    for days in range(1, 7):
        found = (
            nw.when(date.dt.weekday() % 7 == (days + 1) % 7)
            .then(date.dt.offset_by(f"-{days}d").cast(nw.Date))
            .otherwise(found)
        )
    return found


def day_number(column: str) -> nw.Expr:
    """Days since the last day of the year before 1, so that days can be counted on any engine."""
    before = nw.col(column).dt.year().cast(nw.Int64) - 1
    leap = before // 4 - before // 100 + before // 400
    return before * 365 + leap + nw.col(column).dt.ordinal_day().cast(nw.Int64)
