"""What a table promises: grain, key, columns, checks, cadence and audience."""

from __future__ import annotations

from typing import Literal

import msgspec

Cadence = Literal["daily", "weekly", "monthly", "static"]
Audience = Literal["public", "internal"]

# The types a pin may hold. Money and shares are decimals, so that equal input gives equal bytes.
ColumnType = Literal["int16", "int32", "int64", "string", "date", "bool", "usd", "pct", "ratio"]


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One column: its name ends in its unit, and `meaning` is one sentence a reader understands."""

    name: str
    type: ColumnType
    unit: str
    meaning: str
    nullable: bool = False
    minimum: float | None = None
    maximum: float | None = None
    allowed: tuple[str, ...] | None = None


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """A rule over the rows beyond type, null, range and key.

    kind `sum`: `column` equals the sum of `terms`; `not_above`: `column` is at most `terms[0]`;
    `rows`: the number of rows lies in [minimum, maximum].
    """

    kind: Literal["sum", "not_above", "rows"]
    says: str
    column: str | None = None
    terms: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None


class Contract(msgspec.Struct, frozen=True, kw_only=True):
    """The promise of one table; `treatment` says in a reader's words what odd rows become."""

    title: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    checks: tuple[Check, ...] = ()
    treatment: tuple[str, ...] = ()
    cadence: Cadence = "weekly"
    audience: Audience = "public"

    def column(self, name: str) -> Column:
        """The column of that name; KeyError when the contract has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


class CheckResult(msgspec.Struct, frozen=True, kw_only=True):
    """What one rule found: how many rows it looked at and how many failed."""

    rule: str
    rows: int
    failed: int
