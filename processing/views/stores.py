"""The page Stores: a ranking of the latest full week, and who moved."""

from __future__ import annotations

from collections.abc import Sequence

from processing.board.reader import Pin
from processing.views import bars, dots
from processing.views import movers as moving
from processing.views.anchors import with_row_ids
from processing.views.claim import claim
from processing.views.early import when_ready
from processing.views.html import Fragment, element, escape
from processing.views.lead import lead
from processing.views.number import shown, time_element
from processing.views.rows import Row, latest, records, sort_by
from processing.views.table import Shown
from processing.views.unit import unit
from processing.views.words import OWN_MEAN, compared, gained_and_lost

TOP = 20


@when_ready
def finding(weeks: Pin, spread: Pin) -> Fragment:
    """Which store sold most, which gained and lost most, and what the largest tenth took."""
    largest, tenth = sort_by(latest(weeks), "rank")[0], sort_by(latest(spread), "tenth")[0]
    text = (
        f"{shown(weeks, largest, 'name', 'text')} "
        f"{claim('max', weeks, largest, 'sales_usd', 'sold most')} in the week of "
        f"{shown(weeks, largest, 'week_start_date', 'date_long')}: "
        f"{shown(weeks, largest, 'sales_usd', 'usd0')}, "
        f"{compared(weeks, largest, 'change_mean4_pct', OWN_MEAN)}. "
    )
    moved = moving.by_change(weeks)
    if moved:
        text += f"{gained_and_lost(weeks, moved, 'change_mean4_usd')}. "
    text += (
        f"{shown(spread, tenth, 'name', 'text')} of stores took "
        f"{shown(spread, tenth, 'share_pct', 'pct1')} of all sales."
    )
    return lead(text, weeks, spread)


@when_ready
def ranking(pin: Pin) -> Fragment:
    """The twenty stores that sold most in the latest full week (unit `store-ranking`)."""
    rows = sort_by(latest(pin), "rank")[:TOP]
    top = rows[0]
    week = shown(pin, top, "week_start_date", "date_long")
    name = shown(pin, top, "name", "text")
    sales = shown(pin, top, "sales_usd", "usd0")
    change = compared(pin, top, "change_mean4_pct", OWN_MEAN)
    return unit(
        pin,
        "store-ranking",
        headline=f"{name} {claim('max', pin, top, 'sales_usd', 'sold most')}, {sales}, {change}",
        subtitle=f"Sales by store, US dollars, the twenty that sold most. Week of {week}: "
        "●\u00a0above, ◆\u00a0below ○\u00a0the store’s mean of the four weeks before",
        summary="The longer the line between the two dots, the more unusual the week was for the "
        f"store. {_climber(pin, rows)}",
        rows=rows,
        columns=RANKING_COLUMNS,
        chart=dots.pairs(rows, "sales_usd", "sales_mean4_usd"),
    )


def _climber(pin: Pin, rows: Sequence[Row]) -> str:
    known = [row for row in rows if row["rank_change"] is not None]
    up = sort_by(known, "rank_change", descending=True)[:1]
    if not up or up[0]["rank_change"] <= 0:
        return "None of them ranks higher than it did on the mean of the four weeks before."
    row = up[0]
    twenty = {"is_latest": True, "rank<=": TOP}
    climbed = claim("max", pin, row, "rank_change", "climbed most", twenty)
    return (
        f"Of the twenty, {shown(pin, row, 'name', 'text')} {climbed}, from place "
        f"{shown(pin, row, 'rank_before', 'count')} to {shown(pin, row, 'rank', 'count')}."
    )


RANKING_COLUMNS = (
    Shown("name", "text", "Store"),
    Shown("rank", "count", "Place"),
    Shown("sales_usd", "usd0", "Sales"),
    Shown("sales_mean4_usd", "usd0", "Mean of four weeks before"),
    Shown("change_mean4_usd", "change_usd0", "Change"),
    Shown("change_mean4_pct", "change_pct1", "Change, %"),
    Shown("rank_before", "count", "Place on that mean"),
    Shown("rank_change", "change_count", "Places gained"),
    Shown("households", "count", "Households"),
)


@when_ready
def spread(pin: Pin) -> Fragment:
    """How the latest full week's sales spread over tenths of the stores (unit `store-spread`)."""
    rows = sort_by(latest(pin), "tenth")
    top, last = rows[0], rows[-1]
    week = shown(pin, top, "week_start_date", "date_long")
    return unit(
        pin,
        "store-spread",
        headline=f"{shown(pin, top, 'name', 'text')} of stores took "
        f"{shown(pin, top, 'share_pct', 'pct1')} of the week’s sales",
        subtitle="Share of sales by tenths of the stores that sold anything, per cent, "
        f"week of {week}",
        summary=f"Each of the {shown(pin, top, 'stores', 'count')} stores in it sold at least "
        f"{shown(pin, top, 'least_usd', 'usd0')}; those in the last tenth sold "
        f"{shown(pin, last, 'least_usd', 'usd0')} to {shown(pin, last, 'most_usd', 'usd0')}.",
        rows=rows,
        columns=SPREAD_COLUMNS,
        chart=bars.plain(rows, "share_pct", "name", format="pct1"),
    )


SPREAD_COLUMNS = (
    Shown("name", "text", "Tenth of the stores"),
    Shown("stores", "count", "Stores"),
    Shown("sales_usd", "usd0", "Sales"),
    Shown("share_pct", "pct1", "Share of sales"),
    Shown("least_usd", "usd0", "Least in it"),
    Shown("most_usd", "usd0", "Most in it"),
)


@when_ready
def movers(pin: Pin) -> Fragment:
    """The stores that gained and lost most on their mean (unit `store-movers`)."""
    return moving.movers(pin, "store-movers", "store", PLACES)


PLACES = (
    Shown("rank", "count", "Place"),
    Shown("rank_change", "change_count", "Places gained"),
)


def every_store(pin: Pin) -> Fragment:
    """Every store over the year so far (unit `stores-year`)."""
    rows = sort_by(records(pin), "rank")
    top = rows[0]
    name, sales = shown(pin, top, "name", "text"), shown(pin, top, "sales_usd", "usd0")
    baskets = shown(pin, top, "baskets", "count")
    made = unit(
        pin,
        "stores-year",
        headline=f"{name} {claim('max', pin, top, 'sales_usd', 'leads', {})} the year so far with "
        f"{sales} from {baskets} baskets",
        subtitle="Sales by store, US dollars, all stores, the year to "
        f"{time_element(pin.entry.data_to)}",
        summary="Weeks with sales are those in which the store sold anything. Each row has an "
        "address of its own, such as "
        f"{element('a', escape(f'#{anchor(top)}'), href=f'#{anchor(top)}')}.",
        rows=rows,
        columns=YEAR_COLUMNS,
    )
    return with_row_ids(made, [anchor(row) for row in rows])


def anchor(row: Row) -> str:
    """The id under which a store stands on the page."""
    return f"store-{int(row['store_id'])}"


YEAR_COLUMNS = (
    Shown("name", "text", "Store"),
    Shown("rank", "count", "Place"),
    Shown("sales_usd", "usd0", "Sales"),
    Shown("baskets", "count", "Baskets"),
    Shown("weeks_with_sales", "count", "Weeks with sales"),
)
