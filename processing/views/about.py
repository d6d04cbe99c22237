"""The page About the data: where it comes from, what was done to it, and how to get it."""

from __future__ import annotations

from datetime import date

from processing.board.freshness import Freshness
from processing.board.freshness import freshness as freshness_of
from processing.board.manifest import Manifest, SourceEntry
from processing.board.reader import Pin
from processing.views import bars, flow
from processing.views.fact import fact
from processing.views.format import format_value
from processing.views.html import Fragment, element, escape, identifier, join
from processing.views.late import LATE
from processing.views.listing import bullets, folded, listing, more
from processing.views.number import shown, time_element
from processing.views.pin_list import download
from processing.views.release_note import built, next_update
from processing.views.rows import Row, first, records, sort_by
from processing.views.stages import ENGINES
from processing.views.table import Shown
from processing.views.unit import unit


def table_freshness(manifest: Manifest) -> Fragment:
    """Each table with the last day of its data, its cadence, and when it counts as late."""
    day = date.fromisoformat(manifest.as_of)
    rows = [_fresh_row(one) for one in freshness_of(manifest, day)]
    head = ("Table", "Data to", "Updated", "Late after", "At this release")
    caption = "How fresh each table was when the release was made"
    return Fragment(more("Table by table", listing("freshness-table", caption, head, rows)))


def _fresh_row(one: Freshness) -> list[str]:
    days = "never" if one.warn_after is None else format_value("count", one.warn_after)
    return [
        element("code", identifier(one.name)),
        time_element(one.data_to, "date_short"),
        escape(one.cadence),
        days if one.warn_after is None else f"{days} day{'' if one.warn_after == 1 else 's'}",
        "in time" if one.state == "fresh" else element("span", LATE[one.state], class_="mp-broken"),
    ]


def freshness(manifest: Manifest) -> Fragment:
    """To which day the data reach, when the release was made and when the next one is due."""
    facts = (
        ("Data to", time_element(manifest.as_of)),
        ("Built", built(manifest)),
        ("Next update", time_element(next_update(manifest))),
        ("Clock", escape(CLOCKS.get(manifest.clock, manifest.clock))),
        ("Computed by", escape(ENGINES.get(manifest.engine, manifest.engine))),
        ("Release", element("code", escape(manifest.id))),
    )
    rows = "".join(element("div", element("dt", n) + element("dd", text)) for n, text in facts)
    return Fragment(element("dl", rows, class_="mp-facts"))


CLOCKS = {
    "replay": "Replay: today stands for the same day of 2017; later days are not visible",
    "real": "Real: the day it is",
}


def sources(manifest: Manifest) -> Fragment:
    """Every source with address, licence and how much of it the release could see."""
    caveats = dict.fromkeys(source.caveat for source in manifest.sources if source.caveat)
    said = "".join(element("p", escape(text)) for text in caveats)
    licences: dict[str, list[int]] = {}
    for at, source in enumerate(manifest.sources):
        licences.setdefault(source.licence, []).append(at)
    tables = [_sources_under(manifest, *one) for one in licences.items()]
    return Fragment(said + element("div", join(tables), class_="mp-sources"))


def _sources_under(manifest: Manifest, licence: str, places: list[int]) -> str:
    """The sources of one licence, which stands above them, and so does an origin they share."""
    origins = {manifest.sources[at].origin for at in places}
    shared = f"{origins.pop()}. " if len(origins) == 1 else ""
    head = ("Source", "Address" if shared else "Origin and address", *MEASURED)
    rows = [_source_row(manifest, at, not shared) for at in places]
    id = f"sources-{places[0] + 1}"
    return listing(id, f"{shared}Licence: {licence}", head, rows, "Rows visible|Size")


MEASURED = ("Rows visible", "Size", "Updated")


def _source_row(manifest: Manifest, at: int, with_origin: bool) -> list[str]:
    source = manifest.sources[at]
    address = element("code", escape(source.address).replace("/", "/<wbr>"))
    return [
        _titled(source.name, source.title),
        (escape(source.origin) if with_origin else "")
        + element("span", address, class_="mp-subtle"),
        fact(manifest, "sources", at, "rows", format="count"),
        fact(manifest, "sources", at, "bytes", format="bytes"),
        escape(source.updated) + _days(source),
    ]


def _days(source: SourceEntry) -> str:
    """From which day to which a source is dated, on a line of its own; nothing for one undated."""
    if not (source.first_date and source.last_date):
        return ""
    start = time_element(source.first_date, "date_short")
    days = f"{start} to {time_element(source.last_date, 'date_short')}"
    return element("span", days, class_="mp-subtle")


def _titled(name: str, title: str) -> str:
    return element("code", identifier(name)) + element("span", escape(title), class_="mp-subtle")


def data_flow(manifest: Manifest, *, linked: bool = False) -> Fragment:
    """The way of the data from sources to pages, with rows and bytes (`data-flow`).

    With `linked` a pin leads to its line of `pin_list.pins`, which the page must hold too.
    """
    return flow.data_flow(manifest, linked=linked)


def grain(pin: Pin) -> Fragment:
    """What each further dimension of the lookup table would cost (unit `grain-rows`)."""
    rows = sort_by(records(pin), "position")
    base = first(rows, lambda row: bool(row["is_base"]))
    return unit(
        pin,
        "grain-rows",
        headline=_grain_headline(pin, rows, base),
        subtitle="Number of rows of a table of sales by the dimensions it keeps, measured, "
        f"the year to {time_element(pin.entry.data_to)}",
        summary=_grain_summary(pin, rows, base),
        rows=rows,
        columns=GRAIN_COLUMNS,
        chart=bars.plain(rows, "rows", "grain"),
    )


def _grain_headline(pin: Pin, rows: list[Row], base: Row | None) -> str:
    finest = rows[-1]
    if base is None:
        return f"The finest grain takes {shown(pin, finest, 'rows', 'count')} rows"
    return (
        f"The lookup table has {shown(pin, base, 'rows', 'count')} rows; "
        f"{shown(pin, finest, 'grain', 'text')} would take "
        f"{shown(pin, finest, 'rows_to_base', 'ratio1')} as many"
    )


def _grain_summary(pin: Pin, rows: list[Row], base: Row | None) -> str:
    if base is None:
        return "The data table has the rows of each grain beside the product of its dimensions."
    finer = [row for row in rows if row["position"] > base["position"]]
    said = [
        f"{shown(pin, row, 'grain', 'text')} takes {shown(pin, row, 'rows_to_base', 'ratio1')} "
        f"the rows, and {shown(pin, row, 'cells_to_base', 'ratio1')} with every combination kept"
        for row in finer
    ]
    return (
        f"Of all {shown(pin, base, 'cells', 'count')} combinations of "
        f"{shown(pin, base, 'grain', 'text')}, {shown(pin, base, 'filled_pct', 'pct1')} hold a "
        f"sale. {'; '.join(said)}."
    )


GRAIN_COLUMNS = (
    Shown("grain", "text", "One row per"),
    Shown("rows", "count", "Rows, measured"),
    Shown("rows_to_base", "ratio2", "Rows to those of the lookup table"),
    Shown("cells", "count", "Product of the dimensions"),
    Shown("cells_to_base", "ratio2", "Product to that of the lookup table"),
    Shown("filled_pct", "pct1", "Of these filled"),
    Shown("is_base", "yes_no", "The lookup table"),
)


def downloads(manifest: Manifest) -> Fragment:
    """How to get the data: CSV per figure, Parquet per pin, a board for pins, and catalogues."""
    files = [download(one) for one in manifest.pins]
    listed = element("ul", join(element("li", one) for one in files), class_="mp-files")
    return Fragment(
        bullets(
            [
                "Each chart and table links to its own CSV file: a header, then exact values.",
                '<a href="data/board/_pins.yaml">data/board</a> is a board that the pins packages '
                "of R and Python read over the web.",
                '<a href="catalog.json">catalog.json</a> lists pins, columns, figures and '
                "downloads for a program to read; "
                '<a href="freshness.json">freshness.json</a> how old each table is, '
                '<a href="changes.json">changes.json</a> what each release changed.',
                "Each pin is a Parquet file, listed below.",
            ]
        )
        + folded("Every pin as Parquet", listed)
        + element("p", "In Python, with this site’s address in the first line:")
        + _code("python", PYTHON, manifest)
        + element("p", "In R:")
        + _code("r", R, manifest)
    )


# Run by a test against a served site, as they stand.
PYTHON = """site = "https://example.org/"
import pins, yaml
from urllib.request import urlopen

board = site + "data/board/"
versions = yaml.safe_load(urlopen(board + "_pins.yaml"))
paths = {name: found[0] for name, found in versions.items()}
sales = pins.board_url(board, paths).pin_read("NAME")
"""
R = """board <- pins::board_url("https://example.org/data/board/")
sales <- pins::pin_read(board, "NAME")
"""


def _code(language: str, text: str, manifest: Manifest) -> str:
    """Lines to copy, about a pin of sales where there is one.

    The break is kept where a raw block loses empty lines.
    """
    names = [entry.name for entry in manifest.pins]
    example = next((name for name in names if name.startswith("sales_by_week")), names[0])
    lines = text.replace("NAME", example).strip().split("\n")
    said = "&#10;".join(map(escape, lines))
    inner = element("code", said, class_=f"language-{language}")
    label = f"Lines of {language.capitalize()} to copy"
    return element("pre", inner, class_="mp-code", tabindex=0, role="region", aria_label=label)
