"""Parse a page: its front matter, its blocks, and the pins it reads."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from processing.errors import PageError
from processing.site.pages.blocks import Block, inlines, split_blocks

PAGE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?P<yaml>.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.S | re.M)


@dataclass(frozen=True)
class Code:
    """One cell's or one inline expression's Python, and the line of the .qmd it begins on."""

    text: str
    line: int
    inline: bool


@dataclass(frozen=True)
class Page:
    """A parsed .qmd. `name` is the file's stem, `yaml` its front matter as written."""

    path: Path
    name: str
    front_matter: dict[str, Any]
    yaml: str
    blocks: tuple[Block, ...]
    text: str

    @cached_property
    def code(self) -> tuple[Code, ...]:
        """All Python of the page, in order."""
        found = []
        for block in self.blocks:
            if block.kind == "cell":
                found.append(Code(block.text, block.line, inline=False))
            found += [Code(i.expression, i.line, inline=True) for i in inlines(block)]
        return tuple(found)

    @cached_property
    def pins(self) -> tuple[str, ...]:
        """The names in `pin("name")` calls, sorted, each once."""
        return tuple(sorted(self.pin_lines))

    @cached_property
    def pin_lines(self) -> dict[str, int]:
        """For each pin the line of the .qmd that reads it first."""
        found: dict[str, int] = {}
        for line, call in self._calls("pin"):
            if call.args and isinstance(call.args[0], ast.Constant):
                found.setdefault(str(call.args[0].value), line)
        return found

    @cached_property
    def reads_manifest(self) -> bool:
        """Whether the page calls `manifest()`, and so depends on the whole release."""
        return any(True for _ in self._calls("manifest"))

    def _calls(self, name: str) -> Iterator[tuple[int, ast.Call]]:
        for code in self.code:
            for node in ast.walk(parsed(code.text) or ast.Module([], [])):
                if isinstance(node, ast.Call) and _called(node) == name:
                    yield code.line + node.lineno - 1, node


def parse_page(text: str, path: Path) -> Page:
    """The page in `text`. PageError for an odd name, torn front matter or an open fence."""
    if not PAGE_NAME.fullmatch(path.stem):
        raise PageError(
            f"Page name refused: {path.name!r}",
            expected=f"a name that matches {PAGE_NAME.pattern}",
            next_step="rename the file",
        )
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    found = _FRONT_MATTER.match(text)
    yaml_text = found["yaml"] if found else ""
    body = text[found.end() :] if found else text
    front_matter = _front_matter(yaml_text, path)
    try:
        blocks = split_blocks(body, text[: len(text) - len(body)].count("\n") + 1)
    except PageError as error:
        raise PageError(
            f"Page {path.name}: {error.what}", found=error.found, expected=error.expected
        ) from None
    return Page(path, path.stem, front_matter, yaml_text, blocks, text)


def _front_matter(text: str, path: Path) -> dict[str, Any]:
    try:
        front_matter = yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise PageError(
            f"Page {path.name}: its front matter is not YAML",
            found=" ".join(str(error).split()),
            expected="`key: value` lines between two lines of ---",
        ) from None
    if not isinstance(front_matter, dict):
        raise PageError(
            f"Page {path.name}: its front matter is not `key: value`", found=repr(front_matter)
        )
    return front_matter


def parsed(text: str) -> ast.Module | None:
    """The syntax tree, or None when the text is not Python."""
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError):
        return None


def _called(node: ast.Call) -> str:
    return getattr(node.func, "id", "") or getattr(node.func, "attr", "")
