"""The one formatter."""

from __future__ import annotations

import locale
from datetime import date
from decimal import Decimal

import pytest

from processing.views.format import FORMATS, format_value


@pytest.mark.parametrize(
    ("name", "raw", "text"),
    [
        ("usd0", Decimal("91391.47"), "$91,391"),
        ("usd0", Decimal("-540.50"), "−$540"),
        ("usd0", Decimal("-0.49"), "$0"),
        ("usd2", Decimal("31.535"), "$31.54"),
        ("usd2", Decimal("31.525"), "$31.52"),
        ("usd_k", Decimal("91391.47"), "$91.4k"),
        ("usd_k", Decimal("4072433.67"), "$4.1m"),
        ("usd_k", 12, "$12"),
        ("count", 2898, "2,898"),
        ("count", Decimal("2973.2500"), "2,973"),
        ("pct1", Decimal("52.15"), "52.2%"),
        ("change_pct1", Decimal("3.49"), "+3.5%"),
        ("change_pct1", Decimal("-4.16"), "−4.2%"),
        ("change_pct1", Decimal("0.04"), "0.0%"),
        ("change_usd0", Decimal("2779.33"), "+$2,779"),
        ("change_usd0", Decimal("-504.06"), "−$504"),
        ("change_count", -3, "−3"),
        ("size_pct1", Decimal("-4.16"), "4.2%"),
        ("size_usd0", Decimal("-504.06"), "$504"),
        ("versus_pct1", Decimal("4.16"), "4.2% above"),
        ("versus_pct1", Decimal("-4.16"), "4.2% below"),
        ("versus_pct1", Decimal("-0.04"), "level with"),
        ("ratio2", Decimal("0.0008"), "0.00 times"),
        ("bytes", 999, "999 bytes"),
        ("bytes", 2149, "2.1 KB"),
        ("bytes", 999_960, "1.0 MB"),
        ("date_long", date(2017, 11, 21), "21 November 2017"),
        ("date_long", "2017-11-21", "21 November 2017"),
        ("date_short", date(2017, 5, 1), "1 May 2017"),
        ("day_month", date(2017, 11, 3), "3 November"),
        ("day", date(2017, 11, 3), "3"),
        ("week", 47, "Week 47"),
        ("yes_no", True, "yes"),
        ("text", "Fruit & vegetables", "Fruit & vegetables"),
    ],
)
def test_a_value_reads_as_its_format_says(name: str, raw: object, text: str) -> None:
    """Each format gives one text, with separators, unit, true minus and halves to even."""
    assert format_value(name, raw) == text


@pytest.mark.parametrize("name", sorted(FORMATS))
@pytest.mark.parametrize("raw", [None, float("nan")])
def test_a_missing_value_says_so(name: str, raw: object) -> None:
    """No format ever shows nan, None or an empty cell."""
    assert format_value(name, raw) == "not available"


def test_a_missing_value_of_pandas_says_so() -> None:
    """Arrow-backed columns give pandas' own missing value."""
    import pandas as pd

    assert format_value("usd0", pd.NA) == "not available"


def test_the_locale_changes_nothing() -> None:
    """Numbers and months read alike on every machine."""
    before = locale.setlocale(locale.LC_ALL)
    try:
        locale.setlocale(locale.LC_ALL, "C")
        assert format_value("usd0", 1234567) == "$1,234,567"
        assert format_value("date_long", date(2017, 3, 1)) == "1 March 2017"
    finally:
        locale.setlocale(locale.LC_ALL, before)


def test_floats_round_by_the_digits_one_sees() -> None:
    """2.675 is taken for what it shows, not for the nearest binary fraction below it."""
    assert format_value("usd2", 2.675) == "$2.68"


def test_marks_that_turn_text_around_do_not_reach_a_reader() -> None:
    """Bidirectional overrides and control characters become a visible replacement."""
    assert format_value("text", "a\u202egnp.exe\x00") == "a\ufffdgnp.exe\ufffd"


@pytest.mark.parametrize("raw", ["12", True, float("inf")])
def test_a_number_format_refuses_what_is_no_number(raw: object) -> None:
    """Text in a column of money is an error, not a number."""
    with pytest.raises(ValueError, match="not a"):
        format_value("usd0", raw)


def test_an_unknown_format_is_an_error() -> None:
    """A misspelt format name fails the page instead of showing a raw value."""
    with pytest.raises(KeyError):
        format_value("dollars", 1)
