"""Of a style sheet the rules that can apply to a page, by the classes it and scripts name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tinycss2.ast import Node

# Of what others made: their words are any word, and none is a class of a page.
_BUNDLES = {"vendor", "minisearch.js", "search-index.js"}
_WORD = re.compile(r"[\w-]+", re.ASCII)
_GROUPS = {"media", "supports", "container", "layer"}


def words_of(text: str) -> frozenset[str]:
    """Whatever in a page or a script can be a class, or the beginning of one: `mp-series-`."""
    return frozenset(_WORD.findall(text))


def script_words(out: Path, plotly: Path) -> frozenset[str]:
    """The words of the scripts in the site `out` and of Plotly's: they make what has classes."""
    files = (path for folder in ("assets", "site_libs") for path in (out / folder).rglob("*.js"))
    made = (path for path in files if not _BUNDLES & {*path.relative_to(out).parts})
    texts = (path.read_text(encoding="utf-8") for path in (*made, plotly))
    return frozenset().union(*map(words_of, texts))


def applicable(css: str, words: Iterable[str]) -> str:
    """The style sheet without remarks and without rules that need a class which is not in `words`.

    Only classes outside `:is()`, `:not()` and the like are looked at: in doubt a rule stays.
    """
    import tinycss2

    known = set(words)
    beginnings = tuple(word for word in known if word.endswith("-"))
    nodes = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    return "\n".join(_kept(nodes, known, beginnings))


def _kept(nodes: Sequence[Node], known: set[str], beginnings: tuple[str, ...]) -> Iterator[str]:
    import tinycss2

    for node in nodes:
        if node.type == "qualified-rule":
            needs = _classes(node.prelude)
            if any(all(_is_known(name, known, beginnings) for name in one) for one in needs):
                yield _small(node.serialize())
        elif node.type == "at-rule" and node.lower_at_keyword in _GROUPS and node.content:
            inner = tinycss2.parse_rule_list(node.content, skip_comments=True, skip_whitespace=True)
            if parts := list(_kept(inner, known, beginnings)):
                head = tinycss2.serialize(node.prelude).strip()
                yield f"@{node.at_keyword} {head} {{\n" + "\n".join(parts) + "\n}"
        else:
            yield _small(node.serialize())


def _classes(prelude: Sequence[Any]) -> list[set[str]]:
    """For each selector of a list the classes that an element needs for it."""
    found: list[set[str]] = [set()]
    before = ""
    for part in prelude:
        if part == ",":
            found.append(set())
        elif before == "." and part.type == "ident":
            found[-1].add(part.value)
        before = part.value if part.type == "literal" else ""
    return found


def _is_known(name: str, known: set[str], beginnings: tuple[str, ...]) -> bool:
    return name in known or name.startswith(beginnings)


def _small(css: str) -> str:
    return re.sub(r"\s*\n\s*", " ", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)).strip()
