"""Pick rows of a pin as plain Python values; nothing is computed here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cmp_to_key
from typing import Any

from processing.board.reader import Pin
from processing.errors import PageError

Row = Mapping[str, Any]


class NotYet(PageError):
    """The year has only begun, and a view has nothing to show before it has gone on a while."""


def records(pin: Pin) -> list[Row]:
    """Every row in stored order: decimals as Decimal, dates as date, missing values as None."""
    import pyarrow as pa

    rows: list[Row] = pa.Table.from_pandas(pin.frame, preserve_index=False).to_pylist()
    return rows


def latest(pin: Pin) -> list[Row]:
    """The rows of the latest full week. NotYet when the pin has none."""
    rows = [row for row in records(pin) if row["is_latest"]]
    if not rows:
        raise NotYet("There is no week with seven days of sales yet.")
    return rows


def with_baseline(rows: Iterable[Row], column: str) -> list[Row]:
    """Rows in which `column` is known. NotYet when it is in none: too few weeks lie before."""
    known = [row for row in rows if row[column] is not None]
    if not known:
        raise NotYet("There are not four full weeks before the latest one yet to compare it with.")
    return known


def full_weeks(rows: Iterable[Row]) -> list[Row]:
    """Rows of weeks with all seven days of sale."""
    return [row for row in rows if not row["is_partial"]]


def where(rows: Iterable[Row], **equals: object) -> list[Row]:
    """Rows whose columns equal the given values."""
    return [row for row in rows if all(row[key] == value for key, value in equals.items())]


def sort_by(rows: Iterable[Row], column: str, *, descending: bool = False) -> list[Row]:
    """Rows by one column, missing values last, ties in stored order."""

    def compare(one: Row, other: Row) -> int:
        a, b = one[column], other[column]
        if a is None or b is None:
            return (a is None) - (b is None)
        return int((a > b) - (a < b)) * (-1 if descending else 1)

    return sorted(rows, key=cmp_to_key(compare))


def first(rows: Sequence[Row], test: Callable[[Row], bool]) -> Row | None:
    """The first row that passes, or None."""
    return next((row for row in rows if test(row)), None)


def one(pin: Pin, key: Mapping[str, object]) -> Row:
    """The row of that contract key; further entries of `key` are not looked at.

    PageError when the key is not whole, or names no row or several.
    """
    names = pin.entry.contract.key
    missing = [name for name in names if name not in key]
    found = [] if missing else where(records(pin), **{name: key[name] for name in names})
    if len(found) != 1:
        raise PageError(
            f"Pin {pin.name} has not exactly one row for {dict(key)!r}",
            found=f"{len(found)} rows" if not missing else f"no value for {', '.join(missing)}",
            expected="one value for each of " + ", ".join(names),
            next_step="correct the key in the page",
        )
    return found[0]
