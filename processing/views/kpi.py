"""Key figures: a value with its unit and period, and its change against baselines in words."""

from __future__ import annotations

from typing import NamedTuple

from processing.board.reader import Pin
from processing.views.html import Fragment, element, escape, join
from processing.views.number import shown
from processing.views.rows import Row, latest
from processing.views.spark import spark
from processing.views.words import compared, sign


class Kpi(NamedTuple):
    """A key figure: what it is called, which columns hold it, and what it counts."""

    name: str
    measure: str
    column: str
    mean: str
    format: str
    unit: str


KPIS = (
    Kpi("Sales", "sales", "sales_usd", "sales_mean4_usd", "usd0", "US dollars"),
    Kpi("Baskets", "baskets", "baskets", "baskets_mean4", "count", "shopping trips"),
    Kpi("Households", "households", "households", "households_mean4", "count", "that shopped"),
    Kpi(
        "Average basket",
        "average_basket",
        "average_basket_usd",
        "average_basket_mean4_usd",
        "usd2",
        "US dollars a trip",
    ),
)


def period(pin: Pin, row: Row) -> str:
    """The week of a row in words, month and year said once where they are the same."""
    start, end = row["week_start_date"], row["week_end_date"]
    same_month = (start.year, start.month) == (end.year, end.month)
    form = "day" if same_month else "day_month" if start.year == end.year else "date_long"
    first = shown(pin, row, "week_start_date", form)
    return f"{first} to {shown(pin, row, 'week_end_date', 'date_long')}"


def kpis(pin: Pin) -> Fragment:
    """Four figures of the latest full week, each with unit, period and named baselines."""
    row = latest(pin)[0]
    items = join(_kpi(pin, row, kpi) for kpi in KPIS)
    return Fragment(element("ul", f"\n{items}\n", class_="mp-kpis", role="list"))


def _kpi(pin: Pin, row: Row, kpi: Kpi) -> str:
    id, change = f"kpi-{kpi.measure.replace('_', '-')}", f"{kpi.measure}_change_mean4_pct"
    way = {1: "up", 0: "flat", -1: "down"}[sign(row[change])]
    words = compared(pin, row, change)
    if row[kpi.mean] is not None:
        words += f" ({shown(pin, row, kpi.mean, kpi.format)})"
    before = compared(pin, row, f"{kpi.measure}_change_before_pct", "the week before")
    parts = [
        element("h3", escape(kpi.name), class_="mp-kpi-name"),
        element("p", shown(pin, row, kpi.column, kpi.format), class_="mp-kpi-value"),
        element("p", escape(kpi.unit), class_="mp-kpi-unit"),
        element("p", period(pin, row), class_="mp-kpi-period"),
        element("p", words, class_=f"mp-kpi-change mp-{way}"),
        element("p", before, class_="mp-kpi-before"),
        element("p", spark(pin, f"{id}-line", kpi.column, kpi.format, kpi.name), class_=LINE),
    ]
    return element("li", "".join(parts), class_="mp-kpi", id=id)


LINE = "mp-kpi-line"
