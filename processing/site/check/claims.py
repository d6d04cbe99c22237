"""Claims in headlines against the pin: that something is most, least, rose or fell."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

from lxml.html import HtmlElement

from processing.board.reader import Release
from processing.site.check.base import Finding, HtmlPage, Site, visible_text
from processing.site.check.block import canonical, stored_text
from processing.site.check.numbers import Pins
from processing.site.check.pins import PinTable
from processing.views.format import rounded

RULE = "claim"
CLAIM = "mp-claim"
HEADLINES = ("mp-headline", "mp-finding")
# Words that state an order or a direction: in a headline each must be part of a claim.
WORDS = re.compile(
    r"\b(most|least|largest|smallest|highest|lowest|furthest|best|worst|weakest|rose|fell|grew|shrank|"
    r"gained|lost|lead|leads|led|lifted|lowered|climbed|dropped|peaked)\b",
    re.IGNORECASE,
)
CONDITION = re.compile(r"(\w+)(<=|>=|=)(.*)")
Holds = Callable[[Any, list[Any]], bool]

# Of a value and of the values it is compared with.
KINDS: dict[str, Holds] = {
    "max": lambda value, others: value >= max(others),
    "min": lambda value, others: value <= min(others),
    "furthest": lambda value, others: abs(value) >= max(map(abs, others)),
    "rise": lambda value, _: value > 0,
    "fall": lambda value, _: value < 0,
}
OF_ITS_ROWS = {"max", "min", "furthest"}
# Of all values at once, to the dollar, as a reader sees them.
ALL_KINDS: dict[str, Callable[[Decimal], bool]] = {
    "none-rise": lambda value: value <= 0,
    "none-fall": lambda value: value >= 0,
}


def check_claims(site: Site, release: Release | None) -> list[Finding]:
    """Findings for claims that their pin does not bear out, and for headlines without them."""
    pins = Pins(release)
    found = []
    for page in site.pages.values():
        for element in page.select("*", CLAIM):
            if says := _fault(element, pins):
                found.append(Finding(page.name, RULE, f"{visible_text(element)!r}: {says}"))
        found += [Finding(page.name, RULE, says) for says in _unchecked(page)]
    return found


def _fault(element: HtmlElement, pins: Pins) -> str | None:
    kind, pin, column = (element.get(f"data-{part}") or "" for part in ("claim", "pin", "column"))
    if kind not in KINDS and kind not in ALL_KINDS:
        return f"claims {kind or 'nothing'}, not one of {', '.join([*KINDS, *ALL_KINDS])}"
    table = pins.table(pin)
    if table is None or isinstance(table, str):
        return table
    try:
        places = _among(table, element.get("data-among") or "")
        values = [_number(table.columns[column][place]) for place in places]
        return _verdict(element, kind, table, column, [v for v in values if v is not None])
    except KeyError as error:
        return f"{pin} has no column {error.args[0]}"
    except (ValueError, ArithmeticError) as error:
        return str(error)


def _verdict(
    element: HtmlElement, kind: str, table: PinTable, column: str, values: list[Any]
) -> str | None:
    if kind in ALL_KINDS:
        wrong = [value for value in values if not ALL_KINDS[kind](rounded(value, 0))]
        return f"claims {kind}, {table.name} has {wrong[0]}" if wrong else None
    pairs = (pair.partition("=") for pair in (element.get("data-row") or "").split(";") if pair)
    cell = table.find({name: unquote(value) for name, _, value in pairs}, column)
    if isinstance(cell, str):
        return cell
    value = _number(cell[0])
    if value is None or not values:
        return f"claims {kind} of an empty cell"
    if kind in OF_ITS_ROWS and value not in values:
        return f"claims {kind} of {value}, which is not among the rows it is compared with"
    if KINDS[kind](value, values):
        return None
    return f"claims {kind} of {value}, {table.name} has {min(values)} to {max(values)}"


def _number(value: Any) -> Any:
    """A value that can be ordered, as Decimal where it is a number; None where it is empty."""
    return canonical(value) if isinstance(value, int | float | Decimal) else value


def _among(table: PinTable, text: str) -> list[int]:
    """The places of the rows that keep every condition."""
    places = list(range(len(next(iter(table.columns.values()), ()))))
    for condition in filter(None, text.split(";")):
        found = CONDITION.fullmatch(condition)
        if not found:
            raise ValueError(f"{condition!r} is no condition")
        name, sign, value = found[1], found[2], unquote(found[3])
        places = [p for p in places if _keeps(table.columns, name, p, sign, value)]
    return places


def _keeps(columns: Mapping[str, Any], name: str, place: int, sign: str, value: str) -> bool:
    cell = columns[name][place]
    if sign == "=":
        return stored_text(cell) == value
    if cell is None:
        return False
    below = Decimal(str(cell)) <= Decimal(value)
    return below if sign == "<=" else not below or Decimal(str(cell)) == Decimal(value)


def _unchecked(page: HtmlPage) -> Iterator[str]:
    """Headlines and findings with a word of order or direction outside every claim."""
    for name in HEADLINES:
        for element in page.select("*", name):
            text = " ".join(_outside(element))
            if found := WORDS.search(text):
                yield f"{visible_text(element)!r} says {found[0]!r} without a claim to check"


def _outside(node: HtmlElement) -> Iterator[str]:
    """What is said outside claims; names and numbers of pins are no words of ours."""
    classes = (node.get("class") or "").split()
    if CLAIM in classes or "mp-value" in classes or "mp-fact" in classes:
        return
    yield node.text or ""
    for child in node:
        if isinstance(child.tag, str):
            yield from _outside(child)
        yield child.tail or ""
