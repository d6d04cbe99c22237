"""What moved sales: the contributions of departments or of stores, which add up to the change."""

from __future__ import annotations

from collections.abc import Sequence

from processing.board.reader import Pin
from processing.views import bars
from processing.views.claim import claim
from processing.views.html import Fragment, element
from processing.views.number import shown
from processing.views.rows import NotYet, Row, latest, records, sort_by, where
from processing.views.table import Shown
from processing.views.unit import unit
from processing.views.words import list_words, named_change

NAMED = 3  # in the headline


def contributions(pin: Pin, headline: Pin, side: str, plural: str) -> Fragment:
    """Signed bars of the latest week, the rest as one (unit `<side>-contributions`).

    `headline` holds the change of all sales, to which the bars add up. NotYet without a baseline.
    """
    total = latest(headline)[0]
    rows = sort_by(where(records(pin), week=total["week"]), "place")
    if not rows:
        raise NotYet("There are not four full weeks before the latest one yet to compare it with.")
    week = shown(headline, total, "week_start_date", "date_long")
    return unit(
        pin,
        f"{side}-contributions",
        headline=_headline(pin, rows, side),
        subtitle=f"Change in sales on the mean of the four weeks before, US dollars, the {plural} "
        f"that moved sales and all others as one, week of {week}",
        summary=_summary(pin, headline, total, rows),
        rows=rows,
        columns=columns(side.capitalize()),
        chart=bars.signed(rows, "contribution_usd"),
    )


def _headline(pin: Pin, rows: Sequence[Row], side: str) -> str:
    named = where(rows, is_rest=False)[:NAMED]
    said = list_words([linked(pin, row, side) for row in named])
    among = {"is_latest": True, "is_rest": False}
    most = claim("furthest", pin, named[0], "contribution_usd", "moved sales most", among)
    return f"{said} {most}"


def linked(pin: Pin, row: Row, side: str) -> str:
    """ "Grocery (+$2,780)"; a store leads to its row among all stores."""
    words = named_change(pin, row, "contribution_usd")
    if side != "store":
        return words
    return element("a", words, href=f"stores.html#store-{int(row['store_id'])}")


def _summary(pin: Pin, headline: Pin, total: Row, rows: Sequence[Row]) -> str:
    change = shown(headline, total, "sales_change_mean4_usd", "change_usd0")
    parts = [f"All bars add up to {change}, the change of all sales."]
    for row in where(rows, is_rest=True):
        members = shown(pin, row, "members", "count")
        amount = shown(pin, row, "contribution_usd", "change_usd0")
        parts.append(f"The last bar is {members} others together, {amount}.")
    return " ".join(parts)


def columns(label: str) -> tuple[Shown, ...]:
    """The columns of the data table; `label` heads the names."""
    return (
        Shown("name", "text", label),
        Shown("contribution_usd", "change_usd0", "Contribution"),
        Shown("contribution_pct", "change_pct1", "In % of the mean of all sales"),
        Shown("members", "count", "How many"),
        Shown("is_rest", "yes_no", "All others as one"),
    )
