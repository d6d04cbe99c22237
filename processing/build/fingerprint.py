"""What a table depends on, as short hashes: its code, its contract, inputs and libraries."""

from __future__ import annotations

import ast
import hashlib
import inspect
import platform
import re
import textwrap
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from types import CodeType, FunctionType, ModuleType
from typing import Any

import msgspec

from processing.contracts.contract import Contract

OURS = "processing."
ADDRESS = re.compile(r" at 0x[0-9a-f]+")


def short_hash(*parts: str) -> str:
    """Sixteen hexadecimal digits that stand for the parts in their order."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def contract_hash(contract: Contract) -> str:
    """A hash of everything the contract says."""
    return short_hash(msgspec.json.encode(contract, order="sorted").decode())


@cache
def code_hash(function: FunctionType) -> str:
    """A hash of the function and of all our code it can reach, without comments and docstrings."""
    seen: dict[str, str] = {}
    _collect(function, seen)
    return short_hash(*(f"{name}={seen[name]}" for name in sorted(seen)))


def _collect(value: Any, seen: dict[str, str]) -> None:
    """Add `value`, and what it refers to in our package, to `seen`."""
    name = f"{value.__module__}.{value.__qualname__}"
    if name in seen:
        return
    seen[name] = plain_code(value)
    for used, target in _targets(value):
        if isinstance(target, (FunctionType, type)):
            if str(target.__module__).startswith(OURS):
                _collect(target, seen)
        elif not isinstance(target, ModuleType):
            seen[f"{value.__module__}.{used}"] = _constant(target)


def _targets(value: Any) -> Iterator[tuple[str, Any]]:
    """What the names mean that a function mentions: in its module, and in ours it names."""
    names = set(_names(value))
    module = inspect.getmodule(value)
    places = [module] + [
        found
        for name in sorted(names)
        if isinstance(found := getattr(module, name, None), ModuleType)
        and found.__name__.startswith(OURS)
    ]
    for place in places:
        for name in sorted(names):
            if hasattr(place, name):
                yield f"{getattr(place, '__name__', '')}.{name}", getattr(place, name)


def _names(value: Any) -> Iterator[str]:
    """The names that a function, or the functions of a class, mention; inner ones included."""
    if isinstance(value, FunctionType):
        yield from _code_names(value.__code__)
    elif isinstance(value, type):
        for member in vars(value).values():
            yield from _names(getattr(member, "__func__", member))


def _code_names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _code_names(constant)


def _constant(value: Any) -> str:
    """A constant as text that is the same on every run: sets have no order of their own."""
    if isinstance(value, dict):
        pairs = (f"{_constant(key)}: {_constant(item)}" for key, item in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, (set, frozenset)):
        return "{" + ", ".join(sorted(map(_constant, value))) + "}"
    if isinstance(value, (tuple, list)):
        return "(" + ", ".join(map(_constant, value)) + ")"
    return ADDRESS.sub("", repr(value))


def plain_code(value: Any) -> str:
    """The source as a syntax tree without comments, docstrings, decorators and positions.

    The decorator carries the contract, which has a hash of its own.
    """
    tree = ast.parse(textwrap.dedent(inspect.getsource(value)))
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            node.decorator_list = []
            if node.body and _is_docstring(node.body[0]):
                node.body = node.body[1:] or [ast.Pass()]
    return ast.dump(tree)


def _is_docstring(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


@cache
def library_hash(engine: str) -> str:
    """The versions that can change what a table holds or how it is stored."""
    names = ("narwhals", "pyarrow", "pandas", "pins", {"spark": "pyspark"}.get(engine, engine))
    return short_hash(platform.python_version(), *(f"{name}={version(name)}" for name in names))
