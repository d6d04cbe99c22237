"""What a contract promises otherwise than it did, one sentence each, for readers."""

from __future__ import annotations

from collections.abc import Iterator

from processing.contracts.contract import Check, Column, Contract

# What is said of a part of a column, in the order it is declared.
_PARTS = {
    "type": "type",
    "unit": "unit",
    "meaning": "meaning",
    "nullable": "may be empty",
    "minimum": "minimum",
    "maximum": "maximum",
    "allowed": "allowed values",
    "level": "level of its rules",
    "settles": "stays once its period is over",
}
_WHOLE = ("grain", "cadence", "warn_after", "error_after")


def contract_changes(old: Contract, new: Contract) -> tuple[str, ...]:
    """Every promise that was added, dropped or changed; empty when both promise the same."""
    return (*_of_table(old, new), *_of_columns(old, new), *_of_checks(old, new))


def _of_table(old: Contract, new: Contract) -> Iterator[str]:
    if old.key != new.key:
        yield f"key: {', '.join(old.key)} → {', '.join(new.key)}"
    for name in _WHOLE:
        before, now = getattr(old, name), getattr(new, name)
        if before != now:
            yield f"{name.replace('_', ' ')}: {_text(before)} → {_text(now)}"
    if old.suppress != new.suppress:
        yield "other rule for cells that are withheld"
    yield from (f"treatment no more: {rule}" for rule in old.treatment if rule not in new.treatment)
    yield from (f"new treatment: {rule}" for rule in new.treatment if rule not in old.treatment)


def _of_columns(old: Contract, new: Contract) -> Iterator[str]:
    before = {column.name: column for column in old.columns}
    now = {column.name: column for column in new.columns}
    yield from (f"column {name} dropped" for name in before if name not in now)
    yield from (f"column {name} added" for name in now if name not in before)
    for name, column in now.items():
        if name in before:
            yield from _of_column(before[name], column)


def _of_column(old: Column, new: Column) -> Iterator[str]:
    for part, said in _PARTS.items():
        before, now = getattr(old, part), getattr(new, part)
        if before != now:
            yield f"column {new.name}, {said}: {_text(before)} → {_text(now)}"


def _of_checks(old: Contract, new: Contract) -> Iterator[str]:
    before, now = _by_rule(old), _by_rule(new)
    yield from (f"rule dropped: {says}" for says in before if says not in now)
    for says, check in now.items():
        if says not in before:
            yield f"rule added: {says}"
        elif before[says].level != check.level:
            yield f"rule {says}, level: {before[says].level} → {check.level}"
        elif before[says] != check:
            yield f"rule changed: {says}"


def _by_rule(contract: Contract) -> dict[str, Check]:
    return {check.says: check for check in contract.checks}


def _text(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
