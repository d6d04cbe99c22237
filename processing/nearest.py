"""Names that a person may have meant: what an error shows in place of a long list."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from msgspec import Struct
from msgspec.inspect import StructType, UnionType, type_info

UNKNOWN = re.compile(r"Object contains unknown field `(.+?)`(?: - at `\$\.(.+)`)?", re.DOTALL)
FEW = 10  # names that are all shown
NEAREST = 3


def one_of(found: str | Iterable[str], known: Iterable[str]) -> str:
    """`one of` the known names: all of a few, of many those nearest to what was found."""
    names = list(known)
    if len(names) <= FEW:
        return "one of " + ", ".join(names)
    words = [found] if isinstance(found, str) else list(found)
    near = [get_close_matches(word, names, NEAREST, 0.0) for word in words]
    # The nearest of each word come first.
    shown = list(dict.fromkeys(name for rank in zip(*near, strict=True) for name in rank))
    return f"one of {len(names)} names; the nearest are {', '.join(shown[:NEAREST])}"


def key_meant(error: str, whole: type[Struct]) -> str:
    """What msgspec's error about an unknown key is to add: the key of its table that is near."""
    match = UNKNOWN.fullmatch(error)
    if not match:
        return ""
    kind: Any = type_info(whole)
    for step in re.findall(r"\w+|\[\.\.\.\]", match[2] or ""):
        kind = kind.value_type if step == "[...]" else _keys(kind)[step]
        if isinstance(kind, UnionType):  # with None, where a table may be left out
            kind = next(one for one in kind.types if isinstance(one, StructType))
    near = get_close_matches(match[1], _keys(kind), 1)
    return f". Did you mean `{near[0]}`?" if near else ""


def _keys(kind: StructType) -> dict[str, Any]:
    return {field.encode_name: field.type for field in kind.fields}
