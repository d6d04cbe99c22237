"""The rules a source declares, as expressions that are true for a row that breaks one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import narwhals as nw

from processing.contracts.contract import Level
from processing.contracts.frames import LazyFrame
from processing.sources.source import RawColumn, Reference, Source, SourceWeeks

LOCAL_DATE = "sale_date"  # what the clock adds to rows that have an instant
PLACED = "every row has a day, and a week that can be seen"


@dataclass(frozen=True)
class SourceRule:
    """One rule over single rows: in words, what it leads to, and which rows break it."""

    says: str
    level: Level
    breaks: nw.Expr


def row_rules(source: Source) -> list[SourceRule]:
    """The rules that one aggregation counts; `with_references` gives the columns they need."""
    rules = [rule for column in source.columns for rule in _column_rules(column)]
    for place, reference in enumerate(source.references):
        missing = nw.col(_marker(place)).is_null() & ~nw.col(reference.column).is_null()
        rules.append(SourceRule(reference.says, reference.level, missing))
    return rules


def other_rules(source: Source) -> dict[str, Level]:
    """The rules that take a look of their own: week and day, rows without a place, the key."""
    rules: dict[str, Level] = {}
    if source.weeks and dated(source):
        rules[week_says(source.weeks)] = source.weeks.level
    if source.clock:
        rules[PLACED] = source.weeks.level if source.weeks else "stop"
    if source.key:
        rules[key_rule(source)] = source.key_level
    return rules


def key_rule(source: Source) -> str:
    """What a unique key promises, in words."""
    return f"{', '.join(source.key)} is unique"


def with_references(source: Source, frame: LazyFrame, others: Mapping[str, LazyFrame]) -> LazyFrame:
    """Adds for each reference a column that is empty where the value is not found."""
    for place, reference in enumerate(source.references):
        known = _known(reference, others[reference.to_source], _marker(place))
        frame = frame.join(known, on=reference.column, how="left")
    return frame


def repeated(source: Source, frame: LazyFrame) -> LazyFrame:
    """One row per key that stands more than once, with how often as `times`."""
    columns = [*_week_column(source), *source.key]
    keys = frame.group_by(*dict.fromkeys(columns)).agg(times=nw.len())
    return keys.filter(nw.col("times") > 1)


def _week_column(source: Source) -> list[str]:
    return [source.weeks.column] if source.weeks else []


def _marker(place: int) -> str:
    return f"known_{place}"


def _known(reference: Reference, other: LazyFrame, marker: str) -> LazyFrame:
    """Each value of the other source once, so that the join repeats no row."""
    once = other.group_by(reference.to_column).agg(nw.len().alias(marker))
    return once.rename(
        {} if reference.to_column == reference.column else {reference.to_column: reference.column}
    )


def _column_rules(column: RawColumn) -> Iterator[SourceRule]:
    name, value, level = column.name, nw.col(column.name), column.level
    if not column.nullable:
        yield SourceRule(f"{name} is never empty", level, value.is_null())
    if column.minimum is not None:
        says = f"{name} is at least {column.minimum:,g}"
        yield SourceRule(says, level, value < column.minimum)
    if column.maximum is not None:
        says = f"{name} is at most {column.maximum:,g}"
        yield SourceRule(says, level, value > column.maximum)
    if column.type == "number":
        # Not by `is_nan`: DuckDB answers that from the statistics of a Parquet file, which leave
        # NaN out, and so finds none.
        finite = value.cast(nw.Float64).is_finite()
        yield SourceRule(f"{name} is a number", level, ~finite)
    if column.allowed is not None:
        says = f"{name} is one of {', '.join(column.allowed)}"
        yield SourceRule(says, level, ~value.is_in(column.allowed))


def dated(source: Source) -> bool:
    """Whether rows have a local date."""
    return source.clock is not None and source.clock.kind == "instant"


def week_says(weeks: SourceWeeks) -> str:
    """The rule that week and local date agree, in words."""
    return f"{weeks.column} agrees with the local date"


def other_week(weeks: SourceWeeks, as_of: date) -> nw.Expr:
    """True for a row whose week is not the one that its local date lies in."""
    day = nw.col(LOCAL_DATE)
    week = nw.lit(0)
    for year in range(weeks.first_monday.year, as_of.year + 1):
        before = (date(year, 1, 1) - weeks.first_monday).days - 1  # ordinal days start at 1
        found = (day.dt.ordinal_day() + (before + 7)) // 7
        week = nw.when(day.dt.year() == year).then(found).otherwise(week)
    return nw.col(weeks.column) != week
