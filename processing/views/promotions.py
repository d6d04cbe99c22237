"""The page Promotions: what sells with and without a placement, and how far that can be trusted."""

from __future__ import annotations

from collections.abc import Sequence

from processing.board.reader import Pin
from processing.views.claim import claim
from processing.views.early import when_ready
from processing.views.html import Fragment
from processing.views.lead import lead
from processing.views.number import shown, time_element
from processing.views.ranges import Range, ranges
from processing.views.rows import NotYet, Row, records, sort_by
from processing.views.table import Shown
from processing.views.unit import unit
from processing.views.words import list_words

MEDIAN = "median_ratio"
RATIOS = Range(
    low="quarter_ratio",
    middle=MEDIAN,
    high="three_quarters_ratio",
    format="ratio2",
    empty="too few to compare",
)
WAITING = "No product has had enough weeks with and without a placement yet to compare them."


@when_ready
def finding(pin: Pin) -> Fragment:
    """How much more sold with which kind of placement, at the median."""
    best = sort_by(_said(pin, ("any",)), MEDIAN)[-1]
    text = (
        f"{shown(pin, best, 'name', 'text')} went with "
        f"{claim('max', pin, best, MEDIAN, 'the most', {'kind': 'any'})}: in weeks with it a "
        f"product sold {shown(pin, best, MEDIAN, 'ratio2')} as much as in weeks without any, at "
        f"the median of {shown(pin, best, 'pairs', 'count')} comparisons, each of one product in "
        "one store. Whether that was the placement or a lower price in the same week cannot "
        "be told."
    )
    return lead(text, pin)


def _said(pin: Pin, kinds: Sequence[str]) -> list[Row]:
    """The placements of some kinds in their order that can be compared. NotYet when none can."""
    rows = [row for row in sort_by(records(pin), "position") if row["kind"] in kinds]
    known = [row for row in rows if row[MEDIAN] is not None]
    if not known:
        raise NotYet(WAITING)
    return known


@when_ready
def by_kind(pin: Pin) -> Fragment:
    """Display alone, mailer alone, and both (unit `promotions-by-kind`)."""
    rows = _said(pin, ("any",))
    best = sort_by(rows, MEDIAN)[-1]
    said = [
        f"{shown(pin, row, 'name', 'text')} in {shown(pin, row, 'more_pct', 'pct1')} of "
        f"{shown(pin, row, 'pairs', 'count')}"
        for row in rows
    ]
    return unit(
        pin,
        "promotions-by-kind",
        headline=f"{shown(pin, best, 'name', 'text')} went with "
        + claim("max", pin, best, MEDIAN, "the most", {"kind": "any"})
        + f": {shown(pin, best, MEDIAN, 'ratio2')} the sales of weeks without, at the median",
        subtitle=f"Sales a week with the placement as a multiple of those without, {SAME}, "
        f"the year to {time_element(pin.entry.data_to)}. {KEY}",
        summary=f"More was sold with than without: {list_words(said)} products in stores.",
        rows=rows,
        columns=COLUMNS,
        chart=ranges(rows, RATIOS, axis={}, size="m", level=1),
    )


SAME = "the same product in the same store"
KEY = "●\u00a0median, │─│\u00a0the middle half of them; the line stands where nothing differs"


@when_ready
def by_place(pin: Pin) -> Fragment:
    """Each place of display and mailer (unit `promotions-by-place`)."""
    rows = _said(pin, ("display", "mailer"))
    rows = sort_by(sort_by(rows, MEDIAN, descending=True), "kind")
    ranked = sort_by(rows, MEDIAN)
    low, high = ranked[0], ranked[-1]
    few = [row for row in records(pin) if row[MEDIAN] is None]
    names = list_words([shown(pin, row, "name", "text") for row in few]) if few else "none"
    return unit(
        pin,
        "promotions-by-place",
        headline=f"{shown(pin, high, 'name', 'text')} went with "
        f"{shown(pin, high, MEDIAN, 'ratio2')} the usual sales a week, "
        f"{shown(pin, low, 'name', 'text')} with {shown(pin, low, MEDIAN, 'ratio2')}",
        subtitle="Sales a week with the placement alone as a multiple of those without any, "
        f"{SAME}, the year to {time_element(pin.entry.data_to)}. {KEY}",
        summary="Displays come first, then places in the mailer, each from the largest multiple. "
        f"Left out, because fewer than twenty products in stores can be compared: {names}. "
        "Displays are compared where the product was not in the mailer, and the other way round.",
        rows=rows,
        columns=COLUMNS,
        chart=ranges(rows, RATIOS, axis={}, size="xl", level=1),
    )


COLUMNS = (
    Shown("name", "text", "Placement"),
    Shown("kind", "text", "Kind"),
    Shown("pairs", "count", "Products in stores"),
    Shown("products", "count", "Products"),
    Shown("stores", "count", "Stores"),
    Shown("quarter_ratio", "ratio2", "A quarter at most"),
    Shown("median_ratio", "ratio2", "Median"),
    Shown("three_quarters_ratio", "ratio2", "Three quarters at most"),
    Shown("more_pct", "pct1", "Sold more with it"),
)
