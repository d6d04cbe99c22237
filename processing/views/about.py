"""The page About the data: where it comes from, what was done to it, and how to get it."""

from __future__ import annotations

from processing.board.manifest import Manifest, PinEntry, SourceEntry
from processing.board.reader import Pin
from processing.views import bars, flow
from processing.views.format import format_value
from processing.views.html import Fragment, element, escape, identifier, join
from processing.views.listing import bullets, listing, more
from processing.views.number import shown, time_element
from processing.views.release_note import next_update
from processing.views.rows import Row, first, records, sort_by
from processing.views.table import Shown
from processing.views.unit import unit


def freshness(manifest: Manifest) -> Fragment:
    """To which day the data reach, when the release was made and when the next one is due."""
    facts = (
        ("Data to", time_element(manifest.as_of)),
        ("Built", time_element(manifest.created_at[:10])),
        ("Next update", time_element(next_update(manifest))),
        ("Clock", escape(CLOCKS.get(manifest.clock, manifest.clock))),
        ("Computed by", escape(manifest.engine)),
        ("Release", element("code", escape(manifest.id))),
    )
    rows = "".join(element("div", element("dt", n) + element("dd", text)) for n, text in facts)
    return Fragment(element("dl", rows, class_="mp-facts"))


CLOCKS = {
    "replay": "replay: today stands for the same day of 2017, later days are not visible",
    "real": "real: the day it is",
}


def sources(manifest: Manifest) -> Fragment:
    """Every source with address, licence and how much of it the release could see."""
    head = ("Source", "Rows visible", "Size", "Days", "Updated", "From and licence")
    rows = [_source_row(source) for source in manifest.sources]
    caption = "Sources of this release"
    table = listing("sources-table", caption, head, rows, "Rows visible|Size")
    caveats = dict.fromkeys(source.caveat for source in manifest.sources if source.caveat)
    return Fragment(table + "".join(element("p", escape(text)) for text in caveats))


def _source_row(source: SourceEntry) -> list[str]:
    days = "not dated"
    if source.first_date and source.last_date:
        start = time_element(source.first_date, "date_short")
        days = f"{start} to {time_element(source.last_date, 'date_short')}"
    return [
        _titled(source.name, source.title),
        format_value("count", source.rows),
        format_value("bytes", source.bytes),
        days,
        escape(source.updated),
        f"{escape(source.origin)}<br>{escape(source.licence)}<br>"
        f"{element('code', escape(source.address))}",
    ]


def _titled(name: str, title: str) -> str:
    return element("code", identifier(name)) + element("span", escape(title), class_="mp-subtle")


def treatment(manifest: Manifest) -> Fragment:
    """What was done with odd rows, each rule once, with the tables it holds for."""
    tables: dict[str, list[str]] = {}
    for entry in manifest.pins:
        for rule in entry.contract.treatment:
            tables.setdefault(rule, []).append(entry.name)
    items = [f"{escape(rule)} {_used_in(names)}" for rule, names in tables.items()]
    return Fragment(bullets(items))


def _used_in(names: list[str]) -> str:
    listed = ", ".join(element("code", identifier(name)) for name in names)
    return element("span", f"Holds for {listed}.", class_="mp-subtle")


def results(manifest: Manifest) -> Fragment:
    """Every rule of every contract, how many rows it looked at and how many failed."""
    checked = [result for entry in manifest.pins for result in entry.results]
    broken = sum(result.failed > 0 for result in checked)
    verdict = "is broken" if broken == 1 else "are broken"
    text = (
        f"{_counted(len(checked), 'rule')} checked over {_counted(len(manifest.pins), 'table')}; "
        + (f"{broken} {verdict}." if broken else "every one is kept.")
    )
    parts = [element("p", text), *(_results_of(entry) for entry in manifest.pins)]
    return Fragment(element("div", join(parts), id="contract-results"))


def _counted(number: int, noun: str) -> str:
    return f"{format_value('count', number)} {noun}{'' if number == 1 else 's'}"


def _results_of(entry: PinEntry) -> str:
    rows = [
        [
            escape(r.rule),
            format_value("count", r.rows),
            format_value("count", r.failed),
            _kept(r.failed),
        ]
        for r in entry.results
    ]
    head = ("Rule", "Rows checked", "Rows failed", "Result")
    kept = sum(result.failed == 0 for result in entry.results)
    line = f"{element('strong', escape(entry.name))}: {kept} of {len(entry.results)} rules kept"
    made = listing(
        f"results-{entry.name}", f"Contract of {entry.name}", head, rows, "Rows checked|Rows failed"
    )
    return more(line, made)


def _kept(failed: int) -> str:
    return "kept" if not failed else element("span", "broken", class_="mp-broken")


def pins(manifest: Manifest) -> Fragment:
    """The pins of the release: size, version, hash and download."""
    head = ("Pin", "Rows", "Data to", "Version and SHA-256", "Download")
    rows = [_pin_row(entry) for entry in manifest.pins]
    return Fragment(listing("pins-table", f"Pins of release {manifest.id}", head, rows, "Rows"))


def _pin_row(entry: PinEntry) -> list[str]:
    size = format_value("bytes", entry.bytes)
    link = element(
        "a",
        f"Parquet, {size}",
        href=f"data/pins/{entry.name}.parquet",
        download=True,
        aria_label=f"Download {entry.name}, Parquet, {size}",
    )
    return [
        _titled(entry.name, entry.contract.grain),
        format_value("count", entry.rows),
        time_element(entry.data_to, "date_short"),
        f"{element('code', escape(entry.version))}<br>{element('code', escape(entry.sha256))}",
        link,
    ]


def schemas(manifest: Manifest) -> Fragment:
    """The columns of every pin: type, unit, meaning, and whether a cell may be empty."""
    head = ("Column", "Type", "Unit", "Meaning", "May be empty")
    parts = []
    for entry in manifest.pins:
        rows = [
            [
                element("code", escape(c.name)),
                escape(c.type),
                escape(c.unit),
                escape(c.meaning),
                format_value("yes_no", c.nullable),
            ]
            for c in entry.contract.columns
        ]
        line = f"{element('strong', escape(entry.name))}: {len(rows)} columns, key "
        line += escape(" and ".join(entry.contract.key))
        made = listing(f"schema-{entry.name}", f"Columns of {entry.name}", head, rows)
        parts.append(more(line, made))
    return Fragment(element("div", join(parts), id="pin-schemas"))


def data_flow(manifest: Manifest) -> Fragment:
    """The way of the data from sources to pages, with rows and bytes (`data-flow`)."""
    return flow.data_flow(manifest)


def grain(pin: Pin) -> Fragment:
    """What each further dimension of the lookup table would cost (unit `grain-rows`)."""
    rows = sort_by(records(pin), "position")
    base = first(rows, lambda row: bool(row["is_base"]))
    return unit(
        pin,
        "grain-rows",
        headline=_grain_headline(pin, rows, base),
        subtitle="Rows of a table of sales by the dimensions it keeps, number of rows, the year "
        "so far, measured",
        summary=_grain_summary(pin, base),
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


def _grain_summary(pin: Pin, base: Row | None) -> str:
    if base is None:
        return "The data table has the rows of each grain beside the product of its dimensions."
    return (
        f"Of all {shown(pin, base, 'cells', 'count')} combinations of "
        f"{shown(pin, base, 'grain', 'text')}, {shown(pin, base, 'filled_pct', 'pct1')} hold a "
        "sale. The table also gives the product of the dimensions, which is what a table would "
        "take that keeps every combination."
    )


GRAIN_COLUMNS = (
    Shown("grain", "text", "One row per"),
    Shown("rows", "count", "Rows, measured"),
    Shown("rows_to_base", "ratio2", "Rows to those of the lookup table"),
    Shown("cells", "count", "Product of the dimensions"),
    Shown("filled_pct", "pct1", "Of these filled"),
    Shown("is_base", "yes_no", "The lookup table"),
)


def downloads(manifest: Manifest) -> Fragment:
    """How to get the data: CSV per figure, Parquet per pin, catalogue, and the whole release."""
    example = escape(manifest.pins[0].name)
    return Fragment(
        bullets(
            [
                "Each chart and table links to its own CSV file: a header, then exact values.",
                f"Each pin is a Parquet file, such as <code>data/pins/{example}.parquet</code>; "
                "the table of pins links to all of them.",
                '<a href="catalog.json">catalog.json</a> lists pins, columns, figures and '
                "downloads for a program to read.",
            ]
        )
    )
