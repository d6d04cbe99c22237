"""One fact of the release, tied to the place in its manifest that it came from."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from processing.board.manifest import Manifest
from processing.contracts.contract import ColumnType
from processing.views.format import DATE_FORMATS, NUMBER_FORMATS, format_value
from processing.views.html import element, escape
from processing.views.number import raw_text

Step = str | int

# How a value of a type reads with all its digits.
EXACT: dict[ColumnType, str] = {
    "int16": "count",
    "int32": "count",
    "int64": "count",
    "string": "text",
    "date": "date_short",
    "bool": "yes_no",
    "usd": "usd2",
    "pct": "pct2",
    "ratio": "ratio4",
}


def fact(manifest: Manifest, *path: Step, format: str) -> str:
    """The HTML of the value at `path` of the manifest: `<data>`, or `<time>` for a day or moment.

    `path` is field names, keys and places in lists; KeyError when it leads nowhere.
    """
    raw = at(manifest, path)
    marks = {"class_": "mp-fact", "data_path": pointer(path), "data_format": format}
    text = escape(format_value(format, typed(format, raw)))
    if (format in DATE_FORMATS or format == "moment") and raw is not None:
        return element("time", text, datetime=raw_text(raw), **marks)
    return element("data", text, value=raw_text(raw), **marks)


def pointer(path: tuple[Step, ...]) -> str:
    """The path as a JSON pointer (RFC 6901) into the manifest's JSON."""
    return "".join("/" + str(s).replace("~", "~0").replace("/", "~1") for s in path)


def at(manifest: Manifest, path: tuple[Step, ...]) -> Any:
    """The value at a path of the manifest. KeyError when there is none."""
    found: Any = manifest
    for step in path:
        try:
            found = _step(found, step)
        except (AttributeError, IndexError, KeyError, TypeError) as error:
            raise KeyError(f"{pointer(path)} is not in the manifest") from error
    return found


def _step(found: Any, step: Step) -> Any:
    """The field of a struct, the value of a key, or the item at a place."""
    is_struct = hasattr(type(found), "__struct_fields__")
    return getattr(found, str(step)) if is_struct else found[step]


def typed(format: str, raw: Any) -> Any:
    """`raw` as the formatter takes it: a manifest keeps the values of cells as text."""
    if not isinstance(raw, str):
        return raw
    if format == "yes_no":
        return raw == "true"
    return Decimal(raw) if format in NUMBER_FORMATS else raw
