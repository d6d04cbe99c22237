"""Declare a table: a pure function whose parameters name its inputs, beside its contract."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from processing.contracts.contract import Contract
from processing.contracts.frames import LazyFrame
from processing.errors import ConfigError, MillpondError, raised

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
    """Mark a function as the table of its own name; the function itself stays as it is.

    ConfigError when there is no contract.
    """
    if not isinstance(contract, Contract):
        raise ConfigError(
            f"Table {getattr(contract, '__name__', contract)} has no contract",
            expected="@table(Contract(…)) above its function",
            next_step="give it one; `millpond new table NAME` writes a table that has one",
        )

    def mark(function: TableFunction) -> TableFunction:
        inputs = tuple(inspect.signature(function).parameters)
        declared = Table(function.__name__, function, contract, inputs, by_week)
        function.declared_table = declared  # type: ignore[attr-defined]
        return function

    return mark


@cache
def load_tables() -> dict[str, Table]:
    """Every table declared in a module of `processing.tables`, by name, sorted.

    ConfigError for a module that cannot be imported, and for a name that stands in two of them.
    """
    found: dict[str, Table] = {}
    package = import_module("processing.tables")
    for module in iter_modules(package.__path__, "processing.tables."):
        for declared in declared_in(_imported(module.name)):
            if other := found.get(declared.name):
                raise ConfigError(
                    f"Two tables are called {declared.name}",
                    found=f"one in {other.function.__module__}, one in {module.name}",
                    expected="a name for each",
                    next_step="rename one of the two functions, or remove it",
                )
            found[declared.name] = declared
    return dict(sorted(found.items()))


def declared_in(module: ModuleType) -> list[Table]:
    """The tables that a module declares itself."""
    marked = [getattr(value, "declared_table", None) for value in vars(module).values()]
    tables = [table for table in marked if isinstance(table, Table)]
    return [table for table in tables if table.function.__module__ == module.__name__]


def _imported(name: str) -> ModuleType:
    try:
        return import_module(name)
    except MillpondError:
        raise
    except Exception as error:
        raise ConfigError(
            f"{name} cannot be imported",
            found=raised(error),
            next_step="mend the module; `millpond --debug …` shows the traceback",
        ) from error
