"""Hostile text in every text column: nothing of it runs, loads, leaks or gets lost."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from processing.board.reader import open_release
from tests.browser.opening import arrive
from tests.browser.ranges import serving_ranges
from tests.conftest import ROOT
from tests.site.corpus import (
    BATCHES,
    CANARY,
    LAST_DAY,
    SECRETS,
    batches,
    hostile_project,
    read_corpus,
    sell,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Page

# In two projects each string is a code or a name, in all of them it is both. A site takes long to
# build, longer with Quarto, so all of them are for the nightly run, which asks for more examples.
STEP = 1 if "MILLPOND_EXAMPLES" in os.environ else 2
SITES = [
    *[
        pytest.param(("pandoc", number), id=f"pandoc-{number}")
        for number in range(0, BATCHES, STEP)
    ],
    *[
        pytest.param(("quarto", number), id=f"quarto-{number}", marks=pytest.mark.quarto)
        for number in range(0, BATCHES, 2)
    ],
]
# What cannot be shown is replaced by a mark that can be seen.
UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe]")
FORMULA = re.compile(r"^[\s\x00-\x1f\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]*[=+\-@＝＋－＠]")


@dataclass
class Hostile:
    """A site made from a batch of the corpus, and what its building said."""

    root: Path
    renderer: str
    codes: list[str]
    names: list[str]
    said: str

    @property
    def folder(self) -> Path:
        return self.root / "_site"

    @property
    def shown(self) -> list[str]:
        """What pages call the departments."""
        return [*self.names, *self.codes[len(self.names) :]]


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where one site leaves its pictures for the next: without text from data they are the same."""
    return tmp_path_factory.mktemp("pictures")


@pytest.fixture(scope="module", params=SITES)
def hostile(
    request: pytest.FixtureRequest, pictures: Path, tmp_path_factory: pytest.TempPathFactory
) -> Hostile:
    """Built twice, the second time with a revised day, so that changes are told of as well."""
    renderer, number = request.param
    root = hostile_project(tmp_path_factory.mktemp("hostile") / "project", number)
    drawn = shutil.copytree(pictures, root / ".cache" / "pictures")
    codes, names = ((batches() * 2)[number + at] for at in range(2))
    home = root.parent / CANARY
    home.mkdir()
    secrets = {name: str(home) if name == "HOME" else f"{CANARY}-{name}" for name in SECRETS}
    said = run(root, {**os.environ, **secrets}, "build")
    sell(root, len(codes), revised=5)
    said += run(root, {**os.environ, **secrets}, "site", "--renderer", renderer)
    shutil.copytree(drawn, pictures, dirs_exist_ok=True)
    return Hostile(root, renderer, codes, names[: len(codes)], said)


def run(root: Path, environment: dict[str, str], command: str, *options: str) -> str:
    """One command in a process with that environment; all it printed."""
    start = [sys.executable, "-m", "processing", "--project", str(root), command]
    done = subprocess.run(
        [*start, "--as-of", str(LAST_DAY), *options],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_corpus_is_large_and_of_every_kind() -> None:
    kinds = read_corpus()
    texts = [text for several in kinds.values() for text in several]
    assert len(texts) == len(set(texts)) >= 200
    assert min(map(len, kinds.values())) >= 5
    assert len(kinds) >= 15
    assert max(map(len, batches())) <= 99


def test_no_secret_of_the_environment_is_in_any_byte(hostile: Hostile) -> None:
    """Pages, data, downloads, feeds, search, executed pages, pins, releases, what was printed."""
    folders = [hostile.root / name for name in ("_site", ".cache", "board")]
    assert len(list(folders[0].rglob("*.html"))) >= 5
    assert [str(path) for folder in folders for path in leaks(folder)] == []
    assert CANARY not in hostile.said


def test_the_look_for_secrets_sees_them(tmp_path: Path) -> None:
    """As text, inside other bytes, and in a table whose file is packed; so that none means none."""
    (tmp_path / "page.html").write_text(f"<p>{CANARY}-HOME</p>", encoding="utf-8")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "picture.png").write_bytes(b"\x89" + CANARY.encode() + b"\x00")
    table = pa.table({"name": [f"{CANARY}-{number}" for number in range(100)]})
    pq.write_table(table, tmp_path / "packed.parquet", compression="zstd")
    (tmp_path / "clean.txt").write_text("nothing", encoding="utf-8")
    found = {path.name for path in leaks(tmp_path)}
    assert found == {"page.html", "picture.png", "packed.parquet"}


def leaks(folder: Path) -> list[Path]:
    """The files below a folder that hold the canary."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if CANARY.encode() in contents(path)]


def contents(path: Path) -> bytes:
    """The bytes of a file; those of a Parquet file as text, because it is compressed."""
    if path.suffix != ".parquet":
        return path.read_bytes()
    return path.read_bytes() + repr(pq.read_table(path).to_pydict()).encode()


def test_no_cell_of_a_download_opens_as_a_formula(hostile: Hostile) -> None:
    """Text that a spreadsheet would run begins with an apostrophe, and nothing is lost."""
    files = sorted(hostile.folder.rglob("*.csv"))
    cells = [cell for path in files for row in read_csv(path) for cell in row]
    assert [cell for cell in cells if FORMULA.match(cell) and not is_number(cell)] == []
    stood = {cell.removeprefix("'") for cell in cells} | set(cells)
    assert [text for text in hostile.shown if text not in stood] == []


def read_csv(path: Path) -> list[list[str]]:
    csv.field_size_limit(1_000_000)
    return list(csv.reader(io.StringIO(path.read_bytes().decode(), newline="")))


def is_number(cell: str) -> bool:
    return bool(re.fullmatch(r"-?\d+(\.\d+)?", cell))


def test_pins_hold_the_text_as_it_came(hostile: Hostile) -> None:
    """Data is kept whole; only what shows it makes it inert."""
    release = open_release(hostile.root / "board")
    pin = pq.read_table(release.path("departments"))
    assert sorted(pin["department"].to_pylist()) == sorted(hostile.codes)
    assert sorted(pin["name"].to_pylist()) == sorted(hostile.shown)


def test_no_other_host_is_named_by_an_element(hostile: Hostile) -> None:
    """Neither pages nor feeds: hostile addresses stand in text and data only."""
    from lxml import etree
    from lxml import html as parser

    for path in sorted(hostile.folder.rglob("*.html")):
        for element in parser.document_fromstring(path.read_bytes()).iter(etree.Element):
            for name, value in element.attrib.items():
                ours = not name.startswith("on") or value in QUARTOS
                assert ours, (path.name, element.tag, name)
                if name in LINKS:
                    assert not re.match(r"\s*(javascript|vbscript|data:text)", value, re.I), value
                    assert "evil.invalid" not in value, (path.name, element.tag, value)
    for path in sorted(hostile.folder.rglob("*.xml")):
        etree.parse(path)


# What Quarto's own buttons do when they are pressed; the page's policy names them by their hashes.
QUARTOS = (
    "if (window.quartoToggleHeadroom) { window.quartoToggleHeadroom(); }",
    "window.quartoToggleColorScheme(); return false;",
    "window.quartoToggleReader(); return false;",
)
LINKS = {"href", "src", "action", "formaction", "data", "srcset", "poster", "xlink:href", "ping"}


@pytest.fixture(scope="module")
def address(hostile: Hostile) -> Iterator[str]:
    with serving_ranges(hostile.folder) as served:
        yield served.address


@pytest.mark.browser
def test_nothing_fires_in_a_browser(hostile: Hostile, address: str, browser: Browser) -> None:
    """Every page with its charts drawn, tables opened, explorer and search used."""
    for path in sorted(hostile.folder.glob("*.html")):
        happened: list[str] = []
        page = watched(browser, address, happened)
        arrive(page, address + path.name)
        assert page.evaluate(STRANGE) == [], path.name
        use(page)
        assert page.evaluate(STRANGE) == [], path.name
        assert page.evaluate("() => ({}).polluted") is None
        page.context.close()
        assert happened == [], path.name


def watched(browser: Browser, address: str, happened: list[str]) -> Page:
    """A page that keeps note of whatever should not happen."""
    page = browser.new_context(viewport={"width": 1200, "height": 900}).new_page()
    page.expose_function("fired", lambda *_: happened.append("fired"))

    def dismiss(dialog: Dialog) -> None:
        happened.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    page.on("pageerror", lambda error: happened.append(str(error)))
    page.on("popup", lambda other: happened.append(f"window {other.url}"))
    page.on("download", lambda file: happened.append(f"download {file.url}"))
    page.on("console", lambda m: happened.append(m.text) if m.type == "error" else None)
    own = (address, "data:image/svg+xml", "blob:" + address)
    page.on("request", lambda r: None if r.url.startswith(own) else happened.append(r.url))
    return page


def use(page: Page) -> None:
    """Do what a reader may do: unfold, hover, explore, search."""
    page.evaluate("() => document.querySelectorAll('details').forEach(e => { e.open = true; })")
    for picture in page.query_selector_all("figure.mp-unit .mp-picture"):
        picture.scroll_into_view_if_needed()
        picture.focus()
        picture.wait_for_selector(".mp-live .main-svg", state="attached")
        page.keyboard.press("ArrowRight")
        picture.hover()
    if page.query_selector("#explorer"):
        page.goto(page.url.partition("?")[0] + "?by=department#explorer")
        page.wait_for_selector("#explorer-result")
    if page.query_selector("nav"):  # what a server shows where nothing lies has no search
        search(page)


def search(page: Page) -> None:
    """Look for words of hostile text, by the search of either renderer; every result shows some."""
    opener = page.wait_for_selector(".search-open, .aa-DetachedSearchButton")
    assert opener is not None
    opener.evaluate("opener => opener.click()")
    field = page.wait_for_selector("dialog.search input, .aa-Input")
    assert field is not None
    for word in ("fired", "onerror", "script"):
        field.fill(word)
        page.wait_for_selector("dialog.search ol a, .aa-Item")


# Elements and attributes that only hostile text could have brought in.
STRANGE = """() => {
  const QUARTOS = %s;
  const own = url => new URL(url, location).origin === location.origin;
  const found = [...document.querySelectorAll(
    'iframe, object, embed, base, meta[http-equiv=refresh], form[action]:not(.aa-Form), ' +
    'foreignObject, use'
  )].map(e => e.outerHTML.slice(0, 200));
  for (const e of document.querySelectorAll('*')) {
    for (const {name, value} of e.attributes) {
      if (/^on/i.test(name) && !QUARTOS.includes(value)) found.push(`${e.tagName} ${name}`);
      if (/^\\s*(javascript|vbscript|data:text)/i.test(value) && /href|src|action|data$/.test(name))
        found.push(`${e.tagName} ${name}=${value}`);
    }
    if (e.localName === 'script' && e.src && !own(e.src)) found.push(e.src);
    if (e.matches('.mp-picture a')) found.push(`link in a chart: ${e.getAttribute('href')}`);
  }
  return found;
}""".replace("%s", json.dumps(QUARTOS))


@pytest.mark.browser
def test_every_text_is_shown_as_it_is(hostile: Hostile, address: str, browser: Browser) -> None:
    """As text in its cell, with a mark for what cannot be seen; nothing is lost or covered."""
    page = browser.new_context(viewport={"width": 1200, "height": 900}).new_page()
    arrive(page, address + "hostile.html")
    cells: list[str] = page.evaluate(READ_CELLS, "#every-one table")
    assert missing([*hostile.shown, *hostile.codes], cells) == []
    arrive(page, address + "weekly-sales.html")
    assert missing(hostile.shown, page.evaluate(READ_CELLS, "#departments-latest table")) == []
    assert page.evaluate("() => document.querySelectorAll('main').length") == 1
    assert page.evaluate("() => document.querySelectorAll('h1').length") == 1
    page.context.close()


READ_CELLS = """where => [...document.querySelectorAll(`${where} tbody tr > *`)]
  .filter(cell => cell.getBoundingClientRect().height > 0).map(cell => cell.textContent)"""


def missing(texts: list[str], cells: list[str]) -> list[str]:
    """The texts that no cell holds as they are, but for runs of white space."""
    stand = {" ".join(cell.split()) for cell in cells}
    return [text for text in texts if " ".join(UNSEEN.sub("\ufffd", text).split()) not in stand]


@pytest.mark.browser
def test_the_explorer_offers_every_text_as_it_is(
    hostile: Hostile, address: str, browser: Browser
) -> None:
    """The choices are built by a script from data: they are text there too."""
    page = browser.new_context(viewport={"width": 1200, "height": 900}).new_page()
    page.goto(address + "weekly-sales.html?by=department#explorer")
    page.wait_for_selector("#explorer-result")
    offered: list[Any] = page.evaluate(
        "() => [...document.querySelectorAll('#explorer label, #explorer option')]"
        ".map(e => e.textContent)"
    )
    assert missing(hostile.shown, offered) == []
    page.context.close()


def test_pages_hold_no_tag_made_of_data(hostile: Hostile) -> None:
    """No dangerous string stands as it is in the bytes of a page.

    Quarto writes labels and values anew, and leaves `<` between quotes, where it is text.
    """
    texts = [path.read_text(encoding="utf-8") for path in hostile.folder.glob("*.html")]
    pages = [re.sub(r'\b(?:aria-label|value)="[^"]*"', "", text) for text in texts]
    risky = [text for text in hostile.shown if re.search(r"<[a-z/!?]", text, re.I)]
    telling = [text for text in risky if len(text) > 12]  # `</script>` has its place in any page
    assert len(telling) > 5
    assert [text for text in telling if any(text in page for page in pages)] == []


FIRING = {
    "fired": "<script>fired()</script>",
    "a dialog": "<svg onload=\"alert('a dialog')\"></svg>",
    "evil.invalid": "<img src=https://evil.invalid/x.gif>",
    "nosuch": "<script>nosuch()</script>",
}


@pytest.mark.browser
@pytest.mark.parametrize("sign", FIRING)
def test_the_watch_sees_what_fires(tmp_path: Path, browser: Browser, sign: str) -> None:
    """On a page where text was let through; so that silence above means something."""
    (tmp_path / "page.html").write_text(f"<h1>Page</h1>{FIRING[sign]}", encoding="utf-8")
    happened: list[str] = []
    with serving_ranges(tmp_path) as served:
        page = watched(browser, served.address, happened)
        page.goto(served.address + "page.html")
        page.wait_for_load_state("networkidle")
        page.context.close()
    assert any(sign in one for one in happened)


@pytest.mark.browser
def test_the_look_for_strange_elements_sees_them(browser: Browser) -> None:
    page = browser.new_context().new_page()
    page.set_content("<b onclick=x>1</b><a href=' JavaScript:x'>2</a><iframe></iframe><p>3</p>")
    assert [one.split()[0] for one in page.evaluate(STRANGE)] == ["<iframe></iframe>", "B", "A"]
    page.context.close()
