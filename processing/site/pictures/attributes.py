"""Attributes of SVG elements: read what Plotly wrote, write what is known to be harmless."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

Offset = tuple[float, float]

NUMBERS = re.compile(r"[MmLlHhVvCcSsQqTtAaZz\d., e+-]*")
COLOUR = re.compile(r"none|#[0-9a-f]{3,8}|rgba?\([\d., ]+\)")
REFERENCE = re.compile(r"url\(['\"]?#([\w-]+)['\"]?\)")
_NUMBER = re.compile(r"-?\d*\.?\d+(?:e-?\d+)?")
_MOVE = re.compile(r"translate\(\s*(-?[\d.e-]+)(?:[ ,]+(-?[\d.e-]+))?\s*\)")
_TRANSFORM = re.compile(r"(?:(?:translate|rotate|scale|matrix)\([\d., e-]*\)\s*)+")
_RGB = re.compile(r"rgba?\((\d+), ?(\d+), ?(\d+)(?:, ?([\d.]+))?\)")


def tag(element: Element) -> str:
    """The element's name without its namespace; empty for a comment."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def style(element: Element) -> dict[str, str]:
    """The declarations of its `style`, and what it says in attributes of the same names."""
    parts = (part.partition(":") for part in (element.get("style") or "").split(";"))
    looks = {name.strip(): value.strip() for name, _, value in parts if value}
    own = {name: element.get(name) for name in ("fill", "stroke", "opacity") if element.get(name)}
    return {**{name: value for name, value in own.items() if value}, **looks}


def moved(element: Element) -> Offset | None:
    """How far its transform moves it; None when the transform does more than that."""
    transform = (element.get("transform") or "").strip()
    if _MOVE.sub("", transform).strip():
        return None
    moves = _MOVE.findall(transform)
    return sum(float(x) for x, _ in moves), sum(float(y or 0) for _, y in moves)


def transform(element: Element, offset: Offset) -> str:
    """A transform attribute: the offset first, then the element's own; nothing for no move."""
    by = moved(element)
    if by is not None:
        x, y = offset[0] + by[0], offset[1] + by[1]
        return f' transform="translate({short(x)},{short(y)})"' if x or y else ""
    own = element.get("transform") or ""
    known = own if _TRANSFORM.fullmatch(own) else ""
    first = f"translate({short(offset[0])},{short(offset[1])})" if any(offset) else ""
    return f' transform="{rounded(first + known, 3)}"' if first + known else ""


def short(number: float, digits: int = 1) -> str:
    """A coordinate as few characters as its digits need."""
    text = f"{number:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def rounded(text: str, digits: int = 1) -> str:
    """A path or list of numbers, each number rounded."""
    return _NUMBER.sub(lambda match: short(float(match[0]), digits), text)


def place(element: Element, shift: Offset) -> str:
    """The `x` and `y` of a piece of text, moved."""
    values = [_float(element.get(name)) + by for name, by in zip("xy", shift, strict=True)]
    return f' x="{short(values[0])}" y="{short(values[1])}"'


def rgb(colour: str) -> tuple[int, ...]:
    """The three parts of a colour written either way; empty for another text."""
    if found := _RGB.fullmatch(colour):
        return tuple(int(part) for part in found.groups()[:3])
    if re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
        return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return ()


def font(looks: dict[str, str]) -> str:
    """Size as a class that the style sheet can scale, weight and slant as attributes."""
    size = looks.get("font-size", "").removesuffix("px")
    made = f' class="mp-t{size}"' if re.fullmatch(r"1\d|2\d", size) else ""
    if looks.get("font-weight") in ("bold", "700", "600"):
        made += ' font-weight="650"'
    if looks.get("font-style") == "italic":
        made += ' font-style="italic"'
    return made


def _float(text: str | None) -> float:
    try:
        return float(text or 0)
    except ValueError:
        return 0.0
