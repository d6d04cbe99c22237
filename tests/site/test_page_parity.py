"""The real pages by both renderers: whatever a reader gets from one, the other gives as well."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from processing.site.finishing.publish import release_shown
from tests.browser.opening import arrive, opened
from tests.browser.ranges import serving_ranges
from tests.conftest import RENDERER, BuiltSite, run_millpond
from tests.site.parity import ASPECTS, Known, differences, parsed

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.quarto

RENDERERS = ("pandoc", "quarto")
# Every difference that is wanted, with its reason; one that no longer occurs fails as stale.
KNOWN = [
    Known("head", "pandoc", "color-scheme: light dark", "Quarto says it in its styles"),
    Known("head", "pandoc", "viewport: width=device-width, initial-scale=1", "said in other words"),
    Known(
        "head",
        "quarto",
        r"viewport: width=device-width, initial-scale=1\.0, user-scalable=yes",
        "said in other words",
    ),
    Known("head", "quarto", r"generator: quarto-[\d.]+", "Quarto signs its pages"),
    Known("head", "quarto", r"quarto:offset: \./", "for Quarto's own scripts"),
    Known("head", "pandoc", r"icon assets/favicon\.svg", "said in other words"),
    Known("head", "quarto", r"icon assets/favicon\.svg image/svg\+xml", "said in other words"),
    Known("frame", "pandoc", "#main Skip to content", "leads to the name of the main part there"),
    Known("frame", "quarto", "#quarto-document-content Skip to content", "as above"),
    Known("frame", "quarto", " ", "the switch to the other colours is a link there"),
    Known("places", "pandoc", "#main", "each renderer has its own name for the main part"),
    Known("places", "quarto", "#quarto-document-content", "as above"),
    Known("places", "quarto", r"#cell-[\w-]+", "Quarto names every cell of a notebook"),
]
# Beside the pages: what each renderer brings for itself.
OWN = {
    "pandoc": ("site_libs/",),
    "quarto": ("site_libs/", "search.json"),
}

Sites = Mapping[str, Path]


@pytest.fixture(scope="module")
def sites(built_site: BuiltSite, tmp_path_factory: pytest.TempPathFactory) -> Sites:
    """The site by each renderer: one is built already, the other is made from what that cached."""
    (other,) = set(RENDERERS) - {RENDERER}
    root = tmp_path_factory.mktemp("parity") / "project"
    shutil.copytree(
        built_site.root, root, symlinks=True, ignore=shutil.ignore_patterns("_site*", "tests")
    )
    done = run_millpond(root, "site", "--renderer", other)
    assert done.returncode == 0, done.stdout + done.stderr
    return {RENDERER: built_site.folder, other: root / "_site"}


def pages(sites: Sites, below: str = "") -> list[str]:
    return sorted(path.name for path in (sites["pandoc"] / below).glob("*.html"))


def release_address(sites: Sites) -> str:
    """The permanent address of the release that both sites show."""
    (shown,) = {release_shown(folder) for folder in sites.values()}
    return f"releases/{shown}"


@pytest.mark.parametrize("below", ["", "its release"])
def test_pages_give_the_same(sites: Sites, below: str) -> None:
    """Every aspect of every page, but for what is known; nothing that is known is stale."""
    where = release_address(sites) if below else ""
    assert pages(sites, where) == sorted(
        path.name for path in (sites["quarto"] / where).glob("*.html")
    )
    unknown: dict[str, list[str]] = defaultdict(list)
    stale = set(KNOWN)
    for name in pages(sites, where):
        roots = {by: parsed(folder / where / name) for by, folder in sites.items()}
        for aspect, read in ASPECTS.items():
            lines = {by: [line or " " for line in read(root)] for by, root in roots.items()}
            found = differences(lines["pandoc"], lines["quarto"])
            for by, only in zip(RENDERERS, found, strict=True):
                for line in only:
                    why = [known for known in KNOWN if known.covers(aspect, by, line)]
                    stale -= set(why)
                    if not why:
                        unknown[f"{name}, {aspect}, only {by}"].append(line[:200])
    assert dict(unknown) == {}
    assert stale == set()


def test_files_beside_the_pages_are_the_same_bytes(sites: Sites) -> None:
    """Downloads, pins, the board, catalogue, freshness, feeds, changes, assets, each release."""
    found: dict[str, dict[str, bytes]] = {}
    at = release_address(sites) + "/"
    for by, folder in sites.items():
        own = tuple(prefix + name for name in OWN[by] for prefix in ("", at))
        files = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".html"]
        names = {path.relative_to(folder).as_posix(): path for path in files}
        found[by] = {
            name: path.read_bytes() for name, path in names.items() if not name.startswith(own)
        }
        assert any(name.startswith(own) for name in names)
    one, other = found["pandoc"], found["quarto"]
    assert len(one) > 100
    assert sorted(one) == sorted(other)
    assert [name for name in one if one[name] != other[name]] == []


# What stands on one page only, and is found there by either search.
SOUGHT = {
    "stood out": "weekly-sales.html",
    "odd rows": "about.html",
    "redeemed": "campaigns.html",
    "34280": "stores.html",
    "kennedy rain": "weather.html",  # words that stand apart
}
FIELD = "dialog.search input, .aa-Input"
RESULT = ":is(dialog.search ol, .aa-Item) a"


@pytest.mark.browser
@pytest.mark.parametrize("by", RENDERERS)
def test_the_same_words_find_the_same_page(sites: Sites, browser: Browser, by: str) -> None:
    """From a file, with nothing in the console; and the way to a result leads there."""
    complaints: list[str] = []
    with opened(browser, sites[by] / "changes.html") as page:
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.on("console", lambda said: complaints.append(f"{said.type} {said.text}"))
        page.click(".search-open, .aa-DetachedSearchButton")
        for words, target in SOUGHT.items():
            page.fill(FIELD, words)
            page.wait_for_selector(f"{RESULT}[href*='{target}']")
        page.click(f"{RESULT}[href*='{target}']")
        page.wait_for_url(f"**/{target}**")
    assert complaints == []


@pytest.mark.browser
def test_quartos_search_is_fetched_when_it_is_wanted(sites: Sites, browser: Browser) -> None:
    """By its button or its keys; its index once, however many letters are typed meanwhile."""
    for how in ("button", "key"):
        with serving_ranges(sites["quarto"]) as served:
            page = browser.new_page()
            arrive(page, served.address + "index.html")
            assert [path for path in served.paths if "quarto-search" in path] == []
            if how == "key":
                page.keyboard.press("/")
            else:
                page.click(".aa-DetachedSearchButton")
            page.wait_for_selector(FIELD)
            page.keyboard.type("stood out")
            page.wait_for_selector(RESULT)
            assert len([path for path in served.paths if "search.json" in path]) == 1
            assert page.get_attribute("#quarto-search .aa-Autocomplete", "aria-label") == "Search"
            page.keyboard.press("Escape")
            page.wait_for_selector(".aa-DetachedSearchButton:focus")
            page.close()


@pytest.mark.browser
@pytest.mark.parametrize("key", [None, "Enter"], ids=["finger", "key"])
def test_the_folded_navigation_opens_at_once(
    sites: Sites, browser: Browser, key: str | None
) -> None:
    """With Bootstrap fetched for it; a second press folds it again."""
    with opened(browser, sites["quarto"] / "index.html", "mobile") as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        assert page.evaluate("typeof bootstrap") == "undefined"
        button = page.locator(".navbar-toggler")
        for state in ("visible", "hidden"):
            button.press(key) if key else button.tap()
            page.wait_for_selector(".navbar a[href$='promotions.html']", state=state)
            page.wait_for_selector(".navbar-collapse:not(.collapsing)", state="attached")
        assert len([url for url in asked if url.endswith("bootstrap.min.js")]) == 1


COLOURS = """() => ['body', '.navbar-brand', 'main', '.nav-footer', '.mp-headline'].map(of => {
  const { color, backgroundColor } = getComputedStyle(document.querySelector(of));
  return color + backgroundColor;
})"""


@pytest.mark.browser
def test_quartos_switch_of_colours_changes_the_whole_page(sites: Sites, browser: Browser) -> None:
    """From either side to the other and back; whoever has no scripts stays in the light."""
    seen = {}
    for mode in ("light", "dark"):
        with opened(browser, sites["quarto"] / "index.html", mode) as page:
            seen[mode] = [page.evaluate(COLOURS)]
            for _ in range(2):
                page.locator(".quarto-color-scheme-toggle:visible").click()
                seen[mode].append(page.evaluate(COLOURS))
    light, dark, again = seen["light"]
    assert all(one != other for one, other in zip(light, dark, strict=True))
    assert again == light and seen["dark"] == [dark, light, dark]


SHOWN = """() => [...document.querySelectorAll('main > *, main .content > *')]
  .filter(e => e.localName !== 'nav' && !e.matches('.content'))
  .map(e => e.innerText.replace(/\\s+/g, ' ').trim()).filter(Boolean)"""


@pytest.mark.browser
@pytest.mark.parametrize("mode", ["light", "mobile", "print"])
def test_what_is_seen_is_the_same(sites: Sites, browser: Browser, mode: str) -> None:
    """Each style sheet shows and hides the same words, on a screen, a telephone and paper."""
    for name in pages(sites):
        seen = {}
        for by, folder in sites.items():
            with opened(browser, folder / name, mode) as page:
                seen[by] = page.evaluate(SHOWN)
        assert seen["quarto"] and seen["pandoc"] == seen["quarto"], name
