"""The page Campaigns: what its views say of small pins."""
# ruff: noqa: E501 - tables drawn as text

from __future__ import annotations

import json

from lxml import html

from processing.board.reader import Pin
from processing.views import campaigns
from processing.views.html import Fragment
from tests.unit.pins import pin_of

TYPES = """
campaign_type | type_name | position | campaigns | running | households_reached | households_redeemed | redeemed_pct | is_withheld
All types     | All types | 0        | 3         | 1       | 90                 | 18                  | 20           | no
Type A        | Type A    | 1        | 1         | 0       | 60                 | 15                  | 25           | no
Type B        | Type B    | 2        | 2         | 1       | 40                 | 6                   | 15           | no
"""
CAMPAIGNS = """
campaign_id | name       | position | type_name | start_date | end_date   | days | is_running | households_reached | coupons | households_redeemed | redemptions | redeemed_pct | is_withheld
1           | Campaign 1 | 2        | Type A    | 2017-01-02 | 2017-01-20 | 19   | no         | 60                 | 8       | 15                  | 30          | 25           | no
2           | Campaign 2 | 1        | Type B    | 2016-12-20 | 2017-01-10 | 22   | no         | 12                 | 8       | -                   | -           | -            | yes
"""
PARTS = """
campaign_type | type_name | type_position | part | households_redeemed | redemptions | is_withheld
Type A        | Type A    | 1             | 1    | 8                   | 10          | no
Type A        | Type A    | 1             | 2    | -                   | -           | yes
Type B        | Type B    | 2             | 1    | 0                   | 0           | no
"""


def text(fragment: Fragment, path: str) -> str:
    return " ".join(html.fromstring(fragment.html).xpath(f"string({path})").split())


def types(table: str = TYPES) -> Pin:
    return pin_of("redemption_by_campaign_type", "campaign_type", table)


def test_the_page_opens_with_reach_and_redemption() -> None:
    """Of all, then of each type that can be said."""
    assert text(campaigns.finding(types()), "//p[@class='mp-finding']") == (
        "So far this year 3 campaigns reached 90 households, and 20.0% of these redeemed a coupon: "
        "25.0% of those that Type A reached and 15.0% of those that Type B reached."
    )


def test_a_share_that_is_withheld_is_left_out() -> None:
    """Of one type alone nothing follows."""
    few = TYPES.replace(
        "6                   | 15           | no", "-                   | -            | yes"
    )
    assert text(campaigns.finding(types(few)), "//p[@class='mp-finding']") == (
        "So far this year 3 campaigns reached 90 households, and 20.0% of these redeemed a coupon."
    )


def test_before_the_first_campaign_the_page_waits() -> None:
    """No campaign, no sentence about it."""
    none = "\n".join(
        line.replace("| 3         |", "| 0         |") if "All types" in line else line
        for line in TYPES.splitlines()
    )
    for view in (campaigns.finding, campaigns.by_type):
        assert text(view(types(none)), "//p") == "No campaign has started yet."


def test_the_timeline_names_the_widest_campaign_and_hides_what_few_did() -> None:
    """In the order of their first days, with "few" for a share that is withheld."""
    pin = pin_of("redemption_by_campaign", "campaign_id", CAMPAIGNS)
    fragment = campaigns.over_the_year(pin)
    assert text(fragment, "//h3") == (
        "Campaign 1 reached the most households, 60, of which 25.0% redeemed a coupon"
    )
    assert '"text":[" B: few"]' in fragment.html
    assert '"text":[" A: 25.0%"]' in fragment.html


def test_the_timing_leaves_out_types_of_which_nothing_can_be_said() -> None:
    """Type B has no redemption: no panel for it."""
    pin = pin_of("redemptions_by_campaign_part", "campaign_type part", PARTS)
    fragment = campaigns.timing(pin)
    assert text(fragment, "//h3").startswith(
        "Coupons of Type A were redeemed most in tenth 1 of a campaign"
    )
    assert "<b>Type B</b>" not in fragment.html
    assert "the number is withheld" in text(fragment, "//p[@class='mp-summary']")
    untold = PARTS.replace(
        "0                   | 0           | no", "-                   | -           | yes"
    )
    fragment = campaigns.timing(pin_of("redemptions_by_campaign_part", "part", untold))
    assert "All parts of Type B are withheld" in text(fragment, "//p[@class='mp-summary']")
    ended = PARTS.replace("| 8                   | 10 ", "| 0                   | 0  ").replace(
        "yes", "no"
    )
    pin = pin_of("redemptions_by_campaign_part", "campaign_type part", ended)
    assert text(campaigns.timing(pin), "//p").startswith("No campaign with enough redemptions")


def test_a_label_stands_under_its_own_column() -> None:
    """The names of the parts are numbers, which an axis of names could take for positions."""
    made = campaigns.timing(pin_of("redemptions_by_campaign_part", "part", PARTS))
    figure = json.loads(html.fromstring(made.html).xpath("string(.//script)"))["figure"]
    axis = figure["layout"]["xaxis"]
    assert axis["tickvals"] == [1, 2]
    assert axis["ticktext"] == ["1", "2"]
