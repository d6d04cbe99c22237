"""Each view as a function of a small pin: a text table in, a literal out."""
# ruff: noqa: E501 - tables drawn as text

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from lxml import html

from processing.board.reader import Pin
from processing.site.pictures.drawing import filled
from processing.views import stores, this_week, weekly_sales
from processing.views.html import Fragment
from processing.views.kpi import period
from processing.views.rows import full_weeks, latest, records
from processing.views.week_line import ends, week_line
from tests.unit.pins import pin_of


def text(fragment: Fragment, path: str = "/*") -> str:
    found = html.fromstring(fragment.html).xpath(f"string({path})")
    return " ".join(found.split())


def headline(fragment: Fragment) -> str:
    return text(fragment, "//h3")


def sentence(fragment: Fragment) -> str:
    return text(fragment, "//p[@class='mp-finding']")


def block(fragment: Fragment) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(html.fromstring(fragment.html).xpath("//script")[0].text)
    return found


def column(fragment: Fragment, name: str) -> list[Any]:
    found = block(fragment)
    at = found["columns"].index(name)
    return [row[at] for row in found["rows"]]


def headline_pin(
    change: str = "3.49", before: str = "5.72", latest: str = "91391.47", weeks: str = "- | -"
) -> Pin:
    """Two full weeks, and one of two days."""
    mean = "-" if change == "-" else "88311.51"
    names = "baskets households average_basket_usd fuel_sales_usd fuel_share_pct sales_mean4_usd"
    names += " baskets_mean4 households_mean4 average_basket_mean4_usd"
    for measure in ("sales", "baskets", "households", "average_basket"):
        names += f" {measure}_change_mean4_pct {measure}_change_before_pct"
    head = "week | week_start_date | week_end_date | trading_days | is_partial | is_latest | "
    names += " weeks_further weeks_compared"
    head += " | ".join(["sales_usd", *names.split()])
    rest = f"2898 | 1354 | 31.54 | 5779.90 | 6.32 | {mean} | 2973.25 | 1343.75 | 29.70 | "
    rest += f"{change} | {before} | -2.53 | -0.82 | 0.76 | 0.97 | 6.17 | 6.60 | {weeks}"
    blank = " | ".join(["1"] * 5 + ["-"] * 14)
    rows = [
        f"46 | 2017-11-06 | 2017-11-12 | 7 | no | no | 86445.24 | {blank}",
        f"47 | 2017-11-13 | 2017-11-19 | 7 | no | yes | {latest} | {rest}",
        f"48 | 2017-11-20 | 2017-11-26 | 2 | yes | no | 33293.07 | {blank}",
    ]
    return pin_of("headline_by_week", "week", "\n".join([head, *rows]))


DEPARTMENTS = """
department | name    | sales_usd | mean4   | change  | pct    | rank
G          | Grocery | 47664.40  | 44885   | 2779.33 | 6.19   | 1
D          | Drugs   | 11605.15  | 12109   | -504.06 | -4.16  | 2
M          | Meat    | 6420.28   | 5978    | 441.62  | 7.39   | 3
"""


def department_pin(table: str = DEPARTMENTS) -> Pin:
    """Departments of the latest week; money of the week before stands for the mean, too."""
    _, *lines = [[c.strip() for c in row.split("|")] for row in table.strip().splitlines()]
    head = "week | department | name | week_start_date | is_partial | is_latest | sales_usd"
    head += " | share_pct | sales_before_usd | change_before_usd | sales_mean4_usd"
    head += " | change_mean4_usd | change_mean4_pct | contribution_rank"
    rows = [
        f"47 | {code} | {name} | 2017-11-13 | no | yes | {sales} | 52.15 | {mean} | {change} | "
        f"{mean} | {change} | {pct} | {rank}"
        for code, name, sales, mean, change, pct, rank in lines
    ]
    return pin_of("sales_by_week_department", "week department", "\n".join([head, *rows]))


STORES = """
week | store_id | name     | week_start_date | is_partial | is_latest | sales_usd | households | sales_mean4_usd | change_mean4_usd | change_mean4_pct | rank | rank_before | rank_change
47   | 367      | Store 367 | 2017-11-13     | no         | yes       | 2694.00   | 90         | 2980.00         | -286.00          | -9.60            | 1    | 1           | 0
47   | 12       | Store 12  | 2017-11-13     | no         | yes       | 2000.00   | 1          | 50.00           | 1950.00          | 3900.00          | 2    | 112         | 110
47   | 5        | Store 5   | 2017-11-13     | no         | yes       | 100.00    | 5          | 100.00          | 0.00             | 0.00             | 3    | 2           | -1
"""


def store_pin(table: str = STORES) -> Pin:
    return pin_of("sales_by_week_store", "week store_id", table)


def test_the_finding_says_what_rose_and_what_moved_it() -> None:
    """Above the baseline, the largest rise moved it and the largest fall went the other way."""
    assert sentence(this_week.finding(headline_pin(), department_pin())) == (
        "Sales in the week of 13 November 2017 were $91,391, 3.5% above the mean of the four "
        "weeks before. Grocery (+$2,779) lifted them most; Drugs (−$504) lowered them most."
    )


def test_the_finding_says_what_fell_and_what_moved_it() -> None:
    """Below the baseline, the largest fall moved it, though a rise is larger."""
    assert sentence(this_week.finding(headline_pin("-1.20"), department_pin())).endswith(
        "1.2% below the mean of the four weeks before. Drugs (−$504) lowered them most; "
        "Grocery (+$2,779) lifted them most."
    )


def test_a_change_that_rounds_to_nothing_is_called_level() -> None:
    """No sentence says that sales rose by 0.0%."""
    assert sentence(this_week.finding(headline_pin("-0.04"), department_pin())).endswith(
        "were $91,391, level with the mean of the four weeks before. The departments that moved "
        "most were Grocery (+$2,779) and Drugs (−$504)."
    )


def test_without_a_baseline_nothing_is_compared() -> None:
    """In the first weeks the finding says so."""
    unknown = DEPARTMENTS.replace("2779.33", "-").replace("-504.06", "-").replace("441.62", "-")
    assert sentence(this_week.finding(headline_pin("-"), department_pin(unknown))) == (
        "Sales in the week of 13 November 2017 were $91,391, with no figure yet for the mean of "
        "the four weeks before."
    )


def test_when_all_departments_rose_none_went_the_other_way() -> None:
    """The second half of the sentence is left out where it would be untrue."""
    rose = DEPARTMENTS.replace("-504.06", "504.06")
    assert sentence(this_week.finding(headline_pin(), department_pin(rose))).endswith(
        "Grocery (+$2,779) lifted them most."
    )


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("2017-11-13", "2017-11-19", "13 to 19 November 2017"),
        ("2017-10-30", "2017-11-05", "30 October to 5 November 2017"),
        ("2017-12-25", "2018-01-01", "25 December 2017 to 1 January 2018"),
    ],
)
def test_a_period_says_month_and_year_once(start: str, end: str, said: str) -> None:
    """A week within one month, across two, and across two years."""
    pin = pin_of("weeks", "week", f"week | week_start_date | week_end_date\n1 | {start} | {end}")
    assert text(Fragment(f"<p>{period(pin, records(pin)[0])}</p>")) == said


def test_each_key_figure_has_unit_period_and_named_baselines() -> None:
    """Four figures of the latest full week, each with two comparisons in words."""
    found = html.fromstring(this_week.kpis(headline_pin()).html)
    items = [" | ".join(" ".join(p.itertext()) for p in item[:6]) for item in found]
    week = "13  to  19 November 2017"
    assert [" ".join(item.split()) for item in items] == [
        " ".join(item.split())
        for item in (
            f"Sales | $91,391 | US dollars | {week} | 3.5% above  the mean of the four weeks "
            "before ( $88,312 ) | 5.7% above  the week before",
            f"Baskets | 2,898 | shopping trips | {week} | 2.5% below  the mean of the four weeks "
            "before ( 2,973 ) | 0.8% below  the week before",
            f"Households | 1,354 | that shopped | {week} | 0.8% above  the mean of the four weeks "
            "before ( 1,344 ) | 1.0% above  the week before",
            f"Average basket | $31.54 | US dollars a trip | {week} | 6.2% above  the mean of the "
            "four weeks before ( $29.70 ) | 6.6% above  the week before",
        )
    ]
    assert [item.get("id") for item in found] == [
        "kpi-sales",
        "kpi-baskets",
        "kpi-households",
        "kpi-average-basket",
    ]


@pytest.mark.parametrize("view", [this_week.kpis, this_week.fuel, this_week.sales_line])
def test_in_the_first_days_of_a_year_a_view_says_what_it_waits_for(
    view: Callable[[Pin], Fragment],
) -> None:
    """The page is published all the same."""
    pin = pin_of("headline_by_week", "week", "week | is_latest\n1 | no")
    assert text(view(pin)) == "There is no week with seven days of sales yet."


def test_without_a_baseline_nothing_is_said_to_have_moved() -> None:
    """ "None gained or lost" would be false: nobody knows yet."""
    head = (
        "week | store_id | name | week_start_date | is_latest | change_mean4_usd | sales_mean4_usd"
    )
    pin = pin_of("stores", "week store_id", f"{head}\n2 | 7 | S | 2017-01-02 | yes | - | -")
    assert "not four full weeks before" in text(stores.movers(pin))


def test_the_line_marks_weeks_that_are_not_full() -> None:
    """Part of a week is a band with its days, named in the summary and never the lowest week."""
    made = this_week.sales_line(headline_pin(latest="80000.00"))
    assert headline(made) == (
        "Weekly sales peaked at $86,445 in the week of 6 November; the latest, $80,000, is 5.7% "
        "above the week before"
    )
    assert "between $80,000 (week of 13 November) and $86,445 (week of 6 November)" in text(made)
    assert "the week of 20 November ($33,293 in 2 of 7 days)" in text(made)
    whole = block(made)
    figure = whole["figure"]
    traces = [filled(whole, number, trace) for number, trace in enumerate(figure["data"])]
    assert all("2017-11-20" not in trace["x"] for trace in traces)
    assert [(s["x0"], s["x1"]) for s in figure["layout"]["shapes"]] == [
        ("2017-11-17", "2017-11-24")
    ]
    for layout in (figure["layout"], figure["narrow"]):
        assert "2 of 7 days" in [note["text"] for note in layout["annotations"]]


def test_a_scale_that_does_not_start_at_zero_is_said_to() -> None:
    """The subtitle names where it starts; every full week lies on it."""
    pin = headline_pin(latest="80000.00")
    bottom, top = ends(records(pin))
    assert (bottom, top) == (79_000, 89_000)
    assert all(bottom < row["sales_usd"] < top for row in full_weeks(records(pin)))
    assert "The scale starts at $79,000, not at zero" in text(this_week.sales_line(pin))


def test_a_scale_starts_at_zero_where_zero_is_near() -> None:
    """Weeks that differ by more than half need no cut scale, and none is spoken of."""
    pin = headline_pin(latest="20000.00")
    assert ends(records(pin))[0] == 0
    assert "not at zero" not in text(this_week.sales_line(pin))


def test_the_line_names_its_highest_and_lowest_week_but_the_latest() -> None:
    """The latest has a label of its own."""
    pin = headline_pin(latest="80000.00")
    notes = week_line(records(pin), latest(pin)[0]).figure["layout"]["annotations"]
    said = [note["text"] for note in notes]
    assert "6 November: $86,445" in said
    assert "13 November: $80,000" not in said
    assert "<b>13 November<br>$80,000</b>" in said


def test_a_latest_week_that_is_the_highest_is_called_so() -> None:
    """The headline does not speak of a peak that lies in the past."""
    assert headline(this_week.sales_line(headline_pin())) == (
        "Weekly sales reached their highest of the year so far, $91,391, in the week of 13 November"
    )


def test_fuel_is_named() -> None:
    """The front page says how much of the sales is fuel."""
    assert text(this_week.fuel(headline_pin())) == (
        "Sales include fuel: $5,780 in the latest full week, 6.3% of all sales."
    )


def test_weekly_sales_opens_with_the_largest_department_and_the_unusual_ones() -> None:
    """Both directions where there are both; no furthest where nothing is known to compare with."""
    assert sentence(weekly_sales.finding(department_pin())) == (
        "Grocery sold most in the week of 13 November 2017: $47,664, 52.2% of all sales, 6.2% above "
        "its mean of the four weeks before. Among all departments, Meat (+7.4%) stood "
        "furthest above and Drugs (−4.2%) furthest below its own mean."
    )
    rose = department_pin(DEPARTMENTS.replace("-4.16", "4.16"))
    assert sentence(weekly_sales.finding(rose)).endswith(
        "Among all departments, Meat (+7.4%) stood furthest above its own mean."
    )
    unknown = DEPARTMENTS.replace("6.19", "-").replace("-4.16", "-").replace("7.39", "-")
    assert sentence(weekly_sales.finding(department_pin(unknown))).endswith(
        "with no figure yet for its mean of the four weeks before."
    )


def test_panels_draw_one_trace_for_each_department() -> None:
    """Each trace holds the rows of its own department."""
    found = block(weekly_sales.department_panels(department_pin()))
    assert [e["where"] for e in found["encoding"]] == [
        {"name": "Grocery"},
        {"name": "Drugs"},
        {"name": "Meat"},
    ]


def test_the_heat_map_names_the_department_furthest_from_its_usual() -> None:
    """Furthest either way, with the true direction."""
    fell = DEPARTMENTS.replace("-4.16", "-14.16")
    assert headline(weekly_sales.department_heat(department_pin(fell))) == (
        "Of these ten departments, Drugs stood furthest from its usual in the latest full "
        "week: 14.2% below the mean of the four weeks before"
    )


def test_department_movers_stand_by_their_change() -> None:
    """Gains first, the largest loss last; nobody moved where no change is known."""
    made = weekly_sales.department_movers(department_pin())
    assert column(made, "name") == ["Grocery", "Meat", "Drugs"]
    assert headline(made) == "Grocery (+$2,779) gained most, Drugs (−$504) lost most"
    unknown = DEPARTMENTS.replace("2779.33", "-").replace("-504.06", "-").replace("441.62", "-")
    waiting = weekly_sales.department_movers(department_pin(unknown))
    assert "not four full weeks before" in text(waiting)


def test_the_department_table_is_ordered_by_sales() -> None:
    """Largest first, every department that sold or used to."""
    made = weekly_sales.department_table(department_pin())
    assert column(made, "name") == ["Grocery", "Drugs", "Meat"]
    assert headline(made) == "Grocery made 52.2% of the week’s sales, Drugs 52.2%"
    assert "Grocery (+$2,779) gained most, Drugs (−$504) lost most against the mean" in text(made)


SPREAD = """
week | tenth | name              | is_latest | share_pct
47   | 1     | The largest tenth | yes       | 27.03
47   | 2     | Second tenth      | yes       | 18.10
"""


def test_stores_opens_with_leader_movers_and_spread() -> None:
    """Without a baseline nothing is said to have moved."""
    spread = pin_of("store_spread_by_week", "week tenth", SPREAD)
    assert sentence(stores.finding(store_pin(), spread)) == (
        "Store 367 sold most in the week of 13 November 2017: $2,694, 9.6% below its mean of the "
        "four weeks before. Store 12 (+$1,950) gained most, Store 367 (−$286) lost most. The "
        "largest tenth of stores took 27.0% of all sales."
    )
    new = STORES.replace("-286.00", "-").replace("1950.00", "-").replace(" 0.00  ", " -  ")
    assert "gained" not in sentence(stores.finding(store_pin(new), spread))


def test_the_store_ranking_names_leader_and_climber() -> None:
    """The leader with its own baseline, the climber with both places."""
    made = stores.ranking(store_pin())
    assert headline(made) == (
        "Store 367 sold most, $2,694, 9.6% below its mean of the four weeks before"
    )
    assert "Store 12 climbed most, from place 112 to 2." in text(made)


def test_without_a_climber_the_ranking_says_so() -> None:
    """No store climbs zero places."""
    still = STORES.replace("110\n", "0\n")
    assert "None of them ranks higher" in text(stores.ranking(store_pin(still)))


def test_store_movers_leave_out_those_that_did_not_move() -> None:
    """A change that shows as $0 is no movement."""
    made = stores.movers(store_pin())
    assert column(made, "name") == ["Store 12", "Store 367"]
    assert headline(made) == "Store 12 (+$1,950) gained most, Store 367 (−$286) lost most"


def test_every_store_is_listed_by_place() -> None:
    """Each row can be led to, without a script."""
    pin = pin_of(
        "stores",
        "store_id",
        """
        store_id | name    | sales_usd | baskets    | rank | first_week | last_week | weeks_with_sales
        1        | Store 1 | 10.00     | 2          | 2    | 1          | 48        | 12
        2        | Store 2 | 90.00     | 9          | 1    | 1          | 48        | 48
        """,
    )
    made = stores.every_store(pin)
    assert column(made, "name") == ["Store 2", "Store 1"]
    assert headline(made) == "Store 2 leads the year so far with $90 from 9 baskets"
    rows = html.fromstring(made.html).xpath("//tbody/tr")
    assert [(row.get("id"), row[0].text_content()) for row in rows] == [
        ("store-2", "Store 2"),
        ("store-1", "Store 1"),
    ]


@pytest.mark.parametrize(
    "name",
    ["<img src=x onerror=alert(1)>", "{{< env HOME >}}", "`x`{=html}", "=cmd()", "</script>"],
)
def test_hostile_names_are_inert_in_every_view(name: str) -> None:
    """Sentences, tables, pictures and blocks show the name and nothing more."""
    departments = department_pin(DEPARTMENTS.replace("Grocery", name))
    made = [
        this_week.finding(headline_pin(), departments),
        weekly_sales.finding(departments),
        weekly_sales.department_panels(departments),
        weekly_sales.department_heat(departments),
        weekly_sales.department_movers(departments),
        weekly_sales.department_table(departments),
        stores.ranking(store_pin(STORES.replace("Store 367", name))),
    ]
    for fragment in made:
        assert "<img" not in fragment.html
        assert "{{" not in fragment.html
        assert "`" not in fragment.html
        assert name in text(fragment)
        assert fragment.html.count("<script") == fragment.html.count("</script>")
