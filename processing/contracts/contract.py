"""What a table promises: grain, key, columns, checks, cadence and audience."""

from __future__ import annotations

from typing import Literal

import msgspec

Cadence = Literal["daily", "weekly", "monthly", "static"]
Audience = Literal["public", "internal"]

# After how many days without newer data a table is late (warn), and when that fails a run (error).
LATE_AFTER: dict[Cadence, tuple[int, int] | None] = {
    "daily": (1, 3),
    "weekly": (8, 15),
    "monthly": (32, 63),
    "static": None,
}

# What a broken rule leads to: `stop` makes no release; `warn` and `note` are released and said.
Level = Literal["note", "warn", "stop"]

# The types a pin may hold. Money and shares are decimals, so that equal input gives equal bytes.
ColumnType = Literal["int16", "int32", "int64", "string", "date", "bool", "usd", "pct", "ratio"]


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One column: its name ends in its unit, and `meaning` is one sentence a reader understands.

    `level` holds for the rules of this column: never empty, minimum, maximum, allowed values.
    `settles`: the value of a period that is over stays, so that another one is a revision.
    """

    name: str
    type: ColumnType
    unit: str
    meaning: str
    nullable: bool = False
    minimum: float | None = None
    maximum: float | None = None
    allowed: tuple[str, ...] | None = None
    level: Level = "stop"
    settles: bool = True


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
    level: Level = "stop"


class Suppression(msgspec.Struct, frozen=True, kw_only=True):
    """Cells that rest on too few households are emptied before the table is pinned.

    A row with a `count` above 0 and below `minimum` loses `count` and `columns` (which must be
    nullable: there, empty means withheld); `flag`, where named, says so. `totals` are the groups
    of rows whose sum is published somewhere: within each, further rows are withheld until no cell
    follows from the sum. `disjoint`: no household is in two rows of a group, so counts may be
    added; otherwise the largest withheld count alone must reach `minimum`. `together` are columns
    by which rows are withheld all or not at all, where a group has one that is too small: then
    nothing but the group's total is left to subtract from, however the rows overlap.
    """

    count: str
    minimum: int
    columns: tuple[str, ...] = ()
    flag: str | None = None
    totals: tuple[tuple[str, ...], ...] = ()
    disjoint: bool = False
    together: tuple[str, ...] = ()


class Contract(msgspec.Struct, frozen=True, kw_only=True):
    """The promise of one table; `treatment` says in a reader's words what odd rows become.

    The key is unique and there are rows: both always stop. `warn_after` and `error_after` are days
    without newer data; where they are not given the cadence decides, and static is never late.
    `from_sample` says that the table holds shares or averages, which a sample of its sources gives
    as well; one that counts or sums would be wrong and is refused.
    `discloses` names the internal tables that a public one is made from, on purpose: what it tells
    of them may be known to everybody.
    """

    title: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    checks: tuple[Check, ...] = ()
    treatment: tuple[str, ...] = ()
    cadence: Cadence = "weekly"
    audience: Audience = "public"
    discloses: tuple[str, ...] = ()
    suppress: Suppression | None = None
    from_sample: bool = False
    warn_after: int | None = None
    error_after: int | None = None

    def __post_init__(self) -> None:
        """ValueError when the table would fail before it is late."""
        if self.late_after and not 0 <= self.late_after[0] <= self.late_after[1]:
            raise ValueError(f"{self.title}: warn_after and error_after are {self.late_after}")

    @property
    def late_after(self) -> tuple[int, int] | None:
        """The most days since its data's last day at which the table is in time, and tolerable."""
        usual = LATE_AFTER[self.cadence]
        if usual is None:
            return None
        warn = usual[0] if self.warn_after is None else self.warn_after
        usual_error = max(usual[1], warn)
        return warn, usual_error if self.error_after is None else self.error_after

    def column(self, name: str) -> Column:
        """The column of that name; KeyError when the contract has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


class CheckResult(msgspec.Struct, frozen=True, kw_only=True):
    """What one rule found: how many rows it looked at, how many failed, and what that leads to.

    `where` says in words which weeks or groups they are in, for rules that know.
    """

    rule: str
    rows: int
    failed: int
    level: Level = "stop"
    where: str = ""

    def __str__(self) -> str:
        where = f" ({self.where})" if self.where else ""
        return f"{self.rule}: {self.failed:,} of {self.rows:,} rows fail{where}"
