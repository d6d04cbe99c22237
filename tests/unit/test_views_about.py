"""What is said about the data: release note, trust, contracts, data flow and grain."""
# ruff: noqa: E501 - tables drawn as text

from __future__ import annotations

import msgspec
import pytest
from lxml import html

from processing.board.changes import PinChange, ReleaseChange
from processing.board.reader import Pin
from processing.contracts.contract import CheckResult
from processing.views import about, contracts
from processing.views.flow import kind_of
from processing.views.html import Fragment, plain_text
from processing.views.lead import trust
from processing.views.pin_list import pins
from processing.views.release_note import release_note
from processing.views.wires import columns, gutter
from tests.unit.pins import entry_of, manifest_of, pin_of
from tests.unit.test_views import headline, text


def test_the_front_page_says_how_far_to_trust_it() -> None:
    """Date of the data, what the checks found, and each caveat once, beside the finding."""
    results = (CheckResult(rule="key is unique", rows=9, failed=0),) * 1200
    manifest = manifest_of(entry_of("sales", ("week",), (), 9, results=results))
    warned = msgspec.structs.replace(manifest.sources[0], caveat="For <learning> only.")
    told = CheckResult(rule="rows are withheld", rows=9, failed=2, level="note")
    warned = msgspec.structs.replace(warned, results=(told,))
    manifest = msgspec.structs.replace(
        manifest, sources=(warned, msgspec.structs.replace(warned, name="b")), agreements=(told,)
    )
    assert text(Fragment(trust(manifest))) == (
        "Data to 21 November 2017; none of 1,203 checks failed. For <learning> only."
    )


def test_a_page_names_the_day_and_the_caveats_of_its_own_pins() -> None:
    """Not those of others, which may be newer and come from elsewhere."""
    old = entry_of("departures", ("rain",), (), 3, data_to="2013-12-30", inputs=("flights",))
    manifest = manifest_of(entry_of("sales", ("week",), (), 9), old)
    sold = msgspec.structs.replace(manifest.sources[0], caveat="Simulated.")
    flown = msgspec.structs.replace(sold, name="flights", caveat="New York only.")
    manifest = msgspec.structs.replace(manifest, sources=(sold, flown))
    said = {pin: text(Fragment(trust(manifest, [pin]))) for pin in ("sales", "departures")}
    assert said == {
        "sales": "Data to 21 November 2017; none of 2 checks failed. Simulated.",
        "departures": "Data to 30 December 2013; none of 2 checks failed. New York only.",
    }


def test_failed_checks_are_not_hidden_from_the_front_page() -> None:
    """A release with broken rules says how many, those of sources and totals among them."""
    bad, good = (CheckResult(rule="key is unique", rows=9, failed=n) for n in (2, 0))
    manifest = manifest_of(entry_of("sales", ("week",), (), 9, results=(bad, good)))
    manifest = msgspec.structs.replace(manifest, agreements=(bad, good))
    assert "2 of 4 checks failed." in text(Fragment(trust(manifest)))


def grain_pin() -> Pin:
    return pin_of(
        "rows_by_grain",
        "position",
        """
        position | grain                | is_base | rows | cells | filled_pct | rows_to_base | cells_to_base
        1        | week × department    | yes     | 100  | 400   | 25.00      | 1.0000       | 1.0000
        2        | day × department     | no      | 650  | 2800  | 23.21      | 6.5000       | 7.0000
        """,
    )


def test_the_grain_figure_says_what_the_finest_grain_costs() -> None:
    """Both counts are cells of the pin."""
    made = about.grain(grain_pin())
    assert headline(made) == (
        "The lookup table has 100 rows; day × department would take 6.5 times as many"
    )
    assert "Of all 400 combinations of week × department, 25.0% hold a sale" in text(made)


def test_the_release_note_says_all_there_is_to_say() -> None:
    """Source, data to, built, next update, release, that the data are re-lived, and caveats."""
    entry = entry_of("sales", ("week",), (), 3)
    manifest = manifest_of(entry)
    warned = msgspec.structs.replace(manifest.sources[0], caveat="For <learning> only.")
    manifest = msgspec.structs.replace(manifest, sources=(warned, warned))
    assert text(release_note(manifest)) == (
        "SourceThe Complete JourneyData to21 November 2017Built21 November 2026, 20:45 UTC"
        "Next update22 November 2026Release20261121T204500Z-0badcafe"
        "The year of the data is lived again: a replay clock maps today to the same day "
        "of that year, so this release knows nothing after 21 November 2017."
        "For <learning> only."
    )


def test_the_release_note_of_a_page_tells_of_what_it_shows() -> None:
    """Sources, caveats and last day are those of its pins, through any others; not of the rest."""
    entries = (
        entry_of("flights", ("hour",), (), 3, inputs=("departures",), data_to="2013-12-30"),
        entry_of("late", ("rain",), (), 3, inputs=("flights",), data_to="2013-12-30"),
        entry_of("sales", ("week",), (), 3),
    )
    lines = msgspec.structs.replace(manifest_of().sources[0], caveat="For learning only.")
    departures = msgspec.structs.replace(lines, name="departures", origin="Airports", caveat="")
    manifest = manifest_of(*entries, sources=(lines, departures), clock="real")
    assert text(release_note(manifest, pins={"late"})).startswith(
        "SourceAirportsData to30 December 2013"
    )
    assert "learning" not in text(release_note(manifest, pins={"late"}))
    both = text(release_note(manifest, pins={"late", "sales"}))
    assert both.startswith("SourceThe Complete Journey; AirportsData to21 November 2017")
    assert both.endswith("For learning only.")


def test_without_the_replay_clock_the_note_does_not_speak_of_it() -> None:
    """A live source needs no such sentence."""
    note = release_note(manifest_of(entry_of("sales", ("week",), (), 3), clock="real"))
    assert "lived again" not in text(note)


def test_broken_rules_are_counted_and_named() -> None:
    """The page on the data hides no failure."""
    results = (
        CheckResult(rule="key is unique", rows=9, failed=0),
        CheckResult(rule="sales_usd is at least 0", rows=9, failed=2),
    )
    made = contracts.results(manifest_of(entry_of("sales", ("week",), (), 9, results=results)))
    assert "2 rules checked over 1 table; 1 is broken." in text(made)
    assert "sales_usd is at least 092broken" in text(made)


def test_warnings_and_notes_are_told_apart_and_sources_and_totals_are_listed() -> None:
    """A rule that only notes is no fault; where it was found stands beside it."""
    results = (
        CheckResult(rule="kind is one of x", rows=9, failed=2, level="warn", where="week 3"),
        CheckResult(rule="id is one of products", rows=9, failed=1, level="note"),
        CheckResult(rule="at least one row", rows=9, failed=0),
    )
    manifest = manifest_of(entry_of("sales", ("week",), (), 9))
    source = msgspec.structs.replace(manifest.sources[0], results=results)
    total = CheckResult(rule="sales of each week: a = b", rows=48, failed=0)
    made = contracts.results(
        msgspec.structs.replace(manifest, sources=(source,), agreements=(total,))
    )
    said = text(made)
    assert (
        "5 rules checked over 1 table and 1 source; 1 is broken with a warning, 1 is noted." in said
    )
    assert "kind is one of x (week 3)92broken with a warning" in said
    assert "sales of each week: a = b480kept" in said


def test_the_data_flow_draws_what_each_table_reads() -> None:
    """Sources, then tables by depth, then release and site; with rows, bytes and lines."""
    one = entry_of("weeks", ("week",), (), 48)
    two = entry_of("sales", ("week",), (), 9, inputs=("transactions", "weeks"))
    found = html.fromstring(about.data_flow(manifest_of(two, one)).html)
    rows = found.xpath(".//ol[@class='mp-flow']/li")
    names = [row.xpath("string(.//strong)") for row in rows]
    assert names == ["transactions", "weeks", "sales", "Release", "Site"]
    assert "reads transactions and weeks" in plain_text(html.tostring(rows[2], encoding="unicode"))
    joints = [len(row.xpath("./span[@aria-hidden]//b")) for row in rows]
    assert joints == [1, 2, 2, 1, 1]


def test_the_stages_add_up_what_the_manifest_says() -> None:
    """Sources, build, pins, release and pages in their order, each with its size."""
    one, two = (entry_of(name, ("week",), (), rows) for name, rows in (("a", 48), ("b", 1200)))
    manifest = manifest_of(one, two)
    found = html.fromstring(about.data_flow(manifest).html).xpath("./ol[@class='mp-stages']/li")
    checks = len(manifest.sources[0].results) + len(one.results) + len(two.results)
    assert [row.xpath("string(strong)") + ": " + row.xpath("string(span)") for row in found] == [
        "1 source: 1,300,000 rows, 13.0 MB",
        f"Build: DuckDB, {checks} checks",
        "2 pins: 1,248 rows, 2.5 KB",
        "Release: one version and one hash of each pin",
        "Pages: static, nothing computed when they are read",
    ]


def test_each_table_is_wired_to_what_it_reads() -> None:
    """A lane begins at the row that is read and ends at the last that reads it; none overlap."""
    drawn = columns([[], [], [0, 1], [2], [0, 3], [4]])
    ends_of = sorted((lane.start, lane.end, tuple(lane.taps)) for c in drawn for lane in c)
    assert ends_of == [(0, 4, (2, 4)), (1, 2, (2,)), (2, 3, (3,)), (3, 4, (4,)), (4, 5, (5,))]
    assert [[(lane.start, lane.end) for lane in column] for column in drawn] == [
        [(0, 4)],
        [(2, 3), (4, 5)],
        [(1, 2), (3, 4)],
    ]
    marks = html.fromstring(gutter(drawn, 2, ["source"] * 2 + ["pin"] * 4)).xpath("//i/@class")
    assert marks == [
        "mp-tap mp-pass mp-of-source mp-wire-start",
        "mp-begin mp-of-pin mp-wire",
        "mp-tap mp-end mp-of-source mp-wire",
    ]


def test_each_treatment_stands_once_with_its_tables() -> None:
    """A rule that holds for two tables is not told twice."""
    entries = [entry_of(name, ("week",), (), 1) for name in ("sales", "weeks")]
    assert text(contracts.treatment(manifest_of(*entries))) == (
        "1 ruleLines without an amount add nothing. Applies to 2 tablessales, weeks"
    )


def test_the_flow_survives_hostile_text() -> None:
    """Names and licences from a manifest are escaped, too."""
    manifest = manifest_of(entry_of("sales", ("week",), (), 3, inputs=("<b>",)))
    assert "reads &lt;b&gt;" in about.data_flow(manifest).html


def test_the_data_flow_says_type_size_frequency_and_place() -> None:
    """Of sources, tables, the release and the site."""
    found = html.fromstring(about.data_flow(manifest_of(entry_of("sales", ("week",), (), 9))).html)
    said = [
        plain_text(html.tostring(row, encoding="unicode"))
        for row in found.xpath(".//ol[@class='mp-flow']/li")
    ]
    assert "Source, Parquet, 1,300,000 rows visible, 13.0 MB, updated daily" in said[0]
    assert "package://somewhere/transactions.parquet" in said[0]
    assert "Table, Parquet, 9 rows, 1.2 KB, daily" in said[1]
    assert "board/pins/sales" in said[1]
    assert "JSON, 1 pin, 1.2 KB" in said[2]


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("package://x/a.parquet", "Parquet"),
        ("reference/a.CSV", "CSV"),
        ("package://x/a.csv.zip", "CSV"),
        ("s3://bucket/a/*.parquet", "Parquet"),
        ("postgresql://host/table", "POSTGRESQL"),
        ("folder/of/files", "files"),
    ],
)
def test_a_source_is_of_the_kind_its_address_says(address: str, kind: str) -> None:
    assert kind_of(address) == kind


def test_each_table_says_when_it_is_late_and_whether_it_was() -> None:
    manifest = manifest_of(entry_of("sales", ("week",), (), 9))
    assert "sales21 Nov 2017daily1 dayin time" in text(about.table_freshness(manifest))
    old = msgspec.structs.replace(manifest.sources[0], last_date="2017-11-01")
    late = msgspec.structs.replace(manifest, sources=(old,))
    assert "too late to rely on" in text(about.table_freshness(late))


def test_the_history_of_a_pin_has_its_versions_with_their_rows() -> None:
    pin = PinChange(name="sales", title="Sales", version="V2", rows=12, bytes=2000)
    promised = msgspec.structs.replace(pin, contract=("rule added: x",))
    first = msgspec.structs.replace(pin, version="V1", rows=9, is_new=True)
    history = tuple(
        ReleaseChange(release=id, created_at=at, as_of="2017-11-21", previous=None, pins=(one,))
        for id, at, one in (
            ("C", "2026-11-22T20:45:00+00:00", promised),
            ("B", "2026-11-21T20:45:00+00:00", pin),
            ("A", "2026-11-20T20:45:00+00:00", first),
        )
    )
    manifest = manifest_of(entry_of("sales", ("week",), (), 12), history=history)
    said = text(pins(manifest))
    assert "History of sales: 2 versions known" in said
    assert "21 November 2026, 20:45 UTC122.0 KBV2" in said
    assert "20 November 2026, 20:45 UTC92.0 KBV1" in said


def test_a_pin_opens_to_its_hash_its_columns_and_its_download() -> None:
    """On one line stand its rows, the last day of its data and its grain."""
    manifest = manifest_of(entry_of("sales", ("week",), (), 12))
    found = html.fromstring(pins(manifest).html).xpath("./details[@id='pin-sales']")[0]
    assert found.xpath("string(summary)") == ("sales 12 rows, data to 21 Nov 2017 one row per week")
    said = text(pins(manifest))
    assert manifest.pins[0].sha256 in said
    assert "Columns of sales, key week" in said
    assert "History of" not in said  # of a release before releases told of their pins' versions
    assert found.xpath(".//a/@href") == ["data/pins/sales.parquet"]
    unlinked, linked = (about.data_flow(manifest, linked=to).html for to in (False, True))
    assert [flow.count('href="#pin-sales"') for flow in (unlinked, linked)] == [0, 1]


def test_sources_of_one_licence_stand_under_it() -> None:
    """An origin that they share is said once; one of several stands beside each."""
    one = manifest_of().sources[0]
    two, three, four = (msgspec.structs.replace(one, name=name) for name in ("b", "c", "d"))
    free = [msgspec.structs.replace(s, licence="CC0", origin=s.name) for s in (three, four)]
    made = html.fromstring(about.sources(manifest_of(sources=(one, free[0], two, free[1]))).html)
    assert made.xpath(".//caption/text()") == [
        f"{one.origin}. Licence: {one.licence}",
        "Licence: CC0",
    ]
    names = [t.xpath("./tbody/tr/th/code/text()") for t in made.xpath(".//table")]
    assert names == [["transactions", "b"], ["c", "d"]]
    assert [t.xpath("string(./tbody/tr[1]/td[1])")[:1] for t in made.xpath(".//table")] == [
        "p",
        "c",
    ]
