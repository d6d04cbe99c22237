"""Finished HTML: what a view hands over, and how text from data is made inert."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from processing.views.format import UNSAFE

if TYPE_CHECKING:
    from collections.abc import Iterable

# Braces would open a shortcode of Quarto, backticks would end the raw block around the HTML.
_MARKS = {"{": "&#123;", "}": "&#125;", "`": "&#96;"}
_JSON_MARKS = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "`": "\\u0060",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}


@dataclass(frozen=True)
class Fragment:
    """A piece of finished HTML that Quarto and Pandoc pass through untouched."""

    html: str
    inline: bool = False

    def _repr_markdown_(self) -> str:
        if self.inline:
            return "`" + re.sub(r"[ \t\r\n\f]+", " ", self.html).strip(" ") + "`{=html}"
        return "```{=html}\n" + re.sub(r"\n\s*\n", "\n", self.html.strip()) + "\n```\n"

    def __str__(self) -> str:
        return self._repr_markdown_()

    def __repr__(self) -> str:
        # Kept beside the Markdown in executed notebooks, so it does not say all of it again.
        return f"Fragment of {len(self.html)} characters"


def escape(text: object) -> str:
    """Text for element content or a quoted attribute: shows as itself, does nothing."""
    return quote_marks(html.escape(UNSAFE.sub("\ufffd", str(text)), quote=True))


def identifier(name: str) -> str:
    """A name with underscores as finished HTML that may break after each of them."""
    return escape(name).replace("_", "_<wbr>")


def quote_marks(markup: str) -> str:
    """`markup` with braces and backticks as character references; tags stay tags."""
    return "".join(_MARKS.get(character, character) for character in markup)


def escape_json(text: str) -> str:
    """JSON text that may stand in a `<script type="application/json">`; it parses to the same."""
    made = "".join(_JSON_MARKS.get(character, character) for character in text)
    return made.replace("{{", "{\\u007b")  # two braces in a row stand inside a string only


def element(tag: str, content: str = "", **attributes: object) -> str:
    """One element around finished HTML. Attribute names: `_` becomes `-`, a final `_` is dropped.

    A value of None leaves the attribute out, True gives it no value.
    """
    return f"<{tag}{_attributes(attributes)}>{content}</{tag}>"


def _attributes(attributes: dict[str, object]) -> str:
    parts = []
    for key, value in attributes.items():
        name = key.rstrip("_").replace("_", "-")
        if value is True:
            parts.append(f" {name}")
        elif value is not None and value is not False:
            parts.append(f' {name}="{escape(value)}"')
    return "".join(parts)


def join(parts: Iterable[str]) -> str:
    """Pieces of HTML one after the other, one per line."""
    return "\n".join(part for part in parts if part)


def plain_text(markup: str) -> str:
    """The text a reader sees of our own inline markup, for attributes such as `aria-label`."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", markup)).split())
