"""The rules of a page: prose, import lines, one-line cells that call views; all breaks at once."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from processing.errors import PageError
from processing.site.pages.blocks import Block
from processing.site.pages.qmd import Code, Page, parsed

OPTIONS = frozenset({"include", "echo", "output", "label"})
READER = "processing.board.reader"
READERS = frozenset({"pin", "manifest"})
MAY = (
    "prose, import lines from processing.views or processing.board.reader (pin, manifest), "
    'and cells of one call, as in: views.chart(pin("name"))'
)
# What one call may be made of: names, attributes, literals. Anything more is logic, and logic
# belongs into a tested view.
_ALLOWED = (
    ast.Expression, ast.Call, ast.Attribute, ast.Name, ast.Load, ast.Constant, ast.keyword,
    ast.List, ast.Tuple, ast.Dict, ast.UnaryOp, ast.USub,
)  # fmt: skip
_MISPLACED = re.compile(r"^\s*(?:>|[-*+]|\d+[.)])\s*[`~]{3,}\s*\{", re.M)


def rule_breaks(page: Page) -> list[str]:
    """Every place where the page does more than a page may, one message each, in page order."""
    found: list[str] = []
    if "{python}" in page.yaml:
        found.append(f"{page.path.name}: inline code in the front matter is not evaluated")
    for block in page.blocks:
        found += [f"{page.path.name}:{block.line}: {m}" for m in _block_breaks(block)]
    known = _imported(page)
    for code in page.code:
        found += [f"{page.path.name}:{code.line + at}: {m}" for at, m in _code_breaks(code, known)]
    return found


def _block_breaks(block: Block) -> Iterator[str]:
    if block.kind == "verbatim" and block.language:
        yield f"a cell in {block.language}; only {{python}} cells are executed"
    if block.kind == "prose" and _MISPLACED.search(block.text):
        yield "a cell in a quotation or on the line of a list marker; put it on lines of its own"
    if block.kind != "cell":
        return
    if block.header.strip("{} ") != "python":
        yield f"options on the fence line ({block.header}); write them as `#|` lines"
    try:
        options = block.options
    except PageError as error:
        yield error.what
        return
    for key in options:
        if key not in OPTIONS:
            yield f"option `{key}` is not known; a cell may have {', '.join(sorted(OPTIONS))}"


def _imported(page: Page) -> set[str]:
    names: set[str] = set()
    for code in page.code:
        for node in ast.walk(parsed(code.text) or ast.Module([], [])):
            if isinstance(node, ast.ImportFrom):
                names |= {alias.asname or alias.name for alias in node.names}
    return names


def _code_breaks(code: Code, known: set[str]) -> Iterator[tuple[int, str]]:
    """Pairs of (lines below the code's first, message)."""
    tree = parsed(code.text)
    if tree is None:
        yield 0, f"not Python: {_first_line(code.text)}"
        return
    imports = [n for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom)]
    if imports and (code.inline or len(imports) != len(tree.body)):
        yield imports[0].lineno - 1, "imports and calls in one cell; imports have their own cell"
    for node in imports:
        yield from ((node.lineno - 1, message) for message in _import_breaks(node))
    rest = [n for n in tree.body if n not in imports]
    if len(rest) > 1:
        yield rest[1].lineno - 1, f"more than one statement in a cell; a page may hold {MAY}"
    for statement in rest:
        yield from ((statement.lineno - 1, m) for m in _statement_breaks(statement, known))


def _import_breaks(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield f"`import {node.names[0].name}`; a page may hold {MAY}"
        return
    module = node.module or ""
    if node.level or not (module == READER or f"{module}.".startswith("processing.views.")):
        yield f"import from {'.' * node.level}{module}; a page may hold {MAY}"
        return
    for alias in node.names:
        if alias.name == "*":
            yield "`import *`; name what the page uses"
        elif module == READER and (alias.name not in READERS or alias.asname):
            yield f"import of {alias.name} from {READER}; only pin and manifest, under these names"
        elif module != READER and (alias.asname or alias.name) in READERS:
            yield f"{alias.asname or alias.name} may only come from {READER}"


def _statement_breaks(statement: ast.stmt, known: set[str]) -> Iterator[str]:
    if not isinstance(statement, ast.Expr):
        yield f"a {type(statement).__name__} statement; a page may hold {MAY}"
        return
    if statement.end_lineno != statement.lineno:
        yield "a call over several lines; a cell is one line, the rest belongs into a view"
    arguments = {id(n.func) for n in ast.walk(statement) if isinstance(n, ast.Call)}
    for node in ast.walk(statement.value):
        if not isinstance(node, _ALLOWED):
            yield f"{type(node).__name__} in a page; logic belongs into processing.views"
        elif isinstance(node, ast.Attribute) and node.attr.startswith("_"):
            yield f"private attribute {node.attr}"
        elif isinstance(node, ast.Name) and node.id not in known:
            yield f"{node.id} is not imported by the page; a page may hold {MAY}"
        elif isinstance(node, ast.Name) and node.id in READERS and id(node) not in arguments:
            yield f'{node.id} without a call; write pin("name") or manifest()'
        elif isinstance(node, ast.Call):
            yield from _reader_breaks(node)


def _reader_breaks(node: ast.Call) -> Iterator[str]:
    arguments = [*node.args, *node.keywords]
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    literal = len(node.args) == 1 == len(arguments) and isinstance(node.args[0], ast.Constant)
    if name == "pin" and not (literal and isinstance(node.args[0].value, str)):  # type: ignore[attr-defined]
        yield 'pin() takes one literal name, so that what a page reads can be seen: pin("name")'
    if name == "manifest" and arguments:
        yield "manifest() takes no argument"


def _first_line(text: str) -> str:
    return next((line for line in text.split("\n") if line.strip() and line[:2] != "#|"), "")
