"""The page Households: what they spend by income, age and size, and what is withheld."""

from __future__ import annotations

from collections.abc import Sequence

from processing.board.reader import Pin
from processing.views import bars
from processing.views.claim import claim
from processing.views.early import when_ready
from processing.views.html import Fragment
from processing.views.lead import lead
from processing.views.number import shown, time_element
from processing.views.parts import Panels, parts
from processing.views.ranges import Range, ranges
from processing.views.rows import NotYet, Row, first, records, sort_by, where
from processing.views.table import Shown
from processing.views.unit import unit
from processing.views.words import list_words

MEDIAN = "median_usd"
QUARTERS = Range(
    low="quarter_usd",
    middle=MEDIAN,
    high="three_quarters_usd",
    format="usd0",
    empty="withheld",
)
# Dimension -> what stands before the name of a band in a sentence, and its own name.
WORDS = {
    "income": ("with an income of", "income"),
    "age": ("at", "age"),
    "household_size": ("of", "household size"),
}
WAITING = "Too few households have bought anything yet to say what a group of them spent."


@when_ready
def finding(pin: Pin) -> Fragment:
    """Which band of income spends most, and how much of sales comes from households unknown."""
    rows = _bands(pin, "income")
    other = first(where(records(pin), dimension="description"), lambda row: row["position"] == 2)
    text = f"So far this year, {_most_and_least(pin, 'income', rows)}."
    if other and other["share_pct"] is not None:
        share = shown(pin, other, "share_pct", "pct1")
        text += f" Of all sales, {share} come from households that are not described."
    return lead(text, pin)


def _bands(pin: Pin, dimension: str) -> list[Row]:
    """The bands of a dimension in their order. NotYet when all are withheld."""
    rows = sort_by(where(records(pin), dimension=dimension), "position")
    if not any(row[MEDIAN] is not None for row in rows):
        raise NotYet(WAITING)
    return rows


def _most_and_least(pin: Pin, dimension: str, rows: Sequence[Row]) -> str:
    """Where the median is highest and lowest; with ties still true."""
    known = sort_by([row for row in rows if row[MEDIAN] is not None], MEDIAN)
    low, high = known[0], known[-1]
    if low[MEDIAN] == high[MEDIAN]:
        return f"the median household spent {shown(pin, high, MEDIAN, 'usd0')} in each band shown"
    words = ["most", "least"]
    for at, row in enumerate((high, low)):
        if sum(one[MEDIAN] == row[MEDIAN] for one in known) > 1:
            words[at] = ("as much as any", "as little as any")[at]
    bands = {"dimension": dimension}
    most = claim("max", pin, high, MEDIAN, words[0], bands)
    least = claim("min", pin, low, MEDIAN, words[1], bands)
    return (
        f"the {_who(pin, dimension, high)} spent {most}, {shown(pin, high, MEDIAN, 'usd0')} at the "
        f"median; the {_who(pin, dimension, low)} {least}, {shown(pin, low, MEDIAN, 'usd0')}"
    )


def _who(pin: Pin, dimension: str, row: Row) -> str:
    """A band and how many stand behind it: a median of a dozen weighs less than one of hundreds."""
    count, name = shown(pin, row, "households", "count"), shown(pin, row, "name", "text")
    return f"{count} households {WORDS[dimension][0]} {name}"


@when_ready
def by_income(pin: Pin) -> Fragment:
    """What households spent by band of income (unit `spending-by-income`)."""
    return _by_band(pin, "income", "spending-by-income")


@when_ready
def by_age(pin: Pin) -> Fragment:
    """What households spent by age (unit `spending-by-age`)."""
    return _by_band(pin, "age", "spending-by-age")


@when_ready
def by_size(pin: Pin) -> Fragment:
    """What households spent by their size (unit `spending-by-household-size`)."""
    return _by_band(pin, "household_size", "spending-by-household-size")


def _by_band(pin: Pin, dimension: str, id: str) -> Fragment:
    rows = _bands(pin, dimension)
    said = _most_and_least(pin, dimension, rows)
    word = WORDS[dimension][1]
    return unit(
        pin,
        id,
        headline=said[0].upper() + said[1:],
        subtitle=f"Sales per household by {word}, US dollars, households that are "
        f"described, the year to {time_element(pin.entry.data_to)}. "
        "●\u00a0median of the households, │─│\u00a0the middle half of them",
        summary=_withheld(pin, rows),
        rows=rows,
        columns=BAND_COLUMNS,
        chart=ranges(rows, QUARTERS, axis=DOLLARS, size="l"),
    )


DOLLARS = {"tickprefix": "$", "tickformat": "~s"}


def _withheld(pin: Pin, rows: Sequence[Row]) -> str:
    """Which bands are withheld, and why; or that none is."""
    hidden = [shown(pin, row, "name", "text") for row in rows if row["is_withheld"]]
    if not hidden:
        return "No band is withheld: ten households or more stand behind each. " + ROUNDED
    return (
        f"Withheld: {list_words(hidden)}, for fewer than ten households, or because such a band "
        f"would follow from the others. {ROUNDED}"
    )


ROUNDED = "Medians and quarters are rounded to ten dollars, the mean is exact."
BAND_COLUMNS = (
    Shown("name", "text", "Households"),
    Shown("households", "count", "Households that bought"),
    Shown("baskets", "count", "Baskets"),
    Shown("sales_usd", "usd0", "Sales"),
    Shown("share_pct", "pct1", "Share of all sales"),
    Shown("sales_per_household_usd", "usd0", "Mean per household"),
    Shown("quarter_usd", "usd0", "A quarter spent at most"),
    Shown("median_usd", "usd0", "Median"),
    Shown("three_quarters_usd", "usd0", "Three quarters spent at most"),
    Shown("is_withheld", "yes_no", "Withheld"),
)


@when_ready
def described(pin: Pin) -> Fragment:
    """How much of sales comes from households without demographics (unit `sales-described`)."""
    rows = sort_by(where(records(pin), dimension="description"), "position")
    if any(row["share_pct"] is None for row in rows):
        raise NotYet(WAITING)
    known, other = rows
    return unit(
        pin,
        "sales-described",
        headline=f"{shown(pin, known, 'households', 'count')} households that are described made "
        f"{shown(pin, known, 'share_pct', 'pct1')} of sales, "
        f"{shown(pin, other, 'households', 'count')} others "
        f"{shown(pin, other, 'share_pct', 'pct1')}",
        subtitle="Share of all sales, per cent, by whether the source describes the household, "
        f"the year to {time_element(pin.entry.data_to)}",
        summary="What is said of age, income and size holds for those that are described. They "
        f"spent {shown(pin, known, 'sales_per_household_usd', 'usd0')} each on average, the others "
        f"{shown(pin, other, 'sales_per_household_usd', 'usd0')}: they are not a sample of all.",
        rows=rows,
        columns=BAND_COLUMNS,
        chart=bars.plain(rows, "share_pct", "name", format="pct1"),
    )


@when_ready
def age_and_size(pin: Pin) -> Fragment:
    """Mean spending by age and size, with what is withheld (unit `spending-by-age-and-size`)."""
    rows = sort_by(sort_by(records(pin), "size_position"), "age_position")
    known = sort_by(
        [row for row in rows if row["sales_per_household_usd"] is not None],
        "sales_per_household_usd",
    )
    if not known:
        raise NotYet(WAITING)
    high = known[-1]
    return unit(
        pin,
        "spending-by-age-and-size",
        headline=f"The {shown(pin, high, 'households', 'count')} households of "
        f"{shown(pin, high, 'size_name', 'text')} and {shown(pin, high, 'age_name', 'text')} spent "
        + claim("max", pin, high, "sales_per_household_usd", "most", {})
        + f", {shown(pin, high, 'sales_per_household_usd', 'usd0')} on average",
        subtitle="Mean sales per household by age and household size, US dollars, households that "
        f"are described, the year to {time_element(pin.entry.data_to)}",
        summary="Withheld: fewer than ten households, or a group from which one of these would "
        "follow. Nothing stands where nobody is in the group.",
        rows=rows,
        columns=CROSS_COLUMNS,
        chart=parts(rows, CROSS_PANELS, size="xl"),
    )


CROSS_PANELS = Panels(
    panel="age_name",
    place="size_name",
    value="sales_per_household_usd",
    format="usd0",
    empty="with\u00adheld",
    gap=0.05,
    shared=True,
)
CROSS_COLUMNS = (
    Shown("age_name", "text", "Age"),
    Shown("size_name", "text", "Household size"),
    Shown("households", "count", "Households that bought"),
    Shown("sales_per_household_usd", "usd0", "Mean per household"),
    Shown("is_withheld", "yes_no", "Withheld"),
)
