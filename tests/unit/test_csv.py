"""CSV downloads."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal

import pytest

from processing.views.csv import csv_text, neutral, unit_csv


def test_values_keep_their_exact_digits() -> None:
    """Decimals keep their zeros, dates are ISO, missing values empty, truth is a word."""
    rows = [[date(2017, 11, 13), Decimal("91391.40"), None, True, -3]]
    assert csv_text(["day", "sales_usd", "mean_usd", "is_latest", "change"], rows) == (
        "day,sales_usd,mean_usd,is_latest,change\n2017-11-13,91391.40,,true,-3\n"
    )


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\r=1", "\x00=1", "＝1", "\u00a0=1"],
)
def test_a_formula_in_text_is_not_live(text: str) -> None:
    """Text that a spreadsheet would run opens after an apostrophe."""
    assert neutral(text) == "'" + text


@pytest.mark.parametrize("text", ["\tname", "\r=1", "\nname"])
def test_text_that_begins_with_a_break_is_marked(text: str) -> None:
    """A spreadsheet may drop the break, and take what follows for the start of the cell."""
    assert neutral(text) == "'" + text


@pytest.mark.parametrize("text", ["Grocery", "a=b", "3-pack", "", "'quoted'"])
def test_harmless_text_stays_as_it_is(text: str) -> None:
    """Names are not marked without need."""
    assert neutral(text) == text


def test_separators_and_quotes_survive() -> None:
    """A name with a comma, a quote and a line break comes back whole."""
    name = 'Soups, "hot"\nand cold'
    read = list(csv.reader(io.StringIO(csv_text(["name"], [[name]]))))
    assert read == [["name"], [name]]


def test_a_units_block_gives_its_csv_with_the_digits_it_holds() -> None:
    """91391.40 stands in the download as it stands in the JSON block."""
    block = '{"columns":["name","sales_usd"],"rows":[["\\u003cb",91391.40],["=x",null]]}'
    assert unit_csv(block) == "name,sales_usd\n<b,91391.40\n'=x,\n"


def test_a_carriage_return_begins_no_row() -> None:
    """Python's writer leaves it bare when lines end in a newline; a reader would see a new row."""
    text = csv_text(["name"], [["x\r=1+1"], ["y"]])
    assert text == 'name\n"x\r=1+1"\ny\n'


@pytest.mark.parametrize("mark", ["\u200b", "\u2060", "\u00ad", "\u061c"])
def test_a_formula_behind_a_mark_without_width_is_not_live(mark: str) -> None:
    assert neutral(mark + "=1+1") == "'" + mark + "=1+1"
