"""The explorer in a browser: what it shows is what DuckDB adds up from the same pin."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import duckdb
import pyarrow.parquet as pq
import pytest

from processing.board.reader import Release
from processing.views.csv import csv_text
from processing.views.format import format_value
from tests.browser.opening import arrive
from tests.browser.ranges import Served, serving_ranges
from tests.conftest import BuiltSite

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page

pytestmark = pytest.mark.browser

PAGE = "weekly-sales.html"
LOOKUP = "sales_by_week_store_department"
FORMATS = {"sales_usd": "usd0", "discount_usd": "usd0", "lines": "count"}
NAMED = {
    "department": "SELECT department, name FROM departments WHERE department = ?",
    "store": "SELECT store_id, name FROM stores WHERE store_id::VARCHAR = ?",
}
MOST_LINES = 6


@pytest.fixture(scope="module")
def served(built_site: BuiltSite) -> Iterator[Served]:
    with serving_ranges(built_site.folder) as server:
        yield server


@pytest.fixture
def page(browser: Browser, served: Served) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1200, "height": 900}, accept_downloads=True)
    opened = context.new_page()
    complaints: list[str] = []

    def complain(said: ConsoleMessage) -> None:
        if said.type == "error":
            complaints.append(said.text)

    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", complain)
    yield opened
    context.close()
    assert complaints == []


def open_view(page: Page, served: Served, query: Sequence[tuple[str, str]] = ()) -> None:
    """The page at that query, once the explorer shows what it asks for."""
    served.forget()
    page.goto(f"{served.address}{PAGE}?{urlencode(query)}#explorer")
    page.wait_for_selector("form.mp-explorer-form[data-ready]")
    if query:
        page.wait_for_selector("#explorer-result")


def chosen(query: Sequence[tuple[str, str]]) -> dict[str, Any]:
    state: dict[str, Any] = {"measure": "sales_usd", "by": "total", "department": [], "store": []}
    for name, value in query:
        if name in ("department", "store"):
            state[name].append(value)
        else:
            state[name] = value
    return state


def added_up(release: Release, query: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    """The lines that the choice must give: name and value by week, as DuckDB adds them up."""
    state = chosen(query)
    con = duckdb.connect()
    for name in (LOOKUP, "departments", "stores", "weeks"):
        con.register(name, pq.read_table(release.path(name)))
    key = {"total": "'all'", "department": "l.department", "store": "l.store_id"}[state["by"]]
    name = {"total": "'all'", "department": "d.name", "store": "s.name"}[state["by"]]
    found = con.execute(
        f"""
        SELECT {key}, {name} AS name, w.week_start_date, sum(l.{state["measure"]})
        FROM {LOOKUP} l JOIN weeks w USING (week) JOIN departments d USING (department)
             JOIN stores s USING (store_id)
        WHERE NOT w.is_partial
          AND (len($departments) = 0 OR list_contains($departments, l.department))
          AND (len($stores) = 0 OR list_contains($stores, l.store_id::VARCHAR))
          AND w.week_start_date BETWEEN $start::DATE AND $stop::DATE
        GROUP BY ALL ORDER BY ALL""",
        {
            "departments": state["department"],
            "stores": state["store"],
            "start": state.get("from", "2017-01-01"),
            "stop": state.get("to", "2017-12-31"),
        },
    ).fetchall()
    weeks = [
        str(day)
        for (day,) in con.execute(
            "SELECT week_start_date FROM weeks WHERE NOT is_partial AND week_start_date "
            "BETWEEN ?::DATE AND ?::DATE ORDER BY 1",
            [state.get("from", "2017-01-01"), state.get("to", "2017-12-31")],
        ).fetchall()
    ]
    lines: dict[object, dict[str, Any]] = {}
    if state["by"] != "total":  # what was chosen by name is there even when nothing was sold
        for one in state[state["by"]]:
            wanted, called = con.execute(NAMED[state["by"]], [one]).fetchone() or ("", "")
            lines[wanted] = {"name": called, "values": dict.fromkeys(weeks, Decimal(0))}
    for one, called, day, value in found:
        line = lines.setdefault(one, {"name": called, "values": dict.fromkeys(weeks, Decimal(0))})
        line["values"][str(day)] = Decimal(value)
    return with_rest(list(lines.values()), state["by"])


def with_rest(lines: list[dict[str, Any]], by: str) -> list[dict[str, Any]]:
    ranked = sorted(lines, key=lambda line: (-sum(line["values"].values()), line["name"]))
    if len(ranked) <= MOST_LINES:
        return ranked
    rest = ranked[MOST_LINES:]
    values = {day: sum(line["values"][day] for line in rest) for day in rest[0]["values"]}
    name = f"Other {by}s ({len(rest)})"
    return [*ranked[:MOST_LINES], {"name": name, "values": values}]


def shown(page: Page) -> list[list[str]]:
    """The data table of the view, header first."""
    rows: list[list[str]] = page.evaluate(
        "() => [...document.querySelectorAll('#explorer-table tr')]"
        ".map(row => [...row.children].map(cell => cell.textContent))"
    )
    return rows


def downloaded(page: Page) -> str:
    with page.expect_download() as waiting:
        page.click("#explorer-result a[download]")
    return waiting.value.path().read_bytes().decode()


def some_choices(release: Release) -> list[list[tuple[str, str]]]:
    """A seeded handful of choices, of every measure and kind of line."""
    random_ = random.Random(20171121)
    table = pq.read_table(release.path(LOOKUP))
    departments = sorted(set(table["department"].to_pylist()))
    stores = sorted(set(table["store_id"].to_pylist()))
    choices = [[("by", "department")], [("by", "store"), ("measure", "discount_usd")]]
    choices += [[("by", "store")], [("store", str(stores[0])), ("from", "2017-03-06")]]
    for measure in FORMATS:
        for by in ("total", "department", "store"):
            query = [("measure", measure), ("by", by)]
            for one in random_.sample(departments, random_.randint(1, 9)):
                query.append(("department", one))
            for store in random_.sample(stores, random_.randint(1, 30)):
                query.append(("store", str(store)))
            choices.append(query + [("from", "2017-03-06")] * random_.randint(0, 1))
    return choices


def test_every_number_is_what_duckdb_adds_up(page: Page, served: Served, release: Release) -> None:
    """Table and download of a handful of choices, exact to the cent."""
    for query in some_choices(release):
        open_view(page, served, query)
        expected = added_up(release, query)
        measure = chosen(query)["measure"]
        rows = shown(page)
        values = read_csv(downloaded(page))
        for line in expected:
            name = rows[0][1] if chosen(query)["by"] == "total" else line["name"]
            for number, (day, value) in enumerate(line["values"].items(), start=1):
                assert values[name, day] == value, (query, name, day)
                cell = rows[number][rows[0].index(name)]
                assert cell == format_value(FORMATS[measure], value), (query, name, day)
        assert sum(values.values()) == sum(sum(one["values"].values()) for one in expected), query


def read_csv(text: str) -> Mapping[tuple[str, str], Decimal]:
    return {(row[0], row[1]): Decimal(row[2]) for row in list(csv.reader(io.StringIO(text)))[1:]}


def test_the_download_is_written_by_the_rules_of_all_downloads(
    page: Page, served: Served, release: Release
) -> None:
    """Byte for byte what the Python side would write of the same rows."""
    query = [("by", "department"), ("measure", "sales_usd"), ("store", "367")]
    open_view(page, served, query)
    rows = [
        [line["name"], day, value]
        for line in added_up(release, query)
        for day, value in line["values"].items()
    ]
    expected = csv_text(["name", "week_start_date", "sales_usd"], rows)
    assert downloaded(page) == expected


def test_nothing_is_fetched_before_the_reader_comes(page: Page, served: Served) -> None:
    """Only the small starting script; the reader of Parquet and the rows wait for a choice."""
    served.forget()
    arrive(page, served.address + PAGE)
    page.wait_for_load_state("networkidle")
    assert [path for path in served.paths if "/explorer/" in path or "hyparquet" in path] == []
    page.locator("#explorer").scroll_into_view_if_needed()
    page.wait_for_selector("form.mp-explorer-form[data-ready]")
    assert [path for path in served.paths if path.endswith(".parquet")] == []


def test_only_the_row_groups_of_the_choice_are_fetched(
    page: Page, served: Served, release: Release
) -> None:
    """One department costs the footer and its own rows; a second measure only its own column."""
    path = release.path(LOOKUP)
    file = pq.ParquetFile(path).metadata
    open_view(page, served, [("department", "GROCERY"), ("by", "department")])
    names = [file.row_group(0).column(at).path_in_schema for at in range(file.num_columns)]
    group = next(
        file.row_group(at)
        for at in range(file.num_row_groups)
        if file.row_group(at).column(names.index("department")).statistics.max == "GROCERY"
    )
    start = group.column(0).dictionary_page_offset or group.column(0).data_page_offset
    end = start + sum(group.column(at).total_compressed_size for at in range(len(names)))
    size = path.stat().st_size
    tail, *others = [(first, last) for _, first, last in served.ranges]
    assert tail[1] == size
    assert others
    assert all(start <= first and last <= end for first, last in others)
    assert served.bytes_of(".parquet") < size / 5
    served.forget()
    page.select_option("[name=measure]", "lines")
    page.locator(".mp-explorer-said", has_text="lines").wait_for()  # no eval under the policy
    lines = group.column(names.index("lines"))
    assert served.bytes_of(".parquet") == lines.total_compressed_size


def test_all_departments_of_a_store_are_read_from_sums_by_store(
    page: Page, served: Served, release: Release
) -> None:
    """A tenth of what every row group of the lookup table weighs; by department alone, less yet."""
    lookup = release.path(LOOKUP).stat().st_size
    for query, pin in (
        (("store", "367"), "sales_by_week_store"),
        (("by", "department"), "sales_by_week_department"),
    ):
        open_view(page, served, [query])
        asked = {path for path in served.paths if path.endswith(".parquet")}
        assert asked == {f"/data/pins/{pin}.parquet"}
        assert served.bytes_of(".parquet") < lookup / 5
    served.forget()
    page.click("[data-do=reset]")
    page.select_option("[name=measure]", "lines")
    page.wait_for_selector("#explorer-result")
    assert {path for path in served.paths if path.endswith(".parquet")} == {
        f"/data/pins/{LOOKUP}.parquet"
    }


def test_the_state_is_in_the_address_and_comes_back(page: Page, served: Served) -> None:
    """Choosing changes the address; the address, back and forward give the view again."""
    open_view(page, served)
    page.select_option("[name=by]", "department")
    page.wait_for_selector("#explorer-result")
    page.select_option("[name=from]", "2017-06-05")
    page.wait_for_function("() => location.search === '?by=department&from=2017-06-05'")
    page.wait_for_function(
        "() => document.querySelectorAll('#explorer-table tbody tr').length === 24"
    )
    there = shown(page)
    page.go_back()
    page.wait_for_function(
        "() => document.querySelectorAll('#explorer-table tbody tr').length === 46"
    )
    assert page.input_value("[name=from]") == "2017-01-02"
    page.go_back()
    page.wait_for_selector("#explorer-result", state="hidden")
    assert page.input_value("[name=by]") == "total"
    page.go_forward()
    page.go_forward()
    page.wait_for_function(
        "() => document.querySelectorAll('#explorer-table tbody tr').length === 24"
    )
    other = page.context.new_page()
    other.goto(page.url)
    other.wait_for_selector("#explorer-result")
    assert shown(other) == there


HOSTILE = [
    ("store", "<img src=x onerror=alert(1)>"),
    ("store", "367; DROP TABLE"),
    ("department", "__proto__"),
    ("department", "javascript:alert(1)"),
    ("measure", "constructor"),
    ("by", "'\"><script>alert(1)</script>"),
    ("from", "2017-13-45"),
    ("to", "\u202e{{< env HOME >}}"),
]


def test_hostile_values_in_the_address_are_left_out_and_said(page: Page, served: Served) -> None:
    """Nothing runs or shows; the good values of the same address hold."""
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    open_view(page, served, [*HOSTILE, ("department", "DELI")])
    said = page.text_content(".mp-explorer-note[role=alert]")
    assert said == "8 values in the address are not among the choices here; they were left out."
    assert page.text_content("[data-chosen=department]") == "Deli"
    text = page.text_content("#explorer") or ""
    assert not any(value in text for _, value in HOSTILE)
    assert dialogs == []


def test_an_address_of_only_hostile_values_shows_what_stands_there(
    page: Page, served: Served
) -> None:
    """The static figure stays, with a word on what was left out."""
    served.forget()
    page.goto(f"{served.address}{PAGE}?{urlencode(HOSTILE)}#explorer")
    page.wait_for_selector(".mp-explorer-note[role=alert]:not([hidden])")
    assert page.is_visible("#explorer-all")
    assert [path for path in served.paths if path.endswith(".parquet")] == []


def test_from_a_file_there_is_a_plain_word_and_the_figure(
    page: Page, built_site: BuiltSite
) -> None:
    """No control that does nothing, no error; the figure and its table are whole."""
    page.goto((built_site.folder / PAGE).as_uri() + "?by=department#explorer")
    page.wait_for_selector(".mp-explorer-note[role=alert]:not([hidden])")
    assert "opened as a file" in (page.text_content(".mp-explorer-note[role=alert]") or "")
    assert not page.is_visible("form.mp-explorer-form")
    assert page.is_visible("#explorer-all")
