"""How a page is parsed, which pins it reads, and which rules it can break."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import nbformat
import pytest

from processing.errors import PageError
from processing.site.pages.blocks import inlines
from processing.site.pages.notebook import inert_inline, unexecuted
from processing.site.pages.qmd import Page, parse_page
from processing.site.pages.rules import rule_breaks

ROOT = Path(__file__).parents[2]
IMPORT = "```{python}\nfrom processing.board.reader import pin, manifest\n```\n"


def parsed(text: str, name: str = "page.qmd") -> Page:
    return parse_page(dedent(text), Path(name))


def expressions(text: str) -> list[str]:
    return [i.expression for block in parsed(text).blocks for i in inlines(block)]


def breaks(cell: str) -> str:
    return "\n".join(rule_breaks(parsed(f"{IMPORT}\n```{{python}}\n{cell}\n```\n")))


def test_front_matter_is_read_and_kept_as_written() -> None:
    """The front matter is a dict for us, and its text goes to the renderer untouched."""
    page = parsed("---\ntitle: 'A: b'\n# note\naliases: [/index.html]\n---\nText\n")
    assert page.front_matter == {"title": "A: b", "aliases": ["/index.html"]}
    assert page.yaml == "title: 'A: b'\n# note\naliases: [/index.html]\n"
    assert page.blocks[0].text == "Text\n"


def test_a_page_without_front_matter_is_all_body() -> None:
    """Front matter is optional, and a rule across the page is not taken for one."""
    page = parsed("Text\n\n---\n\nMore\n")
    assert page.front_matter == {}
    assert page.blocks[0].text == "Text\n\n---\n\nMore\n"


@pytest.mark.parametrize("fence", ["```", "````", "~~~", "~~~~~"])
def test_cells_in_any_fence_are_found_with_their_lines(fence: str) -> None:
    """Backticks or tildes, three or more: a cell is a cell, and knows its line."""
    page = parsed(f"---\ntitle: x\n---\nProse\n\n{fence}{{python}}\n#| echo: false\nf()\n{fence}\n")
    cell = page.blocks[1]
    assert (cell.kind, cell.text, cell.line) == ("cell", "#| echo: false\nf()", 7)
    assert cell.options == {"echo": False}


def test_an_indented_cell_loses_its_indent() -> None:
    """A cell in a list item is dedented by as much as its fence."""
    page = parsed("- item\n\n    ```{python}\n    f(\n      1)\n    ```\n")
    assert page.blocks[1].text == "f(\n  1)"


def test_a_shorter_fence_does_not_close_a_longer_one() -> None:
    """What stands in a longer fence is shown, not executed."""
    page = parsed("````\n```{python}\nf()\n```\n````\n```{python}\ng()\n```\n")
    assert [block.kind for block in page.blocks] == ["verbatim", "cell", "prose"]
    assert page.blocks[1].text == "g()"


def test_a_doubled_brace_is_shown_not_executed() -> None:
    """`{{python}}` is Quarto's way to show a cell."""
    assert parsed("```{{python}}\nf()\n```\n").blocks[0].kind == "verbatim"


def test_blocks_together_are_the_whole_body() -> None:
    """Nothing of a page is lost between its blocks."""
    body = "a\n\n```\nx\n```\nb\n~~~ {.python}\ny\n~~~\n\nc\n"
    assert "\n".join(block.text for block in parsed(body).blocks) == body


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("---\n: [\n---\n", "front matter is not YAML"),
        ("---\n- a\n---\n", "front matter is not `key: value`"),
        ("a\n\n```{python}\nf()\n", "Line 3: a fence is opened and never closed"),
    ],
)
def test_a_torn_page_is_refused_by_name(text: str, message: str) -> None:
    """One message that names the page and what is wrong with it."""
    with pytest.raises(PageError, match=r"page\.qmd") as caught:
        parsed(text)
    assert message in str(caught.value)


@pytest.mark.parametrize("name", ["A b.qmd", "-x.qmd", "x{{.qmd", "..qmd"])
def test_an_odd_page_name_is_refused(name: str) -> None:
    """A page's name becomes a file's name and an address."""
    with pytest.raises(PageError, match="Page name refused"):
        parsed("", name)


def test_inline_expressions_are_found_in_prose() -> None:
    """Any number on a line, over two lines, and beside other code spans."""
    text = "a `{python} f(1)` and `code` `{python} h(\n2)` `` `{python} no` ``"
    assert expressions(text) == ["f(1)", "h( 2)"]
    assert expressions("a `{python} f(1)` b `{python}  g() `") == ["f(1)", "g()"]


@pytest.mark.parametrize(
    "text",
    [
        "`` `{python} f()` ``",
        "`{{python}} f()`",
        "`python f()`",
        "\\`{python} f()\\`",
        "```\n`{python} f()`\n```",
        "text\n\n    `{python} f()`\n",
        "`{python}\n\nf()`",
    ],
)
def test_code_that_is_only_shown_is_left_alone(text: str) -> None:
    """Inline code inside fences, longer spans, escapes and indented code is never executed."""
    assert expressions(text) == []


def test_inline_code_in_a_nested_list_is_evaluated() -> None:
    """Four spaces inside a list are a list item, not a code block."""
    assert expressions("- a\n\n    `{python} f()`\n") == ["f()"]


def test_pins_are_found_in_cells_and_inline_and_through_attributes() -> None:
    """The pins a page reads are known without executing it, each with its first line."""
    page = parsed('x `{python} v.n(pin("b"))`\n\n```{python}\nv.c(pin("a"), pin("b"))\n```\n')
    assert page.pins == ("a", "b")
    assert page.pin_lines == {"b": 1, "a": 4}
    assert not page.reads_manifest
    assert parsed("`{python} v.about(manifest())`").reads_manifest


def test_the_notebook_to_execute_has_fixed_ids_and_is_valid() -> None:
    """Ids count the cells, so that equal pages are equal bytes."""
    page = parsed(f"---\ntitle: x\n---\nA `{{python}} f()`.\n\n{IMPORT}")
    content = unexecuted(page)
    notebook = nbformat.reads(content.decode(), as_version=4)
    nbformat.validate(notebook)
    assert [(c.id, c.cell_type) for c in notebook.cells] == [
        ("cell-0", "raw"),
        ("cell-1", "markdown"),
        ("cell-2", "code"),
    ]
    assert notebook.cells[0].source == "---\ntitle: x\n---"
    assert "`{python} f()`" in notebook.cells[1].source
    assert content == unexecuted(page)


@pytest.mark.parametrize(
    "cell",
    [
        'views.chart(pin("a"), top=5, names=["x", "y"], low=-1)',
        "# why\nmanifest().id",
        "from processing.views import weekly_sales, stores as s\nfrom processing.views.x import y",
        "",
    ],
)
def test_a_page_of_imports_and_calls_breaks_no_rule(cell: str) -> None:
    """Prose, import lines and one-line calls are all a page needs."""
    used = "```{python}\nfrom processing.views import views\n```\n"
    assert rule_breaks(parsed(f"{IMPORT}{used}```{{python}}\n{cell}\n```\n")) == []


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("import os", "page.qmd:6: `import os`; a page may hold"),
        ("from processing.sources import files", "import from processing.sources"),
        ("from processing.viewsx import a", "import from processing.viewsx"),
        ("from pandas import DataFrame", "import from pandas"),
        ("from . import views", "import from ."),
        ("from processing.views import *", "`import *`"),
        ("from processing.board.reader import current", "only pin and manifest"),
        ("from processing.board.reader import pin as p", "only pin and manifest"),
        ("from processing.views import pin", "pin may only come from"),
        ("x = 1", "a Assign statement"),
        ("for i in (1,): pin('a')", "a For statement"),
        ("pin('a')\npin('b')", "page.qmd:7: more than one statement"),
        ("pin(\n'a')", "over several lines"),
        ("pin('a').frame['x']", "Subscript in a page; logic belongs into"),
        ("pin('a').rows + 1", "BinOp in a page"),
        ("[pin(n) for n in ('a',)]", "ListComp in a page"),
        ("(lambda: pin('a'))()", "Lambda in a page"),
        ("pin(f'a')", "pin() takes one literal name"),
        ("pin(manifest().id)", "pin() takes one literal name"),
        ("pin(name='a')", "pin() takes one literal name"),
        ("pin('a', 'b')", "pin() takes one literal name"),
        ("manifest(1)", "manifest() takes no argument"),
        ("manifest(pin)", "pin without a call"),
        ("open('/etc/passwd')", "open is not imported by the page"),
        ("__import__('socket')", "__import__ is not imported"),
        ("pin('a').__class__", "private attribute __class__"),
        ("!ls", "not Python: !ls"),
        ("%load x", "not Python: %load x"),
        ("from processing.views import a\na.b()", "imports and calls in one cell"),
        ("#| eval: false\npin('a')", "option `eval` is not known"),
        ("#| echo\npin('a')", "options are not `key: value`"),
    ],
)
def test_a_page_that_does_more_is_told_where_and_what(cell: str, message: str) -> None:
    """Every break names the page, the line, and what a page may hold."""
    assert message in breaks(cell)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("```{r}\n1\n```\n", "a cell in r"),
        ("```{python, echo=FALSE}\n```\n", "options on the fence line"),
        ("> ```{python}\n> 1\n", "in a quotation"),
        ("`{python} import os`", "`import os`"),
        ("---\ntitle: '`{python} x`'\n---\n", "front matter is not evaluated"),
    ],
)
def test_what_only_quarto_could_do_is_refused(text: str, message: str) -> None:
    """Both renderers show the same page, so what one of them cannot do is no page of ours."""
    assert message in "\n".join(rule_breaks(parsed(text)))


def test_all_breaks_come_at_once() -> None:
    """An author corrects a page in one go."""
    assert breaks("import os\nimport sys\n").count("page.qmd:") == 2


@pytest.mark.parametrize("path", sorted((ROOT / "reports").glob("*.qmd")), ids=lambda p: p.name)
def test_every_page_of_the_site_keeps_the_rules(path: Path) -> None:
    """Logic that leaks into a page is found here."""
    assert rule_breaks(parse_page(path.read_text(encoding="utf-8"), path)) == []


@pytest.mark.parametrize(
    "text",
    ["<script>x</script>", "{{< env HOME >}}", "a `b` {=html}", "*a* _b_ [c](d)", "$x$", "a\nb|c"],
)
def test_text_put_into_prose_cannot_act(text: str) -> None:
    """Neither HTML nor Markdown nor a shortcode comes through; a reader sees the text."""
    import html

    shown = inert_inline(text)
    assert not set("<>{[*_$|") & set(shown.removesuffix("`{=html}"))
    assert html.unescape(shown.removeprefix("`").removesuffix("`{=html}")) == " ".join(text.split())
