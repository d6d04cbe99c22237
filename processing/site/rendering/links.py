"""Turn the addresses authors write (`stores.qmd`) into those of the flat stage (`stores.ipynb`)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Collection

from processing.errors import PageError
from processing.nearest import one_of

# Code is alternated first, so that an address inside it is passed over untouched.
_FENCED = r"^(?P<fence>`{3,}|~{3,})[^\n]*\n(?:.*?\n)??(?P=fence)[`~]*[ \t]*$"
_SPAN = r"(?P<tick>`+)(?!`).+?(?<!`)(?P=tick)(?!`)"
_CODE = rf"{_FENCED}|{_SPAN}"
_BEFORE = r"\]\(\s*<?|^[ ]{0,3}\[[^\]\n]+\]:\s*<?|\b(?:href|src)=[\"']"
_LINK = re.compile(rf"{_CODE}|(?P<before>{_BEFORE})(?P<to>[^\s)>\"']+)", re.DOTALL | re.MULTILINE)
_CODE_ONLY = re.compile(_CODE, re.DOTALL | re.MULTILINE)
_ELSEWHERE = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//|#")


def without_code(text: str) -> str:
    """The prose of a Markdown text: fenced blocks and code spans are cut out."""
    return _CODE_ONLY.sub("", text)


def map_links(text: str, change: Callable[[str], str]) -> str:
    """The Markdown text with `change` applied to each link's address outside code."""

    def one(match: re.Match[str]) -> str:
        to = match["to"]
        return match[0] if to is None else match["before"] + change(to)

    return _LINK.sub(one, text)


def staged_address(address: str, pages: Collection[str], folder: str, page: str) -> str:
    """The address in the flat stage of what `page` (in `folder`) calls `address`.

    Only `.qmd` addresses change. PageError when there is no such page.
    """
    path, mark, anchor = address.partition("#")
    if _ELSEWHERE.match(address) or not path.endswith(".qmd"):
        return address
    whole = posixpath.normpath(path.lstrip("/") if path[0] == "/" else f"{folder}/{path}")
    name = whole.removeprefix(f"{folder}/").removesuffix(".qmd")
    if whole.startswith(f"{folder}/") and name in pages:
        return f"{name}.ipynb{mark}{anchor}"
    raise PageError(
        f"Page {page} links to a page that does not exist: {address}",
        found=whole,
        expected=one_of(f"{name}.qmd", sorted(f"{known}.qmd" for known in pages)),
        next_step=f"correct the link in {folder}/{page}.qmd",
    )
