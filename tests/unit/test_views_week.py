"""This week and Stores: what moved the week, the year so far, the spread, the small lines."""

from __future__ import annotations

import pytest
from lxml import html

from processing.board.reader import Pin
from processing.views import stores, this_week
from processing.views.anchors import with_row_ids
from processing.views.html import Fragment
from processing.views.spark import points
from tests.unit.pins import pin_of
from tests.unit.test_views import block, column, headline, headline_pin, text

MOVED = """
week | place | store_id | name             | week_start_date | is_latest | is_rest | members | contribution_usd | contribution_pct
46   | 1     | 1        | Store 1          | 2017-11-06      | no        | no      | 1       | 9.00             | 1.00
47   | 1     | 367      | Store 367        | 2017-11-13      | yes       | no      | 1       | -900.00          | -1.02
47   | 2     | 12       | Store 12         | 2017-11-13      | yes       | no      | 1       | 800.00           | 0.91
47   | 3     | -        | All other stores | 2017-11-13      | yes       | yes     | 185     | 3180.00          | 3.60
"""  # noqa: E501 - tables drawn as text


def moved(drawn: str = MOVED) -> Pin:
    return pin_of("contributions_by_week_store", "week place", drawn)


def test_contributions_are_those_of_the_latest_full_week_with_the_rest_last() -> None:
    made = this_week.stores(moved(), headline_pin_with("sales_change_mean4_usd", "3080.00"))
    assert column(made, "name") == ["Store 367", "Store 12", "All other stores"]
    assert headline(made) == "Store 367 (−$900) and Store 12 (+$800) moved sales most"
    said = text(made)
    assert "All bars add up to +$3,080, the change of all sales." in said
    assert "The last bar is 185 others together, +$3,180." in said


def test_a_store_that_moved_sales_leads_to_its_row() -> None:
    made = this_week.stores(moved(), headline_pin_with("sales_change_mean4_usd", "3080.00"))
    links = html.fromstring(made.html).xpath("//h3//a/@href")
    assert links == ["stores.html#store-367", "stores.html#store-12"]


def test_before_there_are_four_weeks_to_compare_with_the_unit_says_so() -> None:
    early = "\n".join(MOVED.strip().splitlines()[:2])
    made = this_week.stores(moved(early), headline_pin_with("sales_change_mean4_usd", "-"))
    assert "There are not four full weeks before the latest one yet" in text(made)


def test_the_year_so_far_names_its_best_and_weakest_full_week() -> None:
    made = this_week.year(headline_pin_with("sales_year_to_date_usd", "4000000.00"))
    assert text(made) == (
        "Sales of the year so far are $4,000,000, to 21 November 2017. The best full week brought "
        "$91,391 in the week of 13 November, the weakest $86,445 in the week of 6 November."
    )


def headline_pin_with(name: str, value: str) -> Pin:
    """The headline figures and one column more, the same in every row."""
    import pandas as pd
    import pyarrow as pa

    from processing.contracts.schema import ARROW

    pin = headline_pin()
    cells = pa.array([None if value == "-" else value] * len(pin.frame)).cast(ARROW["usd"])
    added = pd.Series(pd.arrays.ArrowExtensionArray(cells), index=pin.frame.index)
    return Pin(pin.frame.assign(**{name: added}), pin.entry, pin.manifest)


def test_a_small_line_runs_through_its_values_and_says_its_ends_in_words() -> None:
    assert points([1, 3, 2]) == "3.0,29.0 60.0,3.0 117.0,16.0"
    assert points([5]) == "3.0,29.0"
    found = html.fromstring(this_week.kpis(headline_pin()).html)
    svg = found.xpath("//li[@id='kpi-sales']//svg")[0]
    assert svg.xpath("polyline/@points") == [points(["86445.24", "91391.47"])]
    (named,) = found.xpath(f"//*[@id='{svg.get('aria-labelledby')}']")
    assert " ".join(named.text_content().split()) == (
        "Sales by full week, this year so far: lowest $86,445 in the week of 6 November, highest "
        "$91,391 in the week of 13 November."
    )


def test_the_spread_tells_what_the_largest_tenth_took() -> None:
    pin = pin_of(
        "store_spread_by_week",
        "week tenth",
        """
        week | tenth | name               | week_start_date | is_latest | stores | sales_usd | share_pct | least_usd | most_usd
        47   | 1     | The largest tenth  | 2017-11-13      | yes       | 12     | 900.00    | 90.00     | 60.00     | 99.00
        47   | 2     | The smallest tenth | 2017-11-13      | yes       | 13     | 100.00    | 10.00     | 1.00      | 9.00
        """,  # noqa: E501 - tables drawn as text
    )
    made = stores.spread(pin)
    assert headline(made) == "The largest tenth of stores took 90.0% of the week’s sales"
    assert "Each of the 12 stores in it sold at least $60" in text(made)
    assert block(made)["encoding"][0]["x"] == "share_pct"


def test_ids_must_be_as_many_as_rows() -> None:
    with pytest.raises(ValueError, match="1 ids for 2 rows"):
        with_row_ids(Fragment("<table><tbody><tr><td>a<tr><td>b</tbody></table>"), ["a"])
