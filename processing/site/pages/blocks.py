"""Split the body of a .qmd into prose, verbatim fences and Python cells, and find inline code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import yaml

from processing.errors import PageError

_OPENING = re.compile(r"^(?P<indent>[ \t]*)(?P<fence>`{3,}|~{3,})[ \t]*(?P<info>.*?)[ \t]*$")
_PYTHON = re.compile(r"\{\s*python\b(?P<rest>[^{}]*)\}$")
_EXECUTABLE = re.compile(r"\{\s*(?P<language>[A-Za-z][\w-]*)[^{}]*\}$")
_INLINE = re.compile(r"\{python\}\s+(?P<expression>\S.*)", re.DOTALL)
_TICKS = re.compile(r"\\.|`+", re.DOTALL)
_LIST_ITEM = re.compile(r"^\s{0,3}(?:[-*+]|\d+[.)])\s")
_INDENTED = re.compile(r"^(?: {4}|\t)")


@dataclass(frozen=True)
class Block:
    """A piece of a page. A cell's `text` is its code without the fence; `line` is its first."""

    kind: Literal["prose", "verbatim", "cell"]
    text: str
    line: int
    language: str = ""
    header: str = ""

    @property
    def options(self) -> dict[str, Any]:
        """The `#|` lines at the top of a cell as YAML; PageError when they are none."""
        lines = [line[2:] for line in self._option_lines()]
        try:
            options = yaml.safe_load("\n".join(lines)) or {}
        except yaml.YAMLError as error:
            raise PageError(
                f"Line {self.line}: `#|` options are not YAML", found=str(error)
            ) from None
        if not isinstance(options, dict):
            raise PageError(
                f"Line {self.line}: `#|` options are not `key: value`", found=str(options)
            )
        return options

    def _option_lines(self) -> list[str]:
        found = []
        for line in self.text.split("\n"):
            if not line.startswith("#|"):
                break
            found.append(line)
        return found


@dataclass(frozen=True)
class Inline:
    """One inline `{python} expression`: where it stands in its block's text, and on which line."""

    expression: str
    start: int
    end: int
    line: int


def split_blocks(text: str, first_line: int) -> tuple[Block, ...]:
    """`text` as blocks, in order, nothing lost. PageError for a fence that is never closed."""
    blocks: list[Block] = []
    prose: list[str] = []
    lines = text.split("\n")
    at = start = 0
    while at < len(lines):
        opening = _opening(lines[at])
        if opening is None:
            prose.append(lines[at])
            at += 1
            continue
        if prose:
            blocks.append(Block("prose", "\n".join(prose), first_line + start))
        end = _closing(lines, at, opening["fence"], first_line)
        blocks.append(_fenced(lines[at : end + 1], opening, first_line + at))
        prose, at = [], end + 1
        start = at
    if prose:
        blocks.append(Block("prose", "\n".join(prose), first_line + start))
    return tuple(blocks)


def _opening(line: str) -> re.Match[str] | None:
    found = _OPENING.match(line)
    # A backtick in the info string makes it a code span, as in CommonMark.
    return None if found and found["fence"][0] == "`" and "`" in found["info"] else found


def _closing(lines: list[str], at: int, fence: str, first_line: int) -> int:
    closing = re.compile(rf"^[ \t]*{re.escape(fence[0])}{{{len(fence)},}}[ \t]*$")
    for number in range(at + 1, len(lines)):
        if closing.match(lines[number]):
            return number
    raise PageError(
        f"Line {first_line + at}: a fence is opened and never closed",
        found=lines[at].strip(),
        expected=f"a line of {fence} after it",
    )


def _fenced(lines: list[str], opening: re.Match[str], line: int) -> Block:
    info, indent = opening["info"], opening["indent"]
    if _PYTHON.match(info):
        code = "\n".join(text.removeprefix(indent) for text in lines[1:-1])
        return Block("cell", code, line + 1, "python", info)
    executable = _EXECUTABLE.match(info)
    language = executable["language"] if executable else ""
    return Block("verbatim", "\n".join(lines), line, language, info)


def inlines(block: Block) -> list[Inline]:
    """The inline expressions of a prose block; other code is left alone."""
    if block.kind != "prose":
        return []
    quiet = _indented_code(block.text)
    found = []
    for start, end, content in _code_spans(block.text):
        expression = _INLINE.fullmatch(content)
        if expression and not any(low <= start < high for low, high in quiet):
            line = block.line + block.text.count("\n", 0, start)
            code = " ".join(expression["expression"].split("\n")).strip()
            found.append(Inline(code, start, end, line))
    return found


def _code_spans(text: str) -> Iterator[tuple[int, int, str]]:
    """Spans opened by one backtick. Longer runs quote whatever stands in them."""
    at = 0
    while ticks := _TICKS.search(text, at):
        at = ticks.end()
        run = ticks.group()
        if run[0] == "\\":
            continue
        closing = re.compile(rf"(?<!`)`{{{len(run)}}}(?!`)").search(text, at)
        if closing is None or re.search(r"\n[ \t]*\n", text[at : closing.start()]):
            continue
        if len(run) == 1:
            yield ticks.start(), closing.end(), text[at : closing.start()]
        at = closing.end()


def _indented_code(text: str) -> list[tuple[int, int]]:
    """Where indented code blocks lie: four spaces after a blank line, outside a list."""
    found, at = [], 0
    blank, listed, code = True, False, False
    for line in text.split("\n"):
        if line.strip():
            indented = bool(_INDENTED.match(line))
            listed = bool(_LIST_ITEM.match(line)) or (listed and (not blank or line[0] in " \t"))
            code = indented and not listed and (blank or code)
            if code:
                found.append((at, at + len(line)))
        blank = not line.strip()
        at += len(line) + 1
    return found
