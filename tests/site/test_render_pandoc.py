"""The embedded renderer: each feature from a tiny project, looked at in the page it makes."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from lxml import html

from processing.errors import PageError
from processing.site.rendering.pandoc import render
from tests.site.handmade import UNIT
from tests.site.staged import CONFIG, code, make_stage, page, rendered, unit, words


def texts(root: Any, path: str) -> list[str]:
    return [words(found) if hasattr(found, "tag") else str(found) for found in root.xpath(path)]


def test_the_head_names_page_site_description_and_files(tmp_path: Path) -> None:
    root = rendered(tmp_path, "Text.", front='description: "One & \\"two\\" > one."\n')
    assert root.get("lang") == "en"
    assert texts(root, "//title") == ["This week – Pond & Co"]
    assert texts(root, "//meta[@name='description']/@content") == ["One & “two” > one."]
    assert texts(root, "//link[@rel='icon']/@href") == ["assets/favicon.svg"]
    assert texts(root, "//link[@rel='stylesheet']/@href") == [
        "site_libs/millpond/page.css",
        "site_libs/millpond/prose.css",
        "site_libs/millpond/fit.css",
        "assets/millpond.css",
    ]
    assert texts(root, "//script/@src") == ["assets/millpond.js", "site_libs/millpond/page.js"]
    assert not root.xpath("//style | //@style | //@onclick")
    (theme,) = texts(root, "//script[not(@src)]")  # the one that must not wait for a file
    assert "millpond-theme" in theme


def test_every_file_a_page_names_lies_in_the_site(tmp_path: Path) -> None:
    root = rendered(tmp_path, "Text.")
    for address in root.xpath("//link/@href | //@src[not(starts-with(., 'data:'))]"):
        assert (tmp_path / "out" / address).is_file(), address


def test_the_sign_in_the_head_is_the_favicon_and_travels_in_the_page(tmp_path: Path) -> None:
    (address,) = rendered(tmp_path, "Text.").xpath("//header//img/@src")
    drawing = (tmp_path / "out" / "assets" / "favicon.svg").read_text().strip()
    assert unquote(address) == "data:image/svg+xml," + drawing


def test_landmarks_one_heading_and_a_way_to_skip(tmp_path: Path) -> None:
    root = rendered(tmp_path, "## Part\n\nText.")
    assert texts(root, "//h1") == ["This week"]
    assert texts(root, "/html/body/a[1]/@href") == ["#main"]
    assert [len(root.xpath(f"/html/body/{tag}")) for tag in ("header", "main", "footer")] == [1] * 3
    assert texts(root, "//nav/@aria-label") == ["Pages", "On this page"]


def test_navigation_marks_the_current_page_and_takes_a_missing_text_from_the_title(
    tmp_path: Path,
) -> None:
    root = rendered(tmp_path, "Text.")
    assert texts(root, "//header//li/a/@href") == ["index.html", "stores.html"]
    assert texts(root, "//header//li/a") == ["This week", "Stores"]
    assert texts(root, "//a[@aria-current='page']") == ["This week"]
    assert texts(root, "//a[@class='site-title']/@href") == ["index.html"]


def test_the_footer_takes_text_and_links(tmp_path: Path) -> None:
    root = rendered(tmp_path, "Text.")
    assert texts(root, "//footer//div[@class='footer-left']") == ["Made by a press."]
    assert texts(root, "//footer//em") == ["press"]
    assert texts(root, "//footer//a/@href") == ["stores.html"]


def test_contents_lead_to_headings_and_are_left_out_on_demand(tmp_path: Path) -> None:
    text = "## One\n\n### Two\n\nText.\n\n## Three\n"
    root = rendered(tmp_path / "a", text)
    assert texts(root, "//nav[@id='TOC']//a/@href") == ["#one", "#two", "#three"]
    assert all(root.xpath(f"//*[@id='{name}']") for name in ("one", "two", "three"))
    assert not rendered(tmp_path / "b", text, front="toc: false\n").xpath("//nav[@id='TOC']")
    assert not rendered(tmp_path / "c", "No heading.").xpath("//nav[@id='TOC']")


@pytest.mark.parametrize("kind", ["note", "tip", "important", "warning", "caution"])
def test_a_callout_of_each_kind_says_its_kind(tmp_path: Path, kind: str) -> None:
    root = rendered(tmp_path, f"::: {{.callout-{kind}}}\nMind *this*.\n:::")
    (box,) = root.xpath(f"//div[@class='callout callout-{kind}']")
    assert texts(box, "p[@class='callout-header']") == [kind.capitalize()]
    assert texts(box, "div[@class='callout-body']/p") == ["Mind this."]


@pytest.mark.parametrize(
    "text",
    [
        '::: {.callout-tip title="How *to*"}\nText.\n:::',
        "::: {.callout-tip}\n## How *to*\n\nText.\n:::",
    ],
)
def test_a_callout_takes_its_title_from_attribute_or_heading(tmp_path: Path, text: str) -> None:
    root = rendered(tmp_path, text)
    assert texts(root, "//p[@class='callout-header']") == ["How to"]
    assert texts(root, "//p[@class='callout-header']//em") == ["to"]
    assert not root.xpath("//h2 | //nav[@id='TOC']")


@pytest.mark.parametrize(("collapse", "is_open"), [("true", False), ("false", True)])
def test_a_callout_that_folds_is_a_details_element(
    tmp_path: Path, collapse: str, is_open: bool
) -> None:
    text = f'::: {{#more .callout-note collapse="{collapse}"}}\nText.\n:::'
    (box,) = rendered(tmp_path, text).xpath("//details[@id='more']")
    assert ("open" in box.attrib) is is_open
    assert texts(box, "summary") == ["Note"]


def test_a_tabset_shows_every_panel_under_its_heading(tmp_path: Path) -> None:
    text = "::: {.panel-tabset}\n### East\n\nLeft.\n\n#### Deep\n\n### West\n\nRight.\n:::"
    root = rendered(tmp_path, text)
    panels = root.xpath("//div[@class='panel-tabset']/*")
    assert [panel.get("id") for panel in panels] == ["east", "west"]
    assert all("tab-pane" in panel.get("class").split() for panel in panels)
    assert [texts(panel, "h3[contains(@class, 'tab-title')]") for panel in panels] == [
        ["East"],
        ["West"],
    ]
    assert not root.xpath("//@hidden[ancestor::main]")
    assert texts(root, "//nav[@id='TOC']//a") == []


def test_columns_get_classes_for_their_widths_and_no_style(tmp_path: Path) -> None:
    text = '::: {.columns}\n::: {.column width="33%"}\na\n:::\n::: {.column}\nb\n:::\n:::'
    root = rendered(tmp_path, text)
    assert texts(root, "//div[@class='columns']/div/@class") == ["column col-w35", "column"]
    assert not root.xpath("//@style | //@width[parent::div]")


def test_a_table_scrolls_by_keyboard_and_says_what_it_is(tmp_path: Path) -> None:
    root = rendered(tmp_path, "| a | b |\n|:--|--:|\n| 1 | 2 |\n\n: Two *cells*\n")
    (region,) = root.xpath("//div[@role='region']")
    assert (region.get("tabindex"), region.get("aria-label")) == ("0", "Two cells")
    assert texts(region, "table/caption") == ["Two cells"]
    assert texts(region, ".//th/@scope") == ["col", "col"]
    assert texts(region, ".//td/@class") == ["ta-left", "ta-right"]
    assert not root.xpath("//@style")


def test_code_is_highlighted_without_an_inline_style(tmp_path: Path) -> None:
    root = rendered(tmp_path, "```python\nreturn 1  # one\n```\n")
    assert texts(root, "//code//span[@class='cf']") == ["return"]
    assert texts(root, "//code//span[@class='co']") == ["# one"]
    assert not root.xpath("//style")


def test_footnotes_and_formulas_need_no_script(tmp_path: Path) -> None:
    root = rendered(tmp_path, "Text.[^1] $x^2$\n\n[^1]: *Below*.\n")
    assert texts(root, "//section[@role='doc-endnotes']//em") == ["Below"]
    assert texts(root, "//a[@role='doc-backlink']") == ["Back to text"]
    assert root.xpath("//*[local-name()='math']")


def test_links_between_pages_lead_to_pages(tmp_path: Path) -> None:
    root = rendered(tmp_path, "[a](stores.qmd#top) [b](https://example.org/x.ipynb)")
    assert texts(root, "//main//p/a/@href") == ["stores.html#top", "https://example.org/x.ipynb"]


def test_an_output_stands_as_it_is(tmp_path: Path) -> None:
    root = rendered(tmp_path, code("view()", unit()))
    assert root.xpath("string(//script[@type='application/json'])") in UNIT
    assert texts(root, "//figure/@data-pin") == ["sales_by_week"]
    assert not root.xpath("//pre")


@pytest.mark.parametrize(
    ("options", "sources", "outputs"),
    [
        ("", 0, 1),
        ("#| echo: true\n", 1, 1),
        ("#| include: false\n", 0, 0),
        ("#| output: false\n#| echo: true\n", 1, 0),
    ],
)
def test_cell_options_decide_what_shows(
    tmp_path: Path, options: str, sources: int, outputs: int
) -> None:
    root = rendered(tmp_path, code(f"{options}view()", "*shown*"))
    assert len(root.xpath("//code[contains(., 'view()')]")) == sources
    assert len(root.xpath("//main//em")) == outputs
    assert "#|" not in words(root)


def test_a_page_may_echo_its_cells(tmp_path: Path) -> None:
    root = rendered(tmp_path, code("view()", "x"), front="execute: {echo: true}\n")
    assert len(root.xpath("//pre[.='view()']")) == 1


def test_a_label_is_the_cells_id_unless_its_figure_bears_it(tmp_path: Path) -> None:
    labelled = code("#| label: kpis\nview()", "x"), code("#| label: sales-line\nview()", unit())
    root = rendered(tmp_path, *labelled)
    assert texts(root, "//*[@id='kpis']/@class") == ["cell"]
    assert [found.tag for found in root.xpath("//*[@id='sales-line']")] == ["figure"]


@pytest.mark.parametrize(
    ("text", "says", "instead"),
    [
        (
            "{{< include _a.md >}}",
            "knows no shortcode `include`",
            "put the shared text into a view",
        ),
        ("a {{< env HOME >}}", "knows no shortcode `env`", "pages read no environment"),
        ("{{< meta x >}}", "knows no shortcode `meta`", "write the value out"),
        ("{{< odd >}}", "knows no shortcode `odd`", "say it in Markdown"),
        ("```{mermaid}\na\n```", "knows no diagram `mermaid`", "say it in Markdown"),
    ],
)
def test_what_only_quarto_has_is_refused_in_prose(
    tmp_path: Path, text: str, says: str, instead: str
) -> None:
    with pytest.raises(PageError) as refused:
        rendered(tmp_path, text)
    assert says in str(refused.value)
    assert "Page index" in str(refused.value)
    assert instead in str(refused.value)


def test_an_escaped_shortcode_is_shown(tmp_path: Path) -> None:
    root = rendered(tmp_path, "Write `{{{< meta x >}}}`.")
    assert texts(root, "//main//code")[0] == "{{< meta x >}}"


def test_an_output_that_looks_like_a_shortcode_is_text(tmp_path: Path) -> None:
    root = rendered(tmp_path, code("view()", "```{=html}\n<p id='x'>{{< env HOME >}}</p>\n```"))
    assert texts(root, "//p[@id='x']") == ["{{< env HOME >}}"]


def test_a_menu_is_laid_flat(tmp_path: Path) -> None:
    menu = "{text: More, menu: [{text: Deep, href: reports/stores.qmd}]}"
    root = rendered(tmp_path, "Text.", config=CONFIG.replace("- reports/stores.qmd", f"- {menu}"))
    assert texts(root, "//header//li/a") == ["This week", "Deep"]


def test_a_page_pandoc_cannot_read_is_named(tmp_path: Path) -> None:
    staged = make_stage(tmp_path, {"index": page("T", "Text.", front="toc-depth: many\n")})
    with pytest.raises(PageError, match="Page index cannot be rendered"):
        render(staged, tmp_path / "out")


def test_the_same_stage_gives_the_same_bytes(tmp_path: Path) -> None:
    staged = make_stage(
        tmp_path, {"index": page("T", "## A\n\nText.[^1]\n\n[^1]: b", code("v", "x"))}
    )
    render(staged, tmp_path / "one")
    render(staged, tmp_path / "two")
    one, two = (
        {p.relative_to(out): p.read_bytes() for p in out.rglob("*") if p.is_file()}
        for out in (tmp_path / "one", tmp_path / "two")
    )
    assert one == two


def test_nothing_old_stays_in_the_folder(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "gone.html").write_text("x")
    rendered(tmp_path, "Text.")
    assert not (tmp_path / "out" / "gone.html").exists()


def test_no_page_names_a_place_outside_the_site(tmp_path: Path) -> None:
    root = rendered(tmp_path, "Text.", code("view()", unit()))
    for address in root.xpath("//@href | //@src"):
        assert not address.startswith(("/", "http", "file:")), address
    assert html.tostring(root).decode().count(str(tmp_path)) == 0
