"""Each rule of `millpond check`, broken once on a site that is good otherwise."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from processing.site.check.site import Finding, check_site
from tests.site.handmade import Handmade, make_site


@pytest.fixture
def site(tmp_path: Path) -> Handmade:
    return make_site(tmp_path)


def test_a_good_site_has_no_finding(site: Handmade) -> None:
    assert site.findings() == []


def test_a_good_site_without_a_release_has_no_finding(site: Handmade) -> None:
    assert check_site(site.folder, None, 100) == []


def test_an_empty_folder_is_a_finding(tmp_path: Path) -> None:
    assert [f.says for f in check_site(tmp_path, None, 1)] == ["there is no page in this folder"]


def test_a_finding_reads_page_rule_and_what_is_wrong() -> None:
    assert str(Finding("index.html", "link", "x: is not there")) == (
        "index.html: link: x: is not there"
    )


SENTENCE_VALUE = 'data-format="usd0">$2,401<'
BROKEN = [
    # old, new, rule, what the finding says
    ('href="stores.html#top-stores"', 'href="shops.html"', "link", "shops.html: is not there"),
    (
        'href="stores.html#top-stores"',
        'href="stores.html#none"',
        "link",
        "stores.html has no element with the id 'none'",
    ),
    ('href="index.html"', 'href="#nowhere"', "link", "no element with the id 'nowhere'"),
    ('href="index.html"', 'href="./"', "link", "is a folder"),
    ('href="index.html"', 'href="assets"', "link", "is a folder"),
    ('href="index.html"', 'href="/index.html"', "link", "starts with a slash"),
    ('href="index.html"', 'href="../index.html"', "link", "leads out of the site"),
    ('href="index.html"', 'href="javascript:go()"', "link", "runs a script"),
    ('href="index.html"', 'href="file:///tmp/x"', "link", "machine that built"),
    ('src="assets/pond.png"', 'src="assets/lake.png"', "link", "lake.png: is not there"),
    (
        'src="assets/pond.png"',
        'src="https://cdn.example/pond.png"',
        "other host",
        "<img> loads https://cdn.example/pond.png",
    ),
    (
        "</head>",
        '<script src="//cdn.example/a.js"></script></head>',
        "other host",
        "<script> loads //cdn.example/a.js",
    ),
    (
        "</head>",
        '<link rel="preconnect" href="https://fonts.example"></head>',
        "other host",
        "<link> loads https://fonts.example",
    ),
    (
        "</head>",
        "<style>@import 'https://fonts.example/a.css';</style></head>",
        "other host",
        "<style> loads https://fonts.example/a.css",
    ),
    (
        "</head>",
        '<script type="module">import "https://cdn.example/a.js"</script></head>',
        "other host",
        "<script> loads https://cdn.example/a.js",
    ),
    (
        'alt="A pond"',
        'alt="A pond" srcset="assets/pond.png 1x, http://cdn.example/p.png 2x"',
        "other host",
        "<img> loads http://cdn.example/p.png",
    ),
    (
        "<main>",
        '<main><iframe title="A film" src="https://films.example/1"></iframe>',
        "other host",
        "<iframe> loads https://films.example/1",
    ),
    (
        "<main>",
        '<main style="background: url(https://cdn.example/b.png)">',
        "other host",
        "a style attribute loads https://cdn.example/b.png",
    ),
    ("<head>", '<head><base href="https://x.example/">', "other host", "<base> sends"),
    (' alt="A pond"', "", "alternative", "<img> without alt: assets/pond.png"),
    ("<main>", "<main><svg></svg>", "alternative", "an <svg> with neither role=img"),
    ("<main>", '<main><iframe src="stores.html"></iframe>', "alternative", "without title"),
    ("<main>", "<main><button></button>", "alternative", "<button> without a name"),
    (
        'id="sales-line"',
        'id="sales-line"><p id="sales-line"></p',
        "duplicate id",
        "'sales-line' stands 2 times",
    ),
    ("<h1>This week</h1>", "<h2>This week</h2>", "headings", "0 of <h1>, not one"),
    ("<main>", "<main><h1>Again</h1>", "headings", "2 of <h1>, not one"),
    ("<main>", "<div>", "headings", "no <main>"),
    (' lang="en"', "", "language", "<html> has no lang"),
    ("<title>This week</title>", "", "head", "there is no title"),
    ("<title>This week<", "<title>Stores<", "title", "another page has it too: 'Stores'"),
    ('content="What This week says."', 'content=""', "head", "there is no description"),
    ("What This week says.", "x" * 160, "head", "the description has 160 characters"),
    ('name="viewport"', 'name="v"', "head", "there is no viewport"),
    ("<caption>Sales by week</caption>", "", "table", "a table without a caption"),
    ('<th scope="col">', "<th>", "table", "headers have no scope"),
    ('class="mp-headline"', "", "unit", "sales-line: no headline"),
    ("Sales by week</p>", "</p>", "unit", "sales-line: no subtitle"),
    ("Sales were highest in week 2.", "", "unit", "sales-line: no summary"),
    (
        'class="mp-data"',
        'class="other"',
        "unit",
        "sales-line: 0 JSON blocks (script.mp-data), not one",
    ),
    ('type="application/json"', 'type="text/javascript"', "unit", "would run it"),
    ('{"unit"', '{"unit', "unit", "the JSON block cannot be read"),
    ('"unit": "sales-line"', '"unit": "other"', "unit", "its JSON block is of unit 'other'"),
    ('data-pin="sales_by_week">', 'data-pin="other">', "unit", "data-pin is 'other'"),
    ('class="mp-source"', 'class="x"', "unit", "no source line"),
    (' datetime="2017-01-14"', "", "unit", "no data date"),
    ("Download CSV, 0.1 KB", "Download", "unit", "does not say CSV and its size"),
    ("<main>", "<main>`{python} 1 + 1`", "unresolved", "an inline expression"),
    ("<main>", "<main>{{< env HOME >}}", "unresolved", "a shortcode"),
    ("<main>", "<main>\n::: {.callout}\n", "unresolved", "a block mark"),
    ("<main>", "<main>See ?@fig-one.", "unresolved", "a cross-reference"),
    ("<main>", "<main><p>—title: This week</p>", "unresolved", "front matter"),
    (
        "<main>",
        "<main><code>{=html}&lt;section id=release&gt;</code>",
        "unresolved",
        "markup that was read as code: {=html}<section",
    ),
    ("<main>", "<main>Traceback (most recent call last)", "error text", "a Python error"),
    ("<main>", "<main>NameError: name 'x'", "error text", "NameError"),
    ("<main>", "<main>&lt;Fragment object at 0x7f&gt;", "error text", "a Python object"),
    ("<main>", '<main><p class="cell-output-error">x</p>', "error text", "cell-output-error"),
    ("<td>low</td>", "<td>nan</td>", "raw value", "a cell or number reads 'nan'"),
    ("abcde", "fghij", "number", "shows version 20171121T060000Z-fghij"),
    ('"pin": "sales_by_week"', '"pin": "gone"', "number", "has no pin 'gone'"),
    ('"sales_usd", "note"]', '"sales", "note"]', "number", "sales_by_week has no column sales"),
    ('"date_long", "usd2"', '"date_long"', "number", "3 columns but 2 formats"),
    ('[["2017-01-07", 1200.50', '[["2017-01-07", 1200.51', "number", "has no such row"),
    ('[["2017-01-07", 1200.50, "low"]', '[["2017-01-07", 1200.50]', "number", "not 3 values"),
    ('"y": [1200.5, ', '"y": [1200.4, ', "number", "draws (2017-01-07, 1200.4)"),
    ('"y": [1200.5, 2400.75]', '"y": [1200.5]', "number", "arrays of unequal length"),
    ('"y": [1200.5, 2400.75]', '"y": {"bdata": ""}', "number", "y is no plain list of values"),
    ('"trace": 0', '"trace": 1', "number", "trace 0 has no encoding"),
    ('"where": {}', '"where": {"note": "low"}', "number", "draws 2 points, its rows are 1"),
    (', "y": "sales_usd", "where"', ', "where"', "number", "y is drawn but not in its encoding"),
    ("<td>$1,200.50</td>", "<td>$1,200</td>", "number", "reads '$1,200', format usd2 gives"),
    ("<td>low</td>", "", "number", "row 1 of its table has 2 cells, not 3"),
    (SENTENCE_VALUE, 'data-format="usd0">$2,402<', "number", "reads '$2,402', format usd0"),
    ('value="2400.75"', 'value="2400.76"', "number", "carries 2400.76, the pin has 2400.75"),
    ("week_end_date=2017-01-14", "week_end_date=2017-01-15", "number", "has 0 such rows"),
    ('data-column="sales_usd"', 'data-column="sales"', "number", "has no column sales"),
    ('data-format="usd0"', 'data-format="usd_zero"', "number", "format usd_zero cannot show"),
    ('data-row="week_end_date=2017-01-14"', "", "number", "lacks its value or one of"),
]


@pytest.mark.parametrize(("old", "new", "rule", "says"), BROKEN)
def test_a_broken_page_is_found(site: Handmade, old: str, new: str, rule: str, says: str) -> None:
    site.change("index.html", old, new)
    found = [f for f in site.findings() if f.page == "index.html" and f.rule == rule]
    assert any(says in f.says for f in found), site.findings()


def test_a_table_that_lacks_a_row_is_found(site: Handmade) -> None:
    row = "<tr><td>7 January 2017</td><td>$1,200.50</td><td>low</td></tr>"
    site.change("index.html", row, "")
    assert any("its table has 1 rows, its JSON block 2" in f.says for f in site.findings())


def test_a_table_may_show_some_columns_by_name(site: Handmade) -> None:
    site.change("index.html", '<th scope="col">Note</th>', "")
    site.change("index.html", '<th scope="col">Week', '<th scope="col" data-column="note">Week')
    site.change(
        "index.html", '<th scope="col">Sales', '<th scope="col" data-column="sales_usd">Sales'
    )
    site.change("index.html", "<td>7 January 2017</td><td>$1,200.50</td><td>low</td>", LOW_FIRST)
    site.change("index.html", "<td>14 January 2017</td><td>$2,400.75</td><td>=SUM(1)</td>", SECOND)
    assert site.findings() == []


LOW_FIRST = "<td>low</td><td>$1,200.50</td>"
SECOND = "<td>=SUM(1)</td><td>$2,400.75</td>"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("sales_usd", "sales", "its header is"),
        ("1200.50", "1200.51", "'1200.51' where the unit has '1200.50'"),
        ("'=SUM(1)", "=SUM(1)", "would run as a formula"),
        ("2017-01-07,1200.50,low\n", "", "1 rows, the JSON block has 2"),
        (",low", "", "2 cells, not 3"),
    ],
)
def test_a_download_with_other_values_is_found(
    site: Handmade, old: str, new: str, says: str
) -> None:
    site.change("data/sales-line.csv", old, new)
    assert [f.rule for f in site.findings()] == ["number"]
    assert says in site.findings()[0].says


def test_a_missing_download_is_found_as_a_link_and_as_a_number(site: Handmade) -> None:
    (site.folder / "data/sales-line.csv").unlink()
    assert {f.rule for f in site.findings()} == {"link", "number"}


def test_an_address_of_another_host_in_a_style_sheet_is_found(site: Handmade) -> None:
    site.change("assets/site.css", "url(pond.png)", "url('https://cdn.example/p.png')")
    assert [(f.page, f.rule) for f in site.findings()] == [("assets/site.css", "other host")]


def test_a_missing_file_in_a_style_sheet_is_found(site: Handmade) -> None:
    site.change("assets/site.css", "url(pond.png)", "url(lake.png)")
    assert [(f.page, f.rule) for f in site.findings()] == [("assets/site.css", "link")]


def test_a_link_to_another_host_is_no_request(site: Handmade) -> None:
    site.change("index.html", 'href="index.html"', 'href="https://example.org/"')
    site.change("index.html", "</head>", '<link rel="canonical" href="https://x.org/"></head>')
    assert site.findings() == []


def test_code_may_show_what_prose_may_not(site: Handmade) -> None:
    site.change("index.html", "<main>", "<main><code>{{< env >}} {python} x</code>")
    assert site.findings() == []


def test_stylesheets_may_share_an_id_and_nothing_else_may(site: Handmade) -> None:
    """Quarto gives the light and the dark form of a stylesheet the same id."""
    sheet = '<link rel="stylesheet" href="assets/site.css" id="sheet">'
    site.change("index.html", "</head>", sheet + sheet + "</head>")
    assert site.findings() == []
    site.change("index.html", "<main>", '<main id="sheet">')
    assert [f.says for f in site.findings()] == ["'sheet' stands 2 times"]


def test_a_unit_id_on_two_pages_is_found(site: Handmade) -> None:
    text = (site.folder / "index.html").read_text()
    unit = text[text.index("<figure") : text.index("</figure>") + len("</figure>")]
    site.change("stores.html", "</main>", unit + "</main>")
    assert any("sales-line: is on index.html too" in f.says for f in site.findings())


def test_a_row_shown_twice_is_found(site: Handmade) -> None:
    site.change("index.html", '["2017-01-14", 2400.75, "=SUM(1)"]]', TWICE)
    assert any("or fewer of it" in f.says for f in site.findings())


TWICE = '["2017-01-14", 2400.75, "=SUM(1)"], ["2017-01-14", 2400.75, "=SUM(1)"]]'


def test_bars_may_stand_in_another_order_than_rows_and_lines_may_not(site: Handmade) -> None:
    site.change(
        "index.html", '"x": ["2017-01-07", "2017-01-14"]', '"x": ["2017-01-14", "2017-01-07"]'
    )
    site.change("index.html", '"y": [1200.5, 2400.75]', '"y": [2400.75, 1200.5]')
    assert any("draws (2017-01-14, 2400.75)" in f.says for f in site.findings())
    site.change("index.html", '"type": "scatter"', '"type": "bar"')
    assert site.findings() == []


def test_a_tampered_pin_is_found(site: Handmade) -> None:
    site.release.path("sales_by_week").write_bytes(b"other")
    assert any("is not what was released" in f.says for f in site.findings())


def test_a_site_over_its_budget_is_found(site: Handmade) -> None:
    (site.folder / "assets/pond.png").write_bytes(b"x" * 100_000)
    found = site.findings()
    assert [f.rule for f in found] == ["size"]
    assert "heaviest: assets/pond.png 100 KB" in found[0].says


def test_a_page_over_its_budget_is_found(site: Handmade) -> None:
    site.change("stores.html", "</main>", "word " * 150_000 + "</main>")
    assert [f.page for f in site.findings(2000)] == ["stores.html"]


def test_a_page_that_is_no_utf8_is_found(site: Handmade) -> None:
    (site.folder / "odd.html").write_bytes(b"\xff\xfe\x00")
    assert [str(f) for f in site.findings()] == ["odd.html: page: is empty or not UTF-8"]


def test_the_page_of_an_alias_needs_no_heading(site: Handmade) -> None:
    (site.folder / "old.html").write_text(
        '<html><head><meta http-equiv="refresh" content="0;url=index.html"></head></html>'
    )
    assert site.findings() == []


def test_twenty_pages_are_checked_in_a_second(site: Handmade) -> None:
    text = (site.folder / "index.html").read_text()
    for number in range(20):
        (site.folder / f"page{number}.html").write_text(text)
    begun = time.process_time()
    site.findings(1000)
    assert time.process_time() - begun < 1


@pytest.mark.parametrize("name", ["nan", "NameError: name 'x'"])
def test_data_may_be_called_like_a_missing_value_or_an_error(site: Handmade, name: str) -> None:
    """Only where the unit's data does not say so it is a fault."""
    site.change("index.html", "<td>low</td>", f"<td>{name}</td>")
    site.change("index.html", '1200.50, "low"', f'1200.50, "{name}"')
    assert [f for f in site.findings() if f.rule in ("raw value", "error text")] == []
