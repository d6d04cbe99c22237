"""The internal page Discounts, and the internal part of Stores: who pays for discounts."""

from __future__ import annotations

from processing.board.reader import Pin
from processing.views import bars
from processing.views.audience import internal
from processing.views.claim import claim
from processing.views.early import when_ready
from processing.views.html import Fragment
from processing.views.lead import lead
from processing.views.number import shown, time_element
from processing.views.rows import Row, full_weeks, latest, records, sort_by
from processing.views.table import Shown
from processing.views.unit import unit
from processing.views.week_line import from_zero

TOP = 10
PAID = "Discounts that the chain pays for, US dollars"
MONEY = (
    Shown("own_discount_usd", "usd0", "Paid by the chain"),
    Shown("own_discount_pct", "pct1", "For 100 of sales"),
    Shown("card_discount_usd", "usd0", "By loyalty card"),
    Shown("matched_coupon_usd", "usd0", "Added to coupons"),
    Shown("maker_coupon_usd", "usd0", "Paid by makers"),
    Shown("sales_usd", "usd0", "Sales"),
)


@internal
@when_ready
def finding(weeks: Pin, stores: Pin) -> Fragment:
    """What the chain paid for discounts in the latest full week, and where most of the year's."""
    row, most = latest(weeks)[0], sort_by(records(stores), "place")[0]
    week = shown(weeks, row, "week_start_date", "date_long")
    share = shown(weeks, row, "own_discount_pct", "pct1")
    text = (
        f"In the week of {week} the chain paid {_own(weeks, row)} for discounts, {share} of sales. "
        f"So far this year {_leads(stores, most, 'discounts')}."
    )
    return lead(text, weeks, stores)


@internal
@when_ready
def weekly(pin: Pin) -> Fragment:
    """What the chain paid for in each full week (unit `own-discounts-week`)."""
    last, weeks = latest(pin)[0], full_weeks(records(pin))
    paid, share = _own(pin, last), shown(pin, last, "own_discount_pct", "pct1")
    makers = shown(pin, last, "maker_coupon_usd", "usd0")
    first, end = (shown(pin, row, "week_start_date", "date_long") for row in (weeks[0], weeks[-1]))
    return unit(
        pin,
        "own-discounts-week",
        headline=f"The chain paid {paid} for discounts in the latest full week, {share} of sales",
        subtitle=f"{PAID}, full weeks of {first} to {end}. The scale starts at zero",
        summary=f"Makers of the goods paid for {makers} more, by their own coupons.",
        rows=weeks,
        columns=(Shown("week_start_date", "date_short", "Week of"), *MONEY),
        chart=from_zero(weeks, "own_discount_usd", "rust"),
    )


@internal
def ranking(pin: Pin) -> Fragment:
    """The ten stores that cost most in discounts (unit `own-discounts-stores`)."""
    rows = sort_by(records(pin), "place")[:TOP]
    return unit(
        pin,
        "own-discounts-stores",
        headline=_leads(pin, rows[0]),
        subtitle=f"{PAID}, by store, the ten with most, the year to {_day(pin)}",
        summary=f"That is {shown(pin, rows[0], 'own_discount_pct', 'pct1')} of what this store "
        "sold. The table of all stores stands on the page Stores.",
        rows=rows,
        columns=(Shown("name", "text", "Store"), *MONEY),
        chart=bars.plain(rows, "own_discount_usd", "name", format="usd0"),
    )


@internal
def every_store(pin: Pin) -> Fragment:
    """Every store and what its discounts cost the chain (unit `store-discounts`)."""
    rows = sort_by(records(pin), "place")
    return unit(
        pin,
        "store-discounts",
        headline=_leads(pin, rows[0]),
        subtitle=f"{PAID}, by store, all stores, the year to {_day(pin)}",
        summary="What makers of the goods pay for by their own coupons is not part of it.",
        rows=rows,
        columns=(Shown("name", "text", "Store"), Shown("place", "count", "Place"), *MONEY),
        folded=True,
    )


def _leads(pin: Pin, row: Row, word: str = "Discounts") -> str:
    most = claim("max", pin, row, "own_discount_usd", "most", {})
    return f"{word} at {shown(pin, row, 'name', 'text')} cost the chain {most}, {_own(pin, row)}"


def _own(pin: Pin, row: Row) -> str:
    return shown(pin, row, "own_discount_usd", "usd0")


def _day(pin: Pin) -> str:
    return time_element(pin.entry.data_to)
