"""The figure unit, its table and its JSON block."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from lxml import html

from processing.board.reader import Pin
from processing.errors import PageError
from processing.views import bars
from processing.views.html import Fragment
from processing.views.number import value
from processing.views.rows import records
from processing.views.table import Shown
from processing.views.unit import unit
from tests.unit.pins import pin_of

COLUMNS = (
    Shown("name", "text", "Department"),
    Shown("sales_usd", "usd0", "Sales, $"),
    Shown("week_start_date", "date_short", "Week of"),
)
HOSTILE = "</script>{{< env HOME >}}`<img src=x>"


def sales() -> Pin:
    return pin_of(
        "sales",
        "department",
        f"""
        department | name      | sales_usd | week_start_date
        G          | Grocery   | 47664.40  | 2017-11-13
        M          | {HOSTILE} | -12.50    | 2017-11-13
        N          | Nothing   | -         | -
        """,
    )


def made(**changes: Any) -> Fragment:
    pin = changes.pop("pin", None) or sales()
    rows = records(pin)
    parts: dict[str, Any] = {
        "headline": "Grocery sold most",
        "subtitle": "Sales, US dollars",
        "summary": "It sold a lot.",
        "rows": rows,
        "columns": COLUMNS,
        "chart": bars.signed(rows, "sales_usd"),
        **changes,
    }
    return unit(pin, "sales-unit", **parts)


def parsed(fragment: Fragment) -> html.HtmlElement:
    return html.fromstring(fragment.html)


def block(fragment: Fragment) -> dict[str, Any]:
    text = parsed(fragment).xpath("//script[@class='mp-data']")[0].text
    found: dict[str, Any] = json.loads(text, parse_float=Decimal)
    return found


def test_a_unit_has_every_part() -> None:
    """Headline, subtitle, picture with a name, summary, data table, source, date and download."""
    root = parsed(made())
    assert (root.tag, root.get("id"), root.get("data-pin")) == ("figure", "sales-unit", "sales")
    assert root.xpath("string(//h3)") == "Grocery sold most"
    assert root.xpath("string(//p[@class='mp-subtitle'])") == "Sales, US dollars"
    picture = root.xpath("//div[@role='img']")[0]
    assert picture.get("aria-label") == "Chart. Grocery sold most. It sold a lot."
    assert root.xpath("string(//summary)") == "Data table, 3 rows"
    assert root.xpath("//p[@class='mp-source']/time/@datetime") == ["2017-11-21"]
    assert root.xpath("//a[@download]/@href") == ["data/sales-unit.csv"]


def test_the_table_has_caption_scopes_and_no_empty_cell() -> None:
    """What a screen reader needs, and no style or random id."""
    root = parsed(made())
    table = root.xpath("//table")[0]
    assert table.xpath("string(caption)") == "Sales, US dollars"
    assert table.xpath("thead//th/@scope") == ["col", "col", "col"]
    assert table.xpath("tbody//th/@scope") == ["row", "row", "row"]
    cells = [[cell.text_content() for cell in row] for row in table.xpath("tbody/tr")]
    assert cells == [
        ["Grocery", "$47,664", "13 Nov 2017"],
        [HOSTILE, "−$12", "13 Nov 2017"],
        ["Nothing", "not available", "not available"],
    ]
    assert "style" not in html.tostring(table, encoding="unicode")
    assert table.xpath(".//time/@datetime") == ["2017-11-13", "2017-11-13"]


def test_the_block_holds_exact_values_and_says_what_is_drawn() -> None:
    """Rows have the pin's digits; the encoding ties each trace to its columns."""
    found = block(made())
    assert found["columns"] == ["name", "sales_usd", "week_start_date"]
    assert found["rows"][0] == ["Grocery", Decimal("47664.40"), "2017-11-13"]
    assert found["rows"][2] == ["Nothing", None, None]
    assert found["encoding"] == [{"trace": 0, "x": "sales_usd", "y": "name", "where": {}}]
    assert not {"x", "y"} & set(found["figure"]["data"][0])  # the rows hold them
    assert found["sha256"] == "ab" * 32


def test_the_link_states_the_size_of_the_file_it_gives() -> None:
    """The size is that of the CSV made from the block."""
    from processing.views.csv import unit_csv

    root = parsed(made())
    size = len(unit_csv(root.xpath("//script")[0].text).encode())
    assert root.xpath("string(//a[@download])") == f"Download CSV, {size} bytes"


def test_hostile_names_are_inert_everywhere() -> None:
    """Neither table, JSON block nor figure lets a name act."""
    text = made().html
    assert "<img" not in text
    assert "{{" not in text
    assert "`" not in text
    assert text.count("<script") == text.count("</script>") == 1
    trace = block(made())["figure"]["data"][0]
    assert "&lt;img" in trace["hovertext"][1]


def test_the_same_pin_gives_the_same_bytes() -> None:
    """No random id, no clock."""
    assert made().html == made().html


def test_a_row_that_is_not_the_pins_stops_the_page() -> None:
    """Views pick; they do not compute."""
    row = {**records(sales())[0], "sales_usd": Decimal("1.00")}
    with pytest.raises(PageError, match="does not hold") as error:
        made(rows=[row], chart=None)
    assert "picked and not computed" in str(error.value)


def test_a_column_that_the_pin_has_not_stops_the_page() -> None:
    """The message names the column."""
    with pytest.raises(PageError, match="does not hold") as error:
        made(columns=(Shown("profit_usd", "usd0", "Profit"),), chart=None)
    assert "profit_usd" in str(error.value)


def test_a_number_carries_where_it_came_from() -> None:
    """Pin, row, column, format and raw value stand on the element."""
    shown = value(sales(), {"department": "G"}, "sales_usd", "usd0")
    assert shown._repr_markdown_() == (
        '`<data value="47664.40" class="mp-value" data-pin="sales" data-row="department=G" '
        'data-column="sales_usd" data-format="usd0">$47,664</data>`{=html}'
    )


def test_a_number_of_no_row_stops_the_page() -> None:
    """A key that names no row is an error, not an empty place in a sentence."""
    with pytest.raises(PageError, match="not exactly one row"):
        value(sales(), {"department": "X"}, "sales_usd", "usd0")


def test_row_addresses_are_percent_encoded() -> None:
    """A key with separators in it stays one value."""
    pin = pin_of("sales", "department", "department | sales_usd\nA;B=C & D | 1.00")
    assert 'data-row="department=A%3BB%3DC%20%26%20D"' in (
        value(pin, {"department": "A;B=C & D"}, "sales_usd", "usd0").html
    )
