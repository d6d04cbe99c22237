"""The page Weekly sales: departments over the weeks, and the latest week in full."""

from __future__ import annotations

from collections.abc import Sequence

from processing.board.reader import Pin
from processing.views import heat, movers, panels
from processing.views.claim import Kind, claim
from processing.views.early import when_ready
from processing.views.html import Fragment
from processing.views.lead import lead
from processing.views.number import shown
from processing.views.rows import Row, full_weeks, latest, records, sort_by, with_baseline
from processing.views.table import Shown
from processing.views.unit import unit
from processing.views.words import OWN_MEAN, compared, gained_and_lost, list_words, sign

PANELS = 6
HEAT_ROWS = 10
WEEK_OF = ("week_start_date", "date_long")


def top_departments(pin: Pin, count: int) -> list[Row]:
    """Rows of the latest full week with the largest sales, in falling order."""
    return sort_by(latest(pin), "sales_usd", descending=True)[:count]


@when_ready
def finding(pin: Pin) -> Fragment:
    """Which department sold most, and which large ones are furthest above and below their mean."""
    top = top_departments(pin, HEAT_ROWS)
    largest = top[0]
    name, week = shown(pin, largest, "name", "text"), shown(pin, largest, *WEEK_OF)
    text = (
        f"{name} {claim('max', pin, largest, 'sales_usd', 'sold most')} in the week of {week}: "
        f"{shown(pin, largest, 'sales_usd', 'usd0')}, "
        f"{shown(pin, largest, 'share_pct', 'pct1')} of all sales, "
        f"{compared(pin, largest, 'change_mean4_pct', OWN_MEAN)}."
    )
    return lead(f"{text} {_furthest(pin, top)}".strip(), pin)


def _furthest(pin: Pin, top: Sequence[Row]) -> str:
    """ "Among ten large departments, Deli (+4.1%) stood furthest above its own mean."."""
    column = "change_mean4_pct"
    known = sort_by([row for row in top if sign(row[column])], column)
    ways: list[tuple[Kind, Row, str]] = []
    if known and known[-1][column] > 0:
        ways.append(("max", known[-1], "furthest above"))
    if known and known[0][column] < 0:
        ways.append(("min", known[0], "furthest below"))
    said = [
        f"{shown(pin, row, 'name', 'text')} ({shown(pin, row, column, 'change_pct1')}){verb} "
        + claim(kind, pin, row, column, words, _among(top))
        for (kind, row, words), verb in zip(ways, (" stood", ""), strict=False)
    ]
    among = "ten large" if len(top) == HEAT_ROWS else "all"
    return f"Among {among} departments, {list_words(said)} its own mean." if said else ""


def _among(top: Sequence[Row]) -> dict[str, object]:
    """These rows in the words of a claim: of the latest full week, and no smaller than the last."""
    return {"is_latest": True, "sales_usd>=": top[-1]["sales_usd"]}


@when_ready
def department_panels(pin: Pin) -> Fragment:
    """One small chart for each of the largest departments (unit `department-panels`)."""
    top = top_departments(pin, PANELS)
    names = [row["department"] for row in top]
    weeks = full_weeks(records(pin))
    rows = [row for name in names for row in weeks if row["department"] == name]
    return unit(
        pin,
        "department-panels",
        headline=_panel_headline(pin, top[0], rows),
        subtitle="Sales by week, US dollars, the six departments that sold most in the latest "
        f"full week, weeks of {_span(pin, rows)}. Each panel has a scale of its own, "
        "from zero; the figure under its name is the latest full week’s",
        summary=f"Sales in the latest full week: {list_words([_sold(pin, row) for row in top])}.",
        rows=rows,
        columns=PANEL_COLUMNS,
        chart=panels.panels(rows, top),
    )


def _panel_headline(pin: Pin, top: Row, rows: Sequence[Row]) -> str:
    ranked = sort_by([row for row in rows if row["name"] == top["name"]], "sales_usd")
    low, high = (shown(pin, row, "sales_usd", "usd0") for row in (ranked[0], ranked[-1]))
    return (
        f"{shown(pin, top, 'name', 'text')} "
        f"{claim('max', pin, top, 'sales_usd', 'sold most')} in the latest full week, "
        f"{shown(pin, top, 'sales_usd', 'usd0')}; its full weeks so far this year lie between "
        f"{low} and {high}"
    )


def _span(pin: Pin, rows: Sequence[Row]) -> str:
    ordered = sort_by(rows, "week_start_date")
    start = shown(pin, ordered[0], "week_start_date", "date_long")
    return f"{start} to {shown(pin, ordered[-1], 'week_start_date', 'date_long')}"


def _weeks(pin: Pin, rows: Sequence[Row]) -> str:
    return f"weeks of {_span(pin, rows)}" if rows else "no week yet"


def _sold(pin: Pin, row: Row) -> str:
    return f"{shown(pin, row, 'name', 'text')} {shown(pin, row, 'sales_usd', 'usd0')}"


PANEL_COLUMNS = (
    Shown("name", "text", "Department"),
    Shown("week_start_date", "date_short", "Week of"),
    Shown("sales_usd", "usd0", "Sales"),
)


@when_ready
def department_heat(pin: Pin) -> Fragment:
    """Change on the mean of four weeks by department and week (unit `department-heat`)."""
    top = top_departments(pin, HEAT_ROWS)
    names = [row["department"] for row in top]
    weeks = with_baseline(full_weeks(records(pin)), "change_mean4_pct")
    rows = [row for name in names for row in weeks if row["department"] == name]
    return unit(
        pin,
        "department-heat",
        headline=_heat_headline(pin, top),
        subtitle="Change in sales on the mean of the four weeks before, per cent, the ten "
        f"departments that sold most in the latest full week, {_weeks(pin, rows)}",
        summary="Teal is above the mean of the four full weeks before, rust below; a dash marks "
        "the weeks 6% or more below. The colours are at their fullest from 30% either way; the "
        "data table has the exact change.",
        rows=rows,
        columns=HEAT_COLUMNS,
        chart=heat.heat(rows, "change_mean4_pct"),
    )


def _heat_headline(pin: Pin, top: Sequence[Row]) -> str:
    known = [row for row in top if row["change_mean4_pct"] is not None]
    if not known:
        return "No week has four full weeks before it yet"
    far = max(known, key=lambda row: abs(row["change_mean4_pct"]))
    stood = claim("furthest", pin, far, "change_mean4_pct", "stood furthest", _among(top))
    return (
        f"Of these ten departments, {shown(pin, far, 'name', 'text')} {stood} from its usual in "
        f"the latest full week: {compared(pin, far, 'change_mean4_pct')}"
    )


HEAT_COLUMNS = (
    Shown("name", "text", "Department"),
    Shown("week_start_date", "date_short", "Week of"),
    Shown("change_mean4_pct", "change_pct1", "Change on mean of four weeks before, %"),
)


@when_ready
def department_movers(pin: Pin) -> Fragment:
    """The departments that gained and lost most on their mean (unit `department-movers`)."""
    return movers.movers(pin, "department-movers", "department", SHARE)


SHARE = (Shown("share_pct", "pct1", "Share of sales"),)


@when_ready
def department_table(pin: Pin) -> Fragment:
    """Every department in the latest full week (unit `departments-latest`)."""
    sold = [row for row in latest(pin) if row["sales_usd"] or row["sales_mean4_usd"]]
    rows = sort_by(sold, "sales_usd", descending=True)
    changed = [row for row in rows if sign(row["change_mean4_usd"], 0)]
    by_change = sort_by(changed, "change_mean4_usd", descending=True)
    return unit(
        pin,
        "departments-latest",
        headline=_table_headline(pin, rows),
        subtitle="Sales by department, US dollars, week of "
        f"{shown(pin, rows[0], 'week_start_date', 'date_long')}, with the week before and the "
        "mean of the four weeks before",
        summary=f"{gained_and_lost(pin, by_change, 'change_mean4_usd')} against the mean of the "
        "four weeks before.",
        rows=rows,
        columns=TABLE_COLUMNS,
    )


def _table_headline(pin: Pin, rows: Sequence[Row]) -> str:
    first, *others = rows
    name, share = shown(pin, first, "name", "text"), shown(pin, first, "share_pct", "pct1")
    lead = f"{name} made {share} of the week’s sales"
    if not others:
        return lead
    name, share = shown(pin, others[0], "name", "text"), shown(pin, others[0], "share_pct", "pct1")
    return f"{lead}, {name} {share}"


TABLE_COLUMNS = (
    Shown("name", "text", "Department"),
    Shown("sales_usd", "usd0", "Sales"),
    Shown("share_pct", "pct1", "Share of sales"),
    Shown("sales_before_usd", "usd0", "Week before"),
    Shown("change_before_usd", "change_usd0", "Change on week before"),
    Shown("sales_mean4_usd", "usd0", "Mean of four weeks before"),
    Shown("change_mean4_usd", "change_usd0", "Change on mean"),
    Shown("change_mean4_pct", "change_pct1", "Change on mean, %"),
)
