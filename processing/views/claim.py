"""A claim in words that the site check holds against the pin: that something is most, or rose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal
from urllib.parse import quote

from processing.board.reader import Pin
from processing.views.html import element
from processing.views.number import raw_text, row_address
from processing.views.rows import Row

# `max`, `min`: no row among those named has more, or less. `furthest`: none is further from zero.
# `rise`, `fall`: the row's value is above, or below, zero.
Kind = Literal["max", "min", "furthest", "rise", "fall"]
LATEST: Mapping[str, object] = {"is_latest": True}


def claim(
    kind: Kind,
    pin: Pin,
    row: Row,
    column: str,
    words: str,
    among: Mapping[str, object] = LATEST,
) -> str:
    """`words` (finished inline HTML) as the claim that `kind` says of the row's `column`.

    `among` names the rows it is compared with, by the values of their columns; a name that ends in
    `<=` or `>=` takes rows up to, or from, a value.
    """
    return element(
        "span",
        words,
        class_="mp-claim",
        data_claim=kind,
        data_pin=pin.name,
        data_row=row_address(pin, row),
        data_column=column,
        data_among=conditions(among),
    )


def none(
    kind: Literal["rise", "fall"],
    pin: Pin,
    column: str,
    words: str,
    among: Mapping[str, object] = LATEST,
) -> str:
    """`words` as the claim that no row among those named rose, or fell, by a dollar or more."""
    return element(
        "span",
        words,
        class_="mp-claim",
        data_claim=f"none-{kind}",
        data_pin=pin.name,
        data_column=column,
        data_among=conditions(among),
    )


def conditions(among: Mapping[str, object]) -> str:
    """`column=value`, `column<=value` or `column>=value`, joined by `;`, values percent-encoded."""
    return ";".join(
        (name if name.endswith("=") else f"{name}=") + quote(raw_text(value), safe="")
        for name, value in among.items()
    )
