"""An executed notebook as the Markdown that Pandoc reads, cell by cell as Quarto lays it out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from processing.errors import PageError

_OPTION = re.compile(r"#\|[ \t]?(.*)")
_SHORTCODE = re.compile(r"(?<!\{)\{\{<\s*(/?[\w-]*).*?>\}\}", re.DOTALL)
_ESCAPED_SHORTCODE = re.compile(r"\{(\{\{<.*?>\}\})\}", re.DOTALL)
_DIAGRAM = re.compile(r"^`{3,}\s*\{(mermaid|dot|ojs)\b", re.MULTILINE)
_INSTEAD = {
    "include": "put the shared text into a view, and call it from a cell",
    "meta": "write the value out, or let a view give it",
    "env": "let a view give the value; pages read no environment",
    "var": "write the value out, or let a view give it",
    "embed": "let a cell call the view whose chart is wanted",
    "pagebreak": "leave it out; print styles break pages",
    "video": "write a link to the video",
}


@dataclass(frozen=True)
class Document:
    """One page: its front matter and its body as Pandoc's Markdown."""

    name: str
    front: dict[str, Any]
    markdown: str


def read_document(name: str, notebook: bytes, echo: Callable[[dict[str, Any]], bool]) -> Document:
    """The page `name` of a staged notebook. `echo` says, by front matter, whether sources show.

    PageError for Quarto's shortcodes and diagrams in the page's own prose: only Quarto has them.
    """
    cells = json.loads(notebook)["cells"]
    front = _front_matter(cells[0]) if cells else {}
    shown = echo(front)
    parts = [part for cell in cells[1 if front else 0 :] for part in _cell(name, cell, shown)]
    return Document(name, front, "\n\n".join(parts) + "\n")


def _front_matter(cell: dict[str, Any]) -> dict[str, Any]:
    source = _text(cell["source"]).strip()
    if cell["cell_type"] != "raw" or not source.startswith("---"):
        return {}
    found = yaml.safe_load(source.removeprefix("---").removesuffix("---"))
    return found if isinstance(found, dict) else {}


def _cell(name: str, cell: dict[str, Any], echo: bool) -> Iterator[str]:
    source = _text(cell["source"])
    if cell["cell_type"] == "markdown":
        yield _prose(name, source)
    elif cell["cell_type"] == "code":
        options, code = _options(source)
        body = list(_code_cell(cell, options, code, echo))
        if body and options.get("include", True):
            yield from _div(_cell_attributes(options, body), body)


def _prose(name: str, source: str) -> str:
    _refuse(name, "shortcode", _SHORTCODE.search(source))
    _refuse(name, "diagram", _DIAGRAM.search(source))
    return _ESCAPED_SHORTCODE.sub(r"\1", source)


def _refuse(name: str, kind: str, match: re.Match[str] | None) -> None:
    if match:
        raise PageError(
            f"Page {name}: the embedded renderer knows no {kind} `{match[1]}`",
            found=match[0],
            expected="Markdown, raw HTML, and cells that call views",
            next_step=f"{_INSTEAD.get(match[1], 'say it in Markdown')}; or render with Quarto",
            page=name,
            told="its text cannot be set",
        )


def _options(source: str) -> tuple[dict[str, Any], str]:
    """The `#|` options at the top of a cell, and the code below them."""
    lines = source.splitlines()
    told = 0
    while told < len(lines) and lines[told].startswith("#|"):
        told += 1
    text = "\n".join(_OPTION.sub(r"\1", line) for line in lines[:told])
    options = yaml.safe_load(text) if text else {}
    return (options if isinstance(options, dict) else {}), "\n".join(lines[told:]).strip()


def _code_cell(
    cell: dict[str, Any], options: dict[str, Any], code: str, echo: bool
) -> Iterator[str]:
    if code and options.get("echo", echo):
        yield _fenced(code, "{.python .cell-code}")
    if options.get("output", True) is not False:
        for output in cell.get("outputs", ()):
            yield from _output(output)


def _output(output: dict[str, Any]) -> Iterator[str]:
    if output["output_type"] == "stream":
        yield _fenced(_text(output["text"]).rstrip("\n"), "{.cell-output}")
        return
    data = output.get("data", {})
    if "text/markdown" in data:
        yield from _div(".cell-output .cell-output-display", [_text(data["text/markdown"]).strip()])
    elif "image/png" in data:
        address = "data:image/png;base64," + "".join(_text(data["image/png"]).split())
        yield f"![]({address})"
    elif "text/plain" in data:
        yield _fenced(_text(data["text/plain"]), "{.cell-output}")


def _cell_attributes(options: dict[str, Any], body: list[str]) -> str:
    """A label becomes the cell's id, unless what the cell shows bears that id already."""
    label = str(options.get("label", ""))
    taken = any(f'id="{label}"' in part for part in body)
    return ".cell" if taken or not re.fullmatch(r"[\w-]+", label) else f"#{label} .cell"


def _div(attributes: str, body: list[str]) -> Iterator[str]:
    yield f"::: {{{attributes}}}"
    yield from body
    yield ":::"


def _fenced(code: str, attributes: str) -> str:
    longest = max((len(run) for run in re.findall(r"`+", code)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence} {attributes}\n{code}\n{fence}"


def _text(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)
