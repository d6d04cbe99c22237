"""One brand: colours are written once, can be read, and are told apart by every eye and in grey."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest
import yaml
from coloraide import Color

from processing.views.palette import PALETTE, SERIES
from scripts import brand
from tests.conftest import ROOT

SIDES = pytest.mark.parametrize("side", [0, 1], ids=["day", "night"])
BRAND = brand.Brand((ROOT / brand.BRAND).read_text("utf-8"))
TEXT, MARK = 4.5, 3.0  # WCAG 2.2, 1.4.3 and 1.4.11
# CIEDE2000. About 2.3 is seen side by side; marks in a chart stand apart and are thin.
APART = 10.0
APART_IN_GREY = 4.9  # six series that can all be read as text leave no more
BELOW_AND_ABOVE_IN_GREY = 8.0  # rust and teal say less and more in one picture
MARKED = re.compile(r"/\* colours: begin.*?colours: end \*/", re.DOTALL)
SIGHTS = ("protan", "deutan", "tritan")
DRAWN = ("ink", "muted", *SERIES)
WORDS = [name for name in BRAND.names if name.startswith(("callout-", "code-"))]


@pytest.mark.parametrize("name", sorted(brand.written()))
def test_what_takes_its_look_from_the_brand_is_as_the_brand_says(name: str) -> None:
    """After a change in `_brand.yml`: `make fix`."""
    assert (ROOT / name).read_text("utf-8") == brand.written()[name]


def test_a_changed_colour_reaches_every_sheet(tmp_path: Path) -> None:
    for name in (brand.BRAND, brand.VIEWS_CSS, brand.PAGE_CSS, brand.ICON):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        text = (ROOT / name).read_text("utf-8")
        changed = text.replace(BRAND.night("grid"), "#123456") if name == brand.BRAND else text
        (tmp_path / name).write_text(changed, "utf-8")
    made = brand.written(tmp_path)
    places = {name: text.count("#123456") for name, text in made.items()}
    assert places == {
        brand.NIGHT: 1,
        brand.PALETTE: 1,
        brand.VIEWS_CSS: 2,
        brand.PAGE_CSS: 2,
        brand.ICON: 0,
    }


def test_a_sheet_without_a_marked_block_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no `.*begin \(day\)"):
        brand.with_colours(":root {}", {"day": {"--a": "#000000"}})


def test_no_colour_is_written_by_hand_a_second_time() -> None:
    """In stylesheets, scripts and Python of the site; a system colour or `black` is no copy."""
    places = ("reports", "processing/views", "processing/site")
    files = [file for place in places for file in sorted((ROOT / place).rglob("*"))]
    kinds = {".css", ".scss", ".py", ".js", ".html", ".lua", ".qmd"}
    generated = {ROOT / brand.PALETTE}
    strays = []
    for file in files:
        if file.suffix not in kinds or file in generated or "vendor" in file.parts:
            continue
        text = re.sub(
            r"/\* colours: begin.*?colours: end \*/", "", file.read_text("utf-8"), flags=re.S
        )
        hexes = re.findall(r"(?<![&\w/(])#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b(?!\w|-)", text)
        strays += [(file.relative_to(ROOT).as_posix(), one) for one in hexes]
    assert strays == []


def test_quarto_takes_the_brand_by_day_and_its_night_by_night() -> None:
    config = yaml.safe_load((ROOT / "_quarto.yml").read_text("utf-8"))
    assert config["brand"] == {"light": brand.BRAND, "dark": brand.NIGHT}
    for themes in config["format"]["html"]["theme"].values():
        assert themes[-1] == "brand"  # first read, so that page.scss can name its colours
    night = yaml.safe_load((ROOT / brand.NIGHT).read_text("utf-8"))
    assert set(night["color"]["palette"]) == set(BRAND.names)


def test_every_role_has_a_colour_by_night() -> None:
    assert [name for name in BRAND.names if f"{name}-dark" not in BRAND.palette] == []


@SIDES
@pytest.mark.parametrize("name", DRAWN)
def test_whatever_is_drawn_can_be_read_as_text(side: int, name: str) -> None:
    """Series too: their names stand beside them in their colour."""
    ground = Color(PALETTE["ground"][side])
    assert ground.contrast(PALETTE[name][side], method="wcag21") >= TEXT


@pytest.mark.parametrize("name", ["ink", "muted", "accent", *WORDS])
@pytest.mark.parametrize("ground", ["ground", "raised"])
def test_text_of_pages_can_be_read_on_both_grounds(name: str, ground: str) -> None:
    for way in (BRAND.day, BRAND.night, BRAND.paper):
        assert Color(way(ground)).contrast(way(name), method="wcag21") >= TEXT, way.__name__


@pytest.mark.parametrize("name", ["edge", "focus", "accent"])
def test_what_bounds_a_control_is_seen(name: str) -> None:
    for way in (BRAND.day, BRAND.night):
        assert Color(way("ground")).contrast(way(name), method="wcag21") >= MARK, way.__name__


@SIDES
@pytest.mark.parametrize(("one", "other"), list(combinations(SERIES, 2)))
def test_every_two_series_are_told_apart_by_every_eye_and_in_grey(
    side: int, one: str, other: str
) -> None:
    first, second = Color(PALETTE[one][side]), Color(PALETTE[other][side])
    assert first.delta_e(second, method="2000") >= APART
    for sight in SIGHTS:
        seen = first.filter(sight), second.filter(sight)
        assert seen[0].delta_e(seen[1], method="2000") >= APART, sight
    least = BELOW_AND_ABOVE_IN_GREY if {one, other} == {"teal", "rust"} else APART_IN_GREY
    grey = first.filter("grayscale"), second.filter("grayscale")
    assert grey[0].delta_e(grey[1], method="2000") >= least
