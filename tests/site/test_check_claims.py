"""Claims in headlines: each that the pin does not bear out is found, and each without a check."""

from __future__ import annotations

from pathlib import Path

import pytest

from processing.board.reader import Release
from processing.site.check.site import check_site
from processing.views.claim import claim, conditions, none
from tests.site.handmade import Handmade, make_site


@pytest.fixture
def site(tmp_path: Path) -> Handmade:
    return make_site(tmp_path)


def found(site: Handmade) -> list[str]:
    return [finding.says for finding in site.findings() if finding.rule == "claim"]


def test_a_true_claim_is_no_finding(site: Handmade) -> None:
    assert found(site) == []
    assert check_site(site.folder, None, 100) == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("2017-01-14", "2017-01-07", "claims max of 1200.50, sales_by_week has 1200.50 to 2400.75"),
        ('data-claim="max"', 'data-claim="min"', "claims min of 2400.75"),
        ('data-claim="max"', 'data-claim="fall"', "claims fall of 2400.75"),
        (
            'data-claim="max"',
            'data-claim="none-rise"',
            "claims none-rise, sales_by_week has 1200.5",
        ),
        ('data-claim="max"', 'data-claim="best"', "claims best, not one of max, min"),
        ('data-claim="max"', "", "claims nothing, not one of"),
        ('data-pin="sales_by_week"', 'data-pin="gone"', "has no pin 'gone'"),
        ('data-column="sales_usd"', 'data-column="sales"', "has no column sales"),
        ('data-row="week_end_date=2017-01-14"', 'data-row=""', "has 2 such rows, not one"),
        ('data-among=""', 'data-among="note=high"', "claims max of an empty cell"),
        (
            'data-among=""',
            'data-among="week_end_date=2017-01-07"',
            "claims max of 2400.75, which is not among the rows it is compared with",
        ),
        ('data-among=""', 'data-among="kind=high"', "has no column kind"),
        ('data-among=""', 'data-among="note"', "'note' is no condition"),
    ],
)
def test_a_claim_that_is_not_borne_out_is_found(
    site: Handmade, old: str, new: str, says: str
) -> None:
    text = (site.folder / "index.html").read_text()
    begin = text.index('class="mp-claim"')
    end = text.index(">rose<", begin)
    mine = " ".join(text[begin:end].split())
    assert old in mine
    changed = text[:begin] + mine.replace(old, new, 1) + text[end:]
    (site.folder / "index.html").write_text(changed)
    assert any(says in said for said in found(site)), found(site)


@pytest.mark.parametrize("word", ["rose", "sold most", "the Lowest", "peaked"])
def test_a_headline_that_claims_without_a_check_is_found(site: Handmade, word: str) -> None:
    site.change("stores.html", "</main>", f'<p class="mp-finding">Sales {word}.</p></main>')
    assert any(
        f"says {word.rsplit(maxsplit=1)[-1]!r} without a claim" in said for said in found(site)
    )


def test_names_from_data_and_words_elsewhere_claim_nothing(site: Handmade) -> None:
    named = '<data class="mp-fact" value="Most">Most</data>'
    site.change("stores.html", "</main>", f'<p>Most.</p><p class="mp-finding">{named}</p></main>')
    assert found(site) == []


def test_the_furthest_of_some_rows_is_found_by_its_size(site: Handmade) -> None:
    pin = _pin(site.release)
    rows = pin.frame.to_dict("records")
    few = {"sales_usd<=": "1200.50"}
    for among, wrong in ((few, False), ({}, True), ({"sales_usd>=": "1200.50"}, True)):
        said = claim("furthest", pin, rows[0], "sales_usd", "stood furthest", among)
        page = site.folder / "stores.html"
        whole = page.read_text()
        page.write_text(whole.replace("</main>", f"{said}</main>"))
        assert bool(found(site)) == wrong, among
        page.write_text(whole)


def test_that_none_fell_holds_where_none_did(site: Handmade) -> None:
    said = none("fall", _pin(site.release), "sales_usd", "none lost", {})
    site.change("stores.html", "</main>", f"{said}</main>")
    assert found(site) == []


def test_conditions_carry_any_value() -> None:
    assert conditions({"name": "a;b=c", "rank<=": 20}) == "name=a%3Bb%3Dc;rank<=20"


def _pin(release: Release):
    return release.read("sales_by_week")
