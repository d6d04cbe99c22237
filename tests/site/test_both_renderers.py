"""Both renderers over the same staged project: title, headings, links, text and units agree."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lxml import html

from processing.site.rendering import pandoc as render_pandoc
from processing.site.rendering import quarto as render_quarto
from processing.site.rendering.quarto import find_quarto
from tests.site.handmade import UNIT
from tests.site.staged import code, make_stage, page, unit, words

PROSE = """## First part

Sales rose, as [the stores](stores.qmd#top) say, and `code` **held**.[^1]

[^1]: Not at night.

::: {.callout-note}
Week 53 is short.
:::

### Below it

| a | b |
|---|--:|
| 1 | 2 |

::: {.columns}
::: {.column width="50%"}
Left.
:::
::: {.column width="50%"}
Right.
:::
:::

## Second part
"""


@pytest.fixture(scope="module", params=["pandoc", pytest.param("quarto", marks=pytest.mark.quarto)])
def root(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    where: Path = tmp_path_factory.mktemp(request.param)
    stores = page("Stores", "## Top\n\nText.")
    index = page(
        "This week",
        PROSE,
        code("#| include: false\nimport x"),
        code("view()", unit()),
        front="description: What happened.\n",
    )
    staged = make_stage(where, {"index": index, "stores": stores})
    if request.param == "pandoc":
        render_pandoc.render(staged, where / "out")
    elif (quarto := find_quarto()) is None:
        pytest.skip("needs Quarto: set QUARTO_PATH or put `quarto` on PATH")
    else:
        render_quarto.render(staged, where / "out", quarto)
    return html.document_fromstring((where / "out" / "index.html").read_bytes())


def test_title_and_description(root: Any) -> None:
    assert words(root.xpath("//title")[0]) == "This week – Pond & Co"
    assert root.xpath("//meta[@name='description']/@content") == ["What happened."]
    assert [words(found) for found in root.xpath("//h1[contains(@class, 'title')]")] == [
        "This week"
    ]


def test_headings(root: Any) -> None:
    """Quarto puts a heading of its own over the footnotes; it is no heading of the page."""
    headings = root.xpath(
        "//main//h2[not(@id='toc-title') and not(ancestor::section[@role='doc-endnotes'])]"
        " | //main//h3"
    )
    assert [words(found) for found in headings] == [
        "First part",
        "Below it",
        "Second part",
        "Sales rose",
    ]


def test_links(root: Any) -> None:
    assert "stores.html#top" in addresses(root, "//main//p/a/@href")
    assert addresses(root, "//header//li//a/@href")[:2] == ["index.html", "stores.html"]


def addresses(root: Any, path: str) -> list[str]:
    """Without the `./` that Quarto puts before the address of a page."""
    return [address.removeprefix("./") for address in root.xpath(path)]


def test_the_text_of_main(root: Any) -> None:
    said = words(root.xpath("//main")[0])
    for sentence in (
        "Sales rose, as the stores say, and code held.",
        "Week 53 is short.",
        "Left. Right.",
        "Not at night.",
        "20171121T060000Z-abcdef01",
    ):
        assert sentence in said
    assert "import x" not in said


def test_the_units_json_block_is_untouched(root: Any) -> None:
    (block,) = root.xpath("//figure[@id='sales-line']//script[@type='application/json']/text()")
    assert block in UNIT


def test_nothing_comes_from_another_host(root: Any) -> None:
    loaded = root.xpath("//script/@src | //link[not(@rel='canonical')]/@href | //img/@src")
    assert not [address for address in loaded if address.startswith(("http", "//"))]
