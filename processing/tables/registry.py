"""Declare a table: a pure function whose parameters name its inputs, beside its contract."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from processing.contracts.contract import Contract
from processing.contracts.frames import LazyFrame

TableFunction = Callable[..., LazyFrame]


@dataclass(frozen=True)
class Table:
    """A declared table; `inputs` are names of sources and of other tables.

    `by_week`: each week of the result depends on that week of the sources alone, so a new or
    revised week costs the work of that week.
    """

    name: str
    function: TableFunction
    contract: Contract
    inputs: tuple[str, ...]
    by_week: bool = False


def table(contract: Contract, *, by_week: bool = False) -> Callable[[TableFunction], TableFunction]:
    """Mark a function as the table of its own name; the function itself stays as it is."""

    def mark(function: TableFunction) -> TableFunction:
        inputs = tuple(inspect.signature(function).parameters)
        declared = Table(function.__name__, function, contract, inputs, by_week)
        function.declared_table = declared  # type: ignore[attr-defined]
        return function

    return mark


@cache
def load_tables() -> dict[str, Table]:
    """Every table declared in a module of `processing.tables`, by name, sorted."""
    found: dict[str, Table] = {}
    package = import_module("processing.tables")
    for module in iter_modules(package.__path__, "processing.tables."):
        for value in vars(import_module(module.name)).values():
            declared = getattr(value, "declared_table", None)
            if isinstance(declared, Table) and value.__module__ == module.name:
                found[declared.name] = declared
    return dict(sorted(found.items()))
