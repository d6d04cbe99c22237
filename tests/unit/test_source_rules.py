"""What a source promises about its rows: every rule, broken by one row."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec
import pyarrow as pa
import pytest

from processing.build.inputs import Input
from processing.sources.hashes import Hashes
from processing.sources.location import Location
from processing.sources.retail import SOURCES
from processing.sources.rules import other_rules, other_week, repeated, row_rules, with_references
from processing.sources.source import RawColumn, Reference, Source, SourceClock, SourceWeeks
from tests.spec.frames import ENGINE, frame, rows

WEEKS = SourceWeeks(column="week", first_monday=date(2016, 12, 26))
SOURCE = Source(
    name="lines",
    title="",
    origin="",
    licence="",
    updated="",
    columns=(
        RawColumn("a", "integer", "", minimum=1, maximum=9),
        RawColumn("kind", "text", "", nullable=True, allowed=("x", "y"), level="warn"),
        RawColumn("at", "timestamp", ""),
        RawColumn("week", "integer", ""),
    ),
    clock=SourceClock(kind="instant", column="at"),
    weeks=WEEKS,
    key=("a", "kind"),
    references=(Reference(column="a", to_source="others", to_column="b", level="note"),),
)
OTHERS = """
    b
    1
    2
    2
"""


def broken(text: str) -> dict[str, int]:
    """How many rows of the drawing break each rule over single rows, where any does."""
    found = with_references(SOURCE, frame(text), {"others": frame(OTHERS)})
    counts = {rule.says: len(rows(found.filter(rule.breaks), "a")) for rule in row_rules(SOURCE)}
    return {says: count for says, count in counts.items() if count}


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ("- | x | 2017-01-02T12:00 | 2", "a is never empty"),
        ("0 | x | 2017-01-02T12:00 | 2", "a is at least 1"),
        ("10 | x | 2017-01-02T12:00 | 2", "a is at most 9"),
        ("1 | z | 2017-01-02T12:00 | 2", "kind is one of x, y"),
        ("1 | x | - | 2", "at is never empty"),
        ("1 | x | 2017-01-02T12:00 | -", "week is never empty"),
        ("3 | x | 2017-01-02T12:00 | 2", "a is one of others"),
    ],
)
def test_each_rule_can_be_broken(row: str, rule: str) -> None:
    """By one row beside good ones; an empty kind is allowed."""
    good = "a | kind | at | week\n 1 | y | 2017-01-03T12:00 | 2\n 2 | - | 2017-01-03T12:00 | 2"
    assert broken(good) == {}
    found = broken(f"{good}\n{row}")
    assert found.pop(rule) == 1
    assert set(found) <= {"a is one of others"}  # 0 and 10 are not there either


def test_a_value_that_the_other_source_has_twice_repeats_no_row() -> None:
    """Products listed twice are the fault of that list, and do not double the lines."""
    found = with_references(SOURCE, frame("a\n2"), {"others": frame(OTHERS)})
    assert len(rows(found, "a")) == 1


def test_levels_are_those_of_the_declaration() -> None:
    """A rule carries the level of its column, reference, key or weeks."""
    levels = {rule.says: rule.level for rule in row_rules(SOURCE)}
    assert levels["kind is one of x, y"] == "warn"
    assert levels["a is one of others"] == "note"
    assert levels["a is at least 1"] == "stop"
    assert other_rules(msgspec.structs.replace(SOURCE, key_level="warn")) == {
        "week agrees with the local date": "stop",
        "every row has a day, and a week that can be seen": "stop",
        "a, kind is unique": "warn",
    }


@pytest.mark.parametrize(
    ("day", "week"),
    [("2016-12-31", 1), ("2017-01-01", 1), ("2017-01-02", 2), ("2017-12-31", 53), ("2018-01-01", 54)],  # noqa: E501
)  # fmt: skip
def test_the_week_is_that_of_the_local_date(day: str, week: int) -> None:
    """Over the turn of years too; one more or less is wrong."""
    drawn = f"sale_date | week\n{day} | {week}\n{day} | {week + 1}\n{day} | {week - 1}"
    wrong = rows(frame(drawn).filter(other_week(WEEKS, date(2018, 2, 1))), "week")
    assert [found for _, found in wrong] == [week - 1, week + 1]


def test_the_week_follows_from_the_calendar() -> None:
    """Every day of two years, by Python's own arithmetic."""
    days = [date.fromordinal(date(2017, 1, 1).toordinal() + n) for n in range(730)]
    table = pa.table({"sale_date": days, "week": [WEEKS.of(day) for day in days]})
    assert rows(ENGINE.take(table).filter(other_week(WEEKS, date(2018, 12, 31))), "week") == []


def test_a_repeated_key_is_found_within_its_week() -> None:
    """With how often it stands there."""
    drawn = """
        week | a | kind
        1    | 1 | x
        1    | 1 | x
        1    | 1 | y
        2    | 1 | x
    """
    assert rows(repeated(SOURCE, frame(drawn)), "week") == [(1, 1, "x", 2)]


def test_words_and_rules_do_not_change_what_tables_depend_on(tmp_path: Path) -> None:
    """Another caveat or level builds nothing anew; another column type or first Monday does."""
    file = tmp_path / "lines.csv"
    file.write_text("a\n1\n")

    def fingerprint(source: Source) -> str:
        hashes = Hashes(tmp_path / "h.json", 0)
        place = Location("lines.csv", (file,), "csv")
        return Input(source, place, hashes, date(2017, 1, 9), "UTC").fingerprint

    lines = SOURCES["transactions"]
    same = msgspec.structs.replace(lines, caveat="x", key=(), references=())
    assert fingerprint(same) == fingerprint(lines)
    other = msgspec.structs.replace(lines, columns=lines.columns[1:])
    assert fingerprint(other) != fingerprint(lines)
