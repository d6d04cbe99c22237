"""The query that is pushed to a database: the declared columns, up to where the clock lets rows."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Literal

from processing.errors import ConfigError
from processing.sources.asked import Asked

# A table is a name, or a schema and a name; anything else is a query.
NAME = re.compile(r'[^\W\d]\w*|"[^"\x00]+"')


def select(
    asked: Asked,
    quoted: str = '"',
    *,
    columns: str | None = None,
    bounded: bool = True,
    whole_days: bool = False,
    mark: str | None = None,
) -> str:
    """`SELECT` the declared columns `FROM` the table or query `WHERE` the clock lets rows through.

    Rows without a day are asked for too, since a rule of the source counts them. `whole_days` is
    for databases that keep moments as text, and lets a day more through; with `mark` the limit
    stands apart (`values`). ConfigError when neither table nor query is named, or both.
    """
    names = columns or ", ".join(quote_name(name, quoted) for name in asked.columns)
    where = _where(asked, quoted, whole_days, mark) if bounded else ""
    return f"SELECT {names} FROM {_origin(asked, quoted)}{where}"


def values(asked: Asked) -> tuple[datetime | int, ...]:
    """What stands for the mark in a query."""
    return (asked.bound.limit,) if asked.bound else ()


def only(asked: Asked, key: Literal["query", "changed"]) -> str | None:
    """A query from millpond.toml without its last semicolon."""
    text: str | None = getattr(asked.config, key)
    return text.strip().rstrip(";") if text else None


def quote_name(name: str, quoted: str = '"') -> str:
    """A name as the database quotes it, unless it comes quoted."""
    bare = name[1:-1] if name[:1] == name[-1:] == '"' else name
    return quoted + bare.replace(quoted, quoted * 2) + quoted


def _origin(asked: Asked, quoted: str) -> str:
    table, query = asked.config.table, only(asked, "query")
    if (table is None) == (query is None):
        raise ConfigError(
            f"Source {asked.name} must name a table or a query",
            found="both" if table else "neither",
            expected=f'table = "sales" or query = "select …" under [sources.{asked.name}]',
        )
    if query is not None:
        return f"({query}) asked"  # Oracle takes no AS here
    assert table is not None
    found = NAME.findall(table)
    if ".".join(found) != table:
        raise ConfigError(
            f"Source {asked.name}: this is no name of a table",
            found=table,
            expected='a name such as sales, public.sales or "Odd name"',
            next_step="for anything else write a query",
        )
    return ".".join(quote_name(part, quoted) for part in found)


def _where(asked: Asked, quoted: str, whole_days: bool, mark: str | None) -> str:
    bound = asked.bound
    if bound is None:
        return ""
    column = quote_name(bound.column, quoted)
    text = mark or _literal(bound.limit, whole_days)
    return f" WHERE {column} {bound.operator} {text} OR {column} IS NULL"


def _literal(limit: datetime | int, whole_days: bool) -> str:
    if not isinstance(limit, datetime):
        return str(limit)
    if whole_days:
        return f"'{limit + timedelta(1):%Y-%m-%d}'"
    return f"'{limit:%Y-%m-%d %H:%M:%S}'"
