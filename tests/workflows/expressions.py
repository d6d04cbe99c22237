"""Evaluate the expressions of GitHub workflows, as far as ours use them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<op>\|\||&&|==|!=|!|\(|\)|,)|(?P<word>[\w.\-*]+))"
)
STATUS = {"always", "success", "failure", "cancelled"}
Function = Callable[..., Any]


class Unknown(Exception):
    """An expression that this evaluator does not understand: better an error than a guess."""


def fill(text: Any, values: Mapping[str, Any], functions: Mapping[str, Function]) -> Any:
    """`text` with every `${{ … }}` replaced; the bare value where the text is one expression."""
    if not isinstance(text, str):
        return text
    whole = re.fullmatch(r"\$\{\{(.*?)\}\}", text.strip(), re.DOTALL)
    if whole:
        return evaluate(whole[1], values, functions)
    return re.sub(
        r"\$\{\{(.*?)\}\}",
        lambda m: as_text(evaluate(m[1], values, functions)),
        text,
        flags=re.DOTALL,
    )


def condition(text: Any, values: Mapping[str, Any], functions: Mapping[str, Function]) -> bool:
    """An `if:`; `success()` is implied unless it asks for a status itself."""
    text = "success()" if text is None else as_text(text).removeprefix("${{").removesuffix("}}")
    if not any(re.search(rf"\b{name}\(\)", text) for name in STATUS):
        text = f"success() && ({text})"
    return bool(evaluate(text, values, functions))


def as_text(value: Any) -> str:
    """A value as GitHub writes it into text."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def evaluate(text: str, values: Mapping[str, Any], functions: Mapping[str, Function]) -> Any:
    """The value of one expression."""
    tokens, at = [], 0
    while text[at:].strip():
        match = TOKEN.match(text, at)
        if not match:
            raise Unknown(text)
        tokens.append(match)
        at = match.end()
    parser = _Parser(tokens, values, functions)
    found = parser.either()
    if parser.at != len(tokens):
        raise Unknown(text)
    return found


class _Parser:
    """`||` binds least, then `&&`, then comparison, then `!`."""

    def __init__(
        self,
        tokens: list[re.Match[str]],
        values: Mapping[str, Any],
        functions: Mapping[str, Function],
    ) -> None:
        self.tokens, self.values, self.functions, self.at = tokens, values, functions, 0

    def peek(self) -> str | None:
        return self.tokens[self.at]["op"] if self.at < len(self.tokens) else None

    def took(self, operator: str) -> bool:
        if self.peek() == operator:
            self.at += 1
            return True
        return False

    def either(self) -> Any:
        found = self.both()
        while self.took("||"):
            other = self.both()
            found = found or other
        return found

    def both(self) -> Any:
        found = self.compared()
        while self.took("&&"):
            other = self.compared()
            found = found and other
        return found

    def compared(self) -> Any:
        found = self.one()
        for operator, same in (("==", True), ("!=", False)):
            if self.took(operator):
                return equal(found, self.one()) is same
        return found

    def one(self) -> Any:
        if self.took("!"):
            return not self.one()
        if self.took("("):
            found = self.either()
            self.expect(")")
            return found
        token = self.tokens[self.at]
        self.at += 1
        if token["text"]:
            return token["text"][1:-1].replace("''", "'")
        if token["word"] is None:
            raise Unknown(token.string)
        return self.called(token["word"]) if self.took("(") else self.named(token["word"])

    def called(self, name: str) -> Any:
        given = []
        while not self.took(")"):
            given.append(self.either())
            self.took(",")
        if name not in self.functions:
            raise Unknown(name)
        return self.functions[name](*given)

    def named(self, word: str) -> Any:
        literal = {"true": True, "false": False, "null": None}
        if word in literal:
            return literal[word]
        if re.fullmatch(r"-?\d+(\.\d+)?", word):
            return float(word)
        first, *rest = word.split(".")
        if first not in self.values:
            raise Unknown(word)
        found: Any = self.values[first]
        for part in rest:
            found = found.get(part) if isinstance(found, Mapping) else None
        return found

    def expect(self, operator: str) -> None:
        if not self.took(operator):
            raise Unknown(operator)


def equal(one: Any, other: Any) -> bool:
    """GitHub's `==`: text without regard to case, nothing and the empty text alike."""
    one, other = ("" if value is None else value for value in (one, other))
    if isinstance(one, str) and isinstance(other, str):
        return one.lower() == other.lower()
    return type(one) is type(other) and one == other
