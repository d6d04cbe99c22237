"""Turn a page into a notebook to execute, and the executed one into bytes that never vary."""

from __future__ import annotations

import ast
import html
import re
from dataclasses import dataclass, field
from typing import Any

from processing.errors import PageError
from processing.site.pages.blocks import Inline, inlines
from processing.site.pages.qmd import Page

MARKDOWN, PLAIN = "text/markdown", "text/plain"
SHORTCODE = "{{<"
_ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}")
# Characters that mean something to Markdown, HTML or a shortcode; the rest of a text is harmless.
_ACTIVE = re.compile(r"[<>&\"'`{}\[\]\\$*_~^#|=@!()]")


@dataclass
class Draft:
    """A notebook to execute. Each inline expression is a cell of its own, put before its prose.

    `lines` holds for each cell the line of the .qmd where its code begins; `spans` holds for a
    prose cell (by its index) the places its values go to, and the index of the cell that computes.
    """

    page: Page
    notebook: Any
    lines: list[int] = field(default_factory=list)
    spans: dict[int, list[tuple[Inline, int]]] = field(default_factory=dict)


def draft(page: Page) -> Draft:
    """The page as an unexecuted nbformat 4.5 notebook."""
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

    made = Draft(page, new_notebook(metadata=_metadata()))

    def add(cell: Any, line: int) -> int:
        made.notebook.cells.append(cell)
        made.lines.append(line)
        cell["id"] = f"cell-{len(made.lines) - 1}"
        return len(made.lines) - 1

    add(new_raw_cell(f"---\n{page.yaml.rstrip()}\n---"), 1)
    for block in page.blocks:
        if block.kind == "cell":
            add(new_code_cell(block.text), block.line)
        elif block.text.strip():
            found = [
                (inline, add(new_code_cell(inline.expression), inline.line))
                for inline in inlines(block)
            ]
            made.spans[add(new_markdown_cell(block.text), block.line)] = found
    return made


def unexecuted(page: Page) -> bytes:
    """The page as a notebook nobody has run, inline expressions still in their prose."""
    made = draft(page)
    return _encoded(made.notebook, {at for spans in made.spans.values() for _, at in spans})


def finished(made: Draft) -> bytes:
    """The executed draft: values in their prose, outputs inert, no trace of time, place or run.

    PageError when a view lets a shortcode through to its output.
    """
    cells = made.notebook.cells
    hidden: set[int] = set()
    for prose, spans in made.spans.items():
        text = cells[prose].source
        for inline, at in reversed(spans):
            value = _inline_value(cells[at].outputs, made, at)
            text = text[: inline.start] + value + text[inline.end :]
            hidden.add(at)
        cells[prose].source = text
    for at, cell in enumerate(cells):
        if cell.cell_type == "code":
            cell.outputs = [out for raw in cell.outputs for out in _output(raw, made, at)]
    return _encoded(made.notebook, hidden)


def warnings_of(made: Draft) -> tuple[str, ...]:
    """What libraries wrote to stderr while the page was executed; never published."""
    found = []
    for cell in made.notebook.cells:
        found += [o.text.strip() for o in cell.get("outputs", []) if o.get("name") == "stderr"]
    return tuple(found)


def _metadata() -> dict[str, Any]:
    return {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python"},
    }


def _encoded(notebook: Any, hidden: set[int]) -> bytes:
    """Renumbered, without metadata that a run leaves behind."""
    import nbformat

    notebook.metadata = nbformat.from_dict(_metadata())
    notebook.cells = [cell for at, cell in enumerate(notebook.cells) if at not in hidden]
    count = 0
    for at, cell in enumerate(notebook.cells):
        cell["id"], cell["metadata"] = f"cell-{at}", nbformat.NotebookNode()
        if cell.cell_type == "code" and cell.execution_count is not None:
            count += 1
            cell.execution_count = count
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = count
    nbformat.validate(notebook)
    text: str = nbformat.writes(notebook)
    return text.encode() + b"\n"


def _output(raw: Any, made: Draft, at: int) -> list[Any]:
    """One output made safe: Markdown as a view gave it, anything else as text in a raw block."""
    from nbformat.v4 import new_output

    if raw.output_type == "stream":
        if raw.name == "stderr" or not raw.text.strip():
            return []
        return [new_output("display_data", {MARKDOWN: _raw_block(raw.text)})]
    if raw.output_type not in ("execute_result", "display_data"):
        return []
    plain = _ADDRESS.sub("0x0", raw.data.get(PLAIN, ""))
    if MARKDOWN in raw.data:
        data = {MARKDOWN: _checked(raw.data[MARKDOWN], made, at), PLAIN: plain}
    else:
        data = {MARKDOWN: _raw_block(plain), PLAIN: plain}
    count = {"execution_count": 0} if raw.output_type == "execute_result" else {}
    return [new_output(raw.output_type, data, **count)]


def _inline_value(outputs: list[Any], made: Draft, at: int) -> str:
    values = [o.data for o in outputs if o.output_type in ("execute_result", "display_data")]
    if not values:
        return ""
    if MARKDOWN in values[-1]:
        return _checked(values[-1][MARKDOWN], made, at).strip("\n")
    return inert_inline(_unquoted(_ADDRESS.sub("0x0", values[-1].get(PLAIN, ""))))


def inert_inline(text: str) -> str:
    """`text` so that prose shows it and nothing in it acts, neither as HTML nor as Markdown."""
    return f"`{_inert(' '.join(text.split()))}`{{=html}}" if _ACTIVE.search(text) else text


def _raw_block(text: str) -> str:
    return f'```{{=html}}\n<pre class="mp-plain">{_inert(text.rstrip())}</pre>\n```'


def _inert(text: str) -> str:
    return _ACTIVE.sub(lambda found: f"&#{ord(found.group())};", text)


def _unquoted(text: str) -> str:
    """A string's repr as the string; any other repr as it is."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text
    return value if isinstance(value, str) else text


def _checked(text: str, made: Draft, at: int) -> str:
    if SHORTCODE not in text:
        return text
    shown = html.escape(text[text.index(SHORTCODE) :][:60], quote=False)
    raise PageError(
        f"Page {made.page.path.name}, line {made.lines[at]}: a view let a shortcode through",
        found=shown,
        expected="text from data made inert by the view",
        next_step="use processing.views.html in that view",
    )
