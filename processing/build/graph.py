"""The order of the tables: which reads which, and which sources stand at the start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from processing.contracts.contract import Audience
from processing.errors import ConfigError
from processing.nearest import one_of
from processing.tables.registry import Table


@dataclass(frozen=True)
class Graph:
    """Tables in an order in which each comes after its inputs, and the sources they use."""

    tables: dict[str, Table]
    sources: tuple[str, ...]

    def upstream(self, name: str) -> tuple[str, ...]:
        """The tables that `name` reads directly."""
        return tuple(i for i in self.tables[name].inputs if i in self.tables)

    def used_sources(self, name: str) -> tuple[str, ...]:
        """The sources that `name` reads directly."""
        return tuple(i for i in self.tables[name].inputs if i in self.sources)


def _check_suppression(table: Table) -> None:
    """ConfigError for a total over several weeks in a table whose old weeks are kept."""
    totals = table.contract.suppress.totals if table.contract.suppress else ()
    if table.by_week and not all("week" in total for total in totals):
        raise ConfigError(
            f"Table {table.name} is computed week by week but withholds cells across weeks",
            found="; ".join(", ".join(total) or "all rows" for total in totals),
            expected="week among the columns of each of suppress.totals",
            next_step="add week to them, or leave out by_week",
        )


def _check_disclosed(table: Table, tables: Mapping[str, Table]) -> None:
    """ConfigError for a public table made from an internal one, unless its contract says so."""
    internal = {n for n in table.inputs if n in tables and _audience(tables[n]) == "internal"}
    told = set(table.contract.discloses)
    if _audience(table) == "public" and (undeclared := internal - told):
        raise ConfigError(
            f"Table {table.name} is public but made from what is internal",
            found=", ".join(sorted(undeclared)),
            expected="public tables and sources, or internal tables that `discloses` names",
            next_step='set audience="internal" in its contract, or, where what it tells may be '
            "known to everybody, name them in `discloses`",
        )
    if strange := told - internal if _audience(table) == "public" else told:
        raise ConfigError(
            f"Table {table.name} says it discloses what it does not read, or nobody hides",
            found=", ".join(sorted(strange)),
            expected="internal tables among its inputs, in a public contract",
            next_step="take them out of `discloses`",
        )


def _audience(table: Table) -> Audience:
    return table.contract.audience


def needed(tables: Mapping[str, Table], names: tuple[str, ...]) -> dict[str, Table]:
    """The named tables and those they read, or all when none is named.

    ConfigError for a name that no table has.
    """
    if unknown := sorted(set(names) - set(tables)):
        raise ConfigError(
            f"millpond.toml asks for tables that nobody declared: {', '.join(unknown)}",
            expected=one_of(unknown, tables),
            next_step="correct `tables`, or leave it out to build them all",
        )
    wanted, todo = set[str](), list(names or tables)
    while todo:
        wanted.add(name := todo.pop())
        todo += [i for i in tables[name].inputs if i in tables and i not in wanted]
    return {name: table for name, table in tables.items() if name in wanted}


def build_graph(tables: Mapping[str, Table], sources: frozenset[str]) -> Graph:
    """Sort the tables; ConfigError for an input that nobody gives, a clash of names, or a cycle."""
    for table in tables.values():
        unknown = [i for i in table.inputs if i not in tables and i not in sources]
        if unknown:
            raise ConfigError(
                f"Table {table.name} reads what nobody gives: {', '.join(unknown)}",
                found=", ".join(table.inputs),
                expected="parameters named like a source in millpond.toml or another table: "
                + one_of(unknown, sorted({*tables, *sources} - {table.name})),
                next_step="rename the parameter, or add the source to millpond.toml",
            )
        if table.by_week and not set(table.inputs) <= sources:
            raise ConfigError(
                f"Table {table.name} is computed week by week but reads a table",
                found=", ".join(i for i in table.inputs if i not in sources),
                expected="sources alone",
                next_step="read the sources, or leave out by_week",
            )
        _check_suppression(table)
        _check_disclosed(table, tables)
    clash = sources & set(tables)
    if clash:
        raise ConfigError(
            f"A source and a table share a name: {', '.join(sorted(clash))}",
            next_step="rename one of them",
        )
    try:
        edges = {n: [i for i in t.inputs if i in tables] for n, t in sorted(tables.items())}
        order = list(TopologicalSorter(edges).static_order())
    except CycleError as error:
        raise ConfigError(
            "Tables read each other in a circle",
            found=" -> ".join(error.args[1]),
            next_step="remove one of these inputs",
        ) from error
    used = {i for t in tables.values() for i in t.inputs if i in sources}
    return Graph({name: tables[name] for name in order}, tuple(sorted(used)))
