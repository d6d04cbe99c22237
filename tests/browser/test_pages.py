"""Every page in a browser: from a file and below a sub-path, wide and narrow, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pyarrow.parquet as pq
import pytest

from processing.board.reader import Release
from processing.views.format import format_value
from tests.browser.visits import Visit, serving, visiting
from tests.conftest import PUBLIC_PAGES, ROOT, BuiltSite

pytestmark = pytest.mark.browser

PAGES = PUBLIC_PAGES
WAYS = [
    ("file", 1400, "light"),
    ("file", 390, "dark"),
    ("http", 1400, "dark"),
    ("http", 390, "light"),
]
NAMES = [f"{where}-{width}-{scheme}" for where, width, scheme in WAYS]


@pytest.fixture(scope="module")
def addresses(
    built_site: BuiltSite, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    with serving(built_site.folder, tmp_path_factory.mktemp("server")) as address:
        yield {"file": built_site.folder.as_uri() + "/", "http": address}


@pytest.fixture(scope="module", params=PAGES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module", params=WAYS, ids=NAMES)
def visit(
    browser, addresses: dict[str, str], name: str, request: pytest.FixtureRequest
) -> Iterator[Visit]:
    where, width, scheme = request.param
    with visiting(browser, addresses[where], name, width, scheme) as visited:
        yield visited


def test_every_chart_is_drawn_and_draws_its_rows(visit: Visit) -> None:
    pictures = visit.pictures
    assert [p["unit"] for p in pictures if not p["drawn"]] == []
    for picture in pictures:
        if picture["data"] is not None:
            assert picture["data"] == expected_traces(picture["block"]), picture["unit"]


def test_the_fields_of_a_heat_map_have_the_shades_of_their_values(visit: Visit) -> None:
    """Rust below and teal above: the red and the blue in a shade tell it from its opposite."""
    for picture in visit.pictures:
        for number, shades in enumerate(picture["shades"] or []):
            if shades is None:
                continue
            values = trace_values(picture["block"], number, "z")
            strong = [
                (value, [int(part) for part in shade[4:-1].split(",")])
                for value, shade in zip(values, shades, strict=True)
                if value is not None and abs(value) > 10
            ]
            assert {value > 0 for value, _ in strong} == {True, False}
            assert [v for v, (red, _, blue) in strong if (blue > red) != (v > 0)] == []


def test_a_chart_is_there_before_it_is_woken_and_stays_where_it_was(visit: Visit) -> None:
    for picture in visit.pictures:
        before = picture["before"]
        assert before["shown"] == 1, picture["unit"]
        assert before["texts"] >= 3 and before["marks"] >= 3, picture["unit"]
        assert (before["width"], before["height"]) == (picture["width"], picture["height"])


def test_nothing_is_asked_of_another_host(visit: Visit) -> None:
    assert visit.pictures is not None  # everything has been scrolled to and drawn
    assert visit.foreign == []


def test_the_console_is_silent(visit: Visit) -> None:
    assert visit.pictures is not None
    assert visit.errors == []


def test_the_policy_refuses_nothing_of_ours_and_everything_else(visit: Visit) -> None:
    assert visit.pictures is not None
    assert visit.page.evaluate("window.refused") == []
    with visit.a_complaint_expected():
        visit.page.evaluate("""() => {
          const script = document.createElement('script');
          script.textContent = 'window.intruder = 1';
          document.body.append(script);
        }""")
        visit.page.wait_for_function("() => window.refused.length > 0")
    assert visit.page.evaluate("window.refused.length = 0, window.intruder ?? null") is None


def test_nothing_is_wider_than_the_screen(visit: Visit) -> None:
    assert visit.pictures is not None
    wide, screen = visit.page.evaluate(
        "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert wide <= screen


def test_every_number_in_a_sentence_is_the_cell_of_its_pin(visit: Visit, release: Release) -> None:
    for shown in visit.values():
        raw = cell(release, shown)
        assert shown["value"] == ("" if raw is None else stored(raw)), shown
        assert shown["text"] == format_value(shown["format"], raw), shown


def test_the_ground_is_dark_in_the_dark_and_light_in_the_light(visit: Visit) -> None:
    is_dark = visit.luminance() < 0.35
    assert is_dark == (visit.scheme == "dark")


def test_there_is_a_page_to_look_at(built_site: BuiltSite) -> None:
    assert built_site.pages == PAGES
    assert all((built_site.folder / page).is_file() for page in PAGES)


def expected_traces(block: dict) -> list[dict]:
    """The points of each trace, picked anew from the rows by its encoding."""
    return [
        {axis: trace_values(block, number, axis) for axis in "xy"}
        for number in range(len(block["encoding"]))
    ]


def trace_values(block: dict, number: int, axis: str) -> list:
    encoding = block["encoding"][number]
    at = {name: place for place, name in enumerate(block["columns"])}
    rows = [
        row
        for row in block["rows"]
        if all(row[at[name]] == value for name, value in encoding.get("where", {}).items())
    ]
    return [row[at[encoding[axis]]] for row in rows]


def cell(release: Release, shown: dict[str, str]) -> object:
    """The pin's cell, read from its file with Arrow alone."""
    rows = pq.read_table(release.path(shown["pin"])).to_pylist()
    for pair in shown["row"].split(";"):
        key, _, value = pair.partition("=")
        rows = [row for row in rows if stored(row[key]) == unquote(value)]
    assert len(rows) == 1, shown
    return rows[0][shown["column"]]


def stored(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def test_the_pages_of_the_project_are_known() -> None:
    assert PAGES, f"no page in {Path(ROOT) / 'reports'}"
