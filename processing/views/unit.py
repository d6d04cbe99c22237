"""The figure unit: finding, picture, summary, data table, download and source in one piece."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from processing.board.reader import Pin
from processing.errors import PageError
from processing.views import theme
from processing.views.chart import Chart
from processing.views.csv import csv_text
from processing.views.format import format_value
from processing.views.html import Fragment, element, escape, escape_json, join, plain_text
from processing.views.number import time_element
from processing.views.provenance import source_names
from processing.views.rows import Row, records
from processing.views.table import Shown, table

LONG = 100  # rows from which a table on the page scrolls by itself


def unit(  # noqa: PLR0913 - the parts of a unit, each by name
    pin: Pin,
    id: str,
    *,
    headline: str,
    subtitle: str,
    summary: str,
    rows: Sequence[Row],
    columns: Sequence[Shown],
    chart: Chart | None = None,
    folded: bool | None = None,
) -> Fragment:
    """One chart or table with everything that belongs to it, as a `<figure>` of that id.

    `headline`, `subtitle` and `summary` are finished inline HTML. `rows` are rows of `pin`; the
    first of `columns` heads them in the data table. `folded` says whether the table starts closed
    (by default under a chart). Raises PageError when a row is not one of the pin's.
    """
    values = projected(pin, rows, columns)
    _check_hovers(chart, columns)
    folded = bool(chart) if folded is None else folded
    below = [
        _data_table(id, headline, subtitle, columns, values, folded),
        _source(pin, id, columns, values),
    ]
    parts = [
        _caption(id, headline, subtitle),
        _picture(chart, plain_text(headline), plain_text(summary)) if chart else "",
        element("p", summary, class_="mp-summary"),
        *(below[::-1] if folded else below),
        _block(pin, id, columns, values, chart),
    ]
    kind = "chart" if chart else "table"
    body = "\n" + join(parts) + "\n"
    return Fragment(
        element("figure", body, class_=f"mp-unit mp-unit-{kind}", id=id, data_pin=pin.name)
    )


def projected(pin: Pin, rows: Sequence[Row], columns: Sequence[Shown]) -> list[list[Any]]:
    """The columns shown of each row; PageError when that is no projection of the pin's rows."""
    names = [c.column for c in columns]
    unknown = [name for name in names if name not in pin.frame.columns]
    known = set() if unknown else {tuple(r[name] for name in names) for r in records(pin)}
    values = [] if unknown else [[row[name] for name in names] for row in rows]
    strange = [row for row in values if tuple(row) not in known]
    if unknown or strange:
        raise PageError(
            f"A view shows what pin {pin.name} does not hold",
            found=f"columns {unknown}" if unknown else f"row {strange[0]}",
            expected="columns and rows of that pin, picked and not computed",
            next_step="compute it in a table of processing/tables and show that",
        )
    return values


def _check_hovers(chart: Chart | None, columns: Sequence[Shown]) -> None:
    """PageError when what a point says needs a column that the data table does not show."""
    names = [c.column for c in columns]
    for encoding in chart.encoding if chart else ():
        missing = [n for n in re.findall(r"{(\w+)}", encoding.get("hover", "")) if n not in names]
        if missing:
            raise PageError(
                f"A chart tells of its points what its table does not show: {', '.join(missing)}",
                found=encoding["hover"],
                expected="columns of the data table: " + ", ".join(names),
                next_step="show that column, or give the trace a function of a row as `hover`",
            )


def _caption(id: str, headline: str, subtitle: str) -> str:
    title = element("h3", headline, class_="mp-headline", id=f"{id}-headline")
    return element("figcaption", title + element("p", subtitle, class_="mp-subtitle"))


def _picture(chart: Chart, headline: str, summary: str) -> str:
    note = element("p", "Without scripts the numbers stand in the data table.", class_="mp-wait")
    return element(
        "div",
        element("noscript", note),
        class_=f"mp-picture mp-size-{chart.size}",
        role="img",
        aria_label=f"Chart. {headline.rstrip('.')}. {summary}",
    )


def _data_table(
    id: str,
    headline: str,
    subtitle: str,
    columns: Sequence[Shown],
    values: Sequence[Sequence[Any]],
    folded: bool,
) -> str:
    made = table(id, plain_text(subtitle), columns, values)
    name = f"Data table: {plain_text(headline)}"
    # One on the page itself scrolls within a height of its own, where it would bury what is below.
    kind = "mp-scroll mp-long" if not folded and len(values) > LONG else "mp-scroll"
    scroll = element("div", made, class_=kind, tabindex=0, role="region", aria_label=name)
    if not folded:
        return scroll
    rows = "1 row" if len(values) == 1 else f"{format_value('count', len(values))} rows"
    # Open until the script has folded it, so that without scripts every number can be read.
    return element(
        "details", element("summary", f"Data table, {rows}") + scroll, class_="mp-table", open=True
    )


def _source(pin: Pin, id: str, columns: Sequence[Shown], values: Sequence[Sequence[Any]]) -> str:
    content = csv_text([c.column for c in columns], values)
    size = format_value("bytes", len(content.encode()))
    download = element("a", f"Download CSV, {size}", href=f"data/{id}.csv", download=True)
    kind = element("a", "Link to this figure", href=f"#{id}", class_="mp-link")
    text = (
        f"Source: {escape(source_names(pin.manifest, pin.name))}. "
        f"Data to {time_element(pin.entry.data_to)}."
    )
    links = element("span", f"{download} {kind}", class_="mp-links")
    return element("p", f"{text} {links}", class_="mp-source")


def _block(
    pin: Pin,
    id: str,
    columns: Sequence[Shown],
    values: Sequence[Sequence[Any]],
    chart: Chart | None,
) -> str:
    """Everything the script, the downloads and the check need, as inert JSON."""
    import msgspec

    content = {
        "unit": id,
        "pin": pin.name,
        "version": pin.entry.version,
        "sha256": pin.entry.sha256,
        "columns": [c.column for c in columns],
        "formats": [c.format for c in columns],
        "rows": values,
        "figure": _figure(chart) if chart else None,
        "encoding": chart.encoding if chart else [],
    }
    text = msgspec.json.Encoder(decimal_format="number").encode(content).decode()
    return element("script", escape_json(text), type="application/json", class_="mp-data")


def _figure(chart: Chart) -> dict[str, Any]:
    """The figure with the narrow layout and the theme's colours, and without what the rows say:
    columns that a trace draws are put in by its encoding where it is drawn.
    """
    data = [dict(trace) for trace in chart.figure["data"]]
    for encoding in chart.encoding:
        for axis in "xyz":
            if axis in encoding:
                del data[encoding["trace"]][axis]
    return {
        "data": data,
        "layout": chart.figure["layout"],
        "narrow": chart.narrow,
        "colours": theme.variables(),
    }
