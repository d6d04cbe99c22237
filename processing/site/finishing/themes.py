"""One style for day and night in place of Quarto's two, which differ in colours alone."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

_GROUPS = {"media", "supports", "container", "layer", "keyframes", "-webkit-keyframes"}
_NAME = re.compile(r"var\(\s*(--[\w-]+)")


class Declaration(NamedTuple):
    """One property and its value, with what comes after it."""

    name: str
    value: str
    end: str


@dataclass(frozen=True)
class Block:
    """A rule, or a group of rules; without parts it is a remark or a statement."""

    head: str
    parts: tuple[Block | Declaration, ...] | None = None


class Unlike(Exception):
    """The two styles differ in more than values."""


def one_style(first: str, second: str, when: str, used: Collection[str]) -> str | None:
    """The first style, whose values become those of the second where the selector `when` holds.

    None when the two differ in more than values. What the first declares alone stays: Quarto lays
    the second over it. A property of one's own that is neither in `used` nor asked for is left out.
    """
    pairs: dict[tuple[str, str], str] = {}
    try:
        parts = tuple(_paired(_read(first), _read(second), pairs))
    except Unlike:
        return None
    made = _text(parts)
    while made != (less := _text(parts := _without_unused(parts, {*used, *_NAME.findall(made)}))):
        made = less
    asked = set(_NAME.findall(made))
    kept = [(name, pair) for pair, name in pairs.items() if name in asked]
    values = (";".join(f"{name}:{pair[at]}" for name, pair in kept) for at in (0, 1))
    colours = "".join(f"{on}{{{all_}}}" for on, all_ in zip((":root", when), values, strict=True))
    return colours + made if kept else made


def compact(css: str) -> str:
    """The style without what only its authors read; licences stay."""
    return _text(_read(css))


def _read(css: str) -> tuple[Block | Declaration, ...]:
    import tinycss2

    return tuple(_blocks(tinycss2.parse_stylesheet(css, skip_whitespace=True)))


def _blocks(nodes: Sequence[Any]) -> Iterator[Block]:
    import tinycss2

    for node in nodes:
        if node.type == "comment":
            if node.value.startswith("!"):  # a licence
                yield Block(f"/*{node.value}*/")
            continue
        if node.type not in ("qualified-rule", "at-rule"):
            raise Unlike
        head = tinycss2.serialize(node.prelude).strip()
        if node.type == "at-rule":
            head = f"@{node.at_keyword} {head}".strip()
        if node.content is None:
            yield Block(f"{head};")
        elif node.type == "at-rule" and node.lower_at_keyword in _GROUPS:
            rules = tinycss2.parse_rule_list(node.content, skip_whitespace=True)
            yield Block(head, tuple(_blocks(rules)))
        else:
            yield Block(head, tuple(_declarations(node.content)))


def _declarations(content: Sequence[Any]) -> Iterator[Declaration]:
    import tinycss2

    told = tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True)
    for node in told:
        if node.type != "declaration":
            raise Unlike
        end = " !important" if node.important else ""
        yield Declaration(node.name, tinycss2.serialize(node.value).strip(), end)


def _paired(
    first: Sequence[Block | Declaration],
    second: Sequence[Block | Declaration],
    pairs: dict[tuple[str, str], str],
) -> Iterator[Block | Declaration]:
    """The parts of the first, which name a pair of values where the second has another."""
    others = (part for part in second if not _is_remark(part))
    other = next(others, None)
    for part in first:
        if other is not None and _match(part, other):
            yield _pair(part, other, pairs)
            other = next(others, None)
        elif _is_remark(part) or (isinstance(part, Declaration) and part.name.startswith("--")):
            yield part
        else:
            raise Unlike
    if other is not None:
        raise Unlike


def _is_remark(part: Block | Declaration) -> bool:
    return isinstance(part, Block) and part.head.startswith("/*")


def _match(one: Block | Declaration, other: Block | Declaration) -> bool:
    if isinstance(one, Declaration) and isinstance(other, Declaration):
        return (one.name, one.end) == (other.name, other.end)
    return isinstance(one, Block) and isinstance(other, Block) and one.head == other.head


def _pair(
    one: Block | Declaration, other: Block | Declaration, pairs: dict[tuple[str, str], str]
) -> Block | Declaration:
    if isinstance(one, Declaration) and isinstance(other, Declaration):
        if one.value == other.value:
            return one
        name = pairs.setdefault((one.value, other.value), f"--theme-{len(pairs)}")
        return one._replace(value=f"var({name})")
    assert isinstance(one, Block) and isinstance(other, Block)
    if one == other:
        return one
    if one.parts is None or other.parts is None or one.head.startswith("@font-face"):
        raise Unlike
    return Block(one.head, tuple(_paired(one.parts, other.parts, pairs)))


def _without_unused(
    parts: Sequence[Block | Declaration], used: Collection[str]
) -> tuple[Block | Declaration, ...]:
    kept: list[Block | Declaration] = []
    for part in parts:
        if isinstance(part, Declaration):
            if not part.name.startswith("--") or part.name in used:
                kept.append(part)
        elif part.parts is None:
            kept.append(part)
        elif inner := _without_unused(part.parts, used):
            kept.append(Block(part.head, inner))
    return tuple(kept)


def _text(parts: Sequence[Block | Declaration]) -> str:
    made: list[str] = []
    for part in parts:
        if isinstance(part, Declaration):
            made.append(f"{part.name}:{part.value}{part.end};")
        else:
            made.append(part.head if part.parts is None else f"{part.head}{{{_text(part.parts)}}}")
    return "".join(made)
