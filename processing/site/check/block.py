"""A unit of a page (one chart or table) with the JSON block of values it travels with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

import msgspec
from lxml.html import HtmlElement

from processing.site.check.base import HtmlPage


class Block(msgspec.Struct, frozen=True):
    """The values of a unit: rows of one pin, and how the figure shows them; looks are left out."""

    unit: str
    pin: str
    version: str
    sha256: str
    columns: list[str]
    formats: list[str]
    rows: list[list[Any]]
    figure: dict[str, Any] | None = None
    encoding: list[dict[str, Any]] = []


@dataclass(frozen=True)
class Unit:
    """One `figure.mp-unit` of a page."""

    page: HtmlPage
    element: HtmlElement

    @property
    def id(self) -> str:
        """The id of the unit; empty when it has none."""
        return self.element.get("id") or ""

    def select(self, tag: str, css_class: str = "") -> list[HtmlElement]:
        """Elements inside the unit of that tag (`*` for any) and class."""
        found = self.element.iter() if tag == "*" else self.element.iter(tag)
        return [
            e
            for e in found
            if isinstance(e.tag, str) and (not css_class or css_class in _classes(e))
        ]

    @cached_property
    def block(self) -> Block | str:
        """The JSON block, numbers with their exact digits; or what is wrong with it."""
        scripts = self.select("script", "mp-data")
        if len(scripts) != 1:
            return f"{len(scripts)} JSON blocks (script.mp-data), not one"
        if scripts[0].get("type") != "application/json":
            return "the JSON block is not of type application/json, so a browser would run it"
        try:
            return _decoder.decode(scripts[0].text or "")
        except msgspec.MsgspecError as error:
            return f"the JSON block cannot be read: {error}"


_decoder = msgspec.json.Decoder(Block, float_hook=Decimal)


def _classes(element: HtmlElement) -> list[str]:
    return (element.get("class") or "").split()


def units(page: HtmlPage) -> list[Unit]:
    """The units of a page in document order."""
    return [Unit(page, element) for element in page.select("figure", "mp-unit")]


def canonical(value: object) -> object:
    """A value such that two are equal exactly when a reader would call them the same value.

    Numbers become Decimal whatever their storage, dates their ISO text, and truth is no number.
    """
    if isinstance(value, bool):
        return ("bool", value)
    if isinstance(value, int | float | Decimal):
        return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if isinstance(value, date):
        return value.isoformat()[:10]
    return value


def stored_text(value: object) -> str:
    """The value as text with its exact digits: what `<data value>` and a CSV cell hold."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat()[:10] if isinstance(value, date) else str(value)
