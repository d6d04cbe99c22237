"""The one formatter: how a stored value reads, whatever the locale."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal, localcontext

MISSING = "not available"
MINUS = "\u2212"
NARROW_SPACE = "\u202f"
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
# Control characters, what XML cannot hold, and the marks that turn the direction of text around:
# none may reach a reader.
UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufffe\uffff]"
)

Formatter = Callable[[object], str]


def is_missing(raw: object) -> bool:
    """True for None, NaN and the missing value of pandas."""
    if raw is None or type(raw).__name__ in {"NAType", "NaTType"}:
        return True
    return bool(raw != raw)  # noqa: PLR0124 - only NaN differs from itself


def rounded(raw: object, places: int) -> Decimal:
    """`raw` as a decimal with so many places, halves to the even digit. ValueError if no number."""
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal):
        raise ValueError(f"not a number: {raw!r}")
    exact = raw if isinstance(raw, Decimal) else Decimal(str(raw))
    if not exact.is_finite():
        raise ValueError(f"not a finite number: {raw!r}")
    with localcontext() as context:  # wide enough for any number a pin can hold
        context.prec = 60
        result = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
    return abs(result) if result.is_zero() else result


def _number(value: Decimal, *, prefix: str = "", suffix: str = "", signed: bool = False) -> str:
    sign = MINUS if value < 0 else "+" if signed and value > 0 else ""
    return f"{sign}{prefix}{abs(value):,f}{suffix}"


def _fixed(places: int, prefix: str = "", suffix: str = "", *, signed: bool = False) -> Formatter:
    return lambda raw: _number(rounded(raw, places), prefix=prefix, suffix=suffix, signed=signed)


def _size(places: int, prefix: str = "", suffix: str = "") -> Formatter:
    return lambda raw: _number(abs(rounded(raw, places)), prefix=prefix, suffix=suffix)


def _thousands(raw: object) -> str:
    value = Decimal(str(raw))
    for limit, letter in ((Decimal(10) ** 6, "m"), (Decimal(10) ** 3, "k")):
        if abs(rounded(value, 0)) >= limit:
            return _number(rounded(value / limit, 1), prefix="$", suffix=letter)
    return _number(rounded(value, 0), prefix="$")


def _versus(raw: object) -> str:
    value = rounded(raw, 1)
    if value == 0:
        return "level with"
    return f"{abs(value):,f}% {'above' if value > 0 else 'below'}"


def _bytes(raw: object) -> str:
    size = rounded(raw, 0)
    if size < 1000:
        return f"{size:,f} bytes"
    for letter in ("KB", "MB", "GB"):
        size /= 1000
        if rounded(size, 1) < 1000 or letter == "GB":
            break
    return f"{rounded(size, 1):,f} {letter}"


def _day(raw: object) -> date:
    if isinstance(raw, date):
        return raw
    return date.fromisoformat(str(raw)[:10])


def _date_long(raw: object) -> str:
    day = _day(raw)
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _date_short(raw: object) -> str:
    day = _day(raw)
    return f"{day.day} {MONTHS[day.month - 1][:3]} {day.year}"


def _day_month(raw: object) -> str:
    day = _day(raw)
    return f"{day.day} {MONTHS[day.month - 1]}"


def _moment(raw: object) -> str:
    """The time is UTC, as every moment of a release is."""
    return f"{_date_long(raw)}, {datetime.fromisoformat(str(raw)):%H:%M} UTC"


def _day_only(raw: object) -> str:
    return str(_day(raw).day)


def _text(raw: object) -> str:
    return UNSAFE.sub("\ufffd", str(raw))


FORMATS: dict[str, Formatter] = {
    "usd0": _fixed(0, "$"),
    "usd2": _fixed(2, "$"),
    "usd_k": _thousands,
    "count": _fixed(0),
    "count1": _fixed(1),
    "pct1": _fixed(1, suffix="%"),
    "pct2": _fixed(2, suffix="%"),
    "ratio1": _fixed(1, suffix=" times"),
    "ratio2": _fixed(2, suffix=" times"),
    "ratio4": _fixed(4),
    "change_pct1": _fixed(1, suffix="%", signed=True),
    "change_usd0": _fixed(0, "$", signed=True),
    "change_count": _fixed(0, signed=True),
    "size_pct1": _size(1, suffix="%"),
    "size_usd0": _size(0, "$"),
    "size_count": _size(0),
    "versus_pct1": _versus,
    "bytes": _bytes,
    "date_long": _date_long,
    "date_short": _date_short,
    "day_month": _day_month,
    "day": _day_only,
    "moment": _moment,
    "week": lambda raw: f"Week {rounded(raw, 0):f}",
    "yes_no": lambda raw: "yes" if raw else "no",
    "text": _text,
}
DATE_FORMATS = frozenset({"date_long", "date_short", "day_month", "day"})
NUMBER_FORMATS = frozenset(FORMATS) - DATE_FORMATS - {"text", "yes_no", "week", "moment"}


def format_value(name: str, raw: object) -> str:
    """How `raw` reads in format `name`; "not available" for a missing value.

    Raises KeyError for an unknown format and ValueError for a value the format cannot take.
    """
    formatter = FORMATS[name]
    return MISSING if is_missing(raw) else formatter(raw)
