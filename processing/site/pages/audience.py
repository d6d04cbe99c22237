"""What of the pages an audience gets: which pages, and which parts of them.

A part is a fenced div with `.content-visible` or `.content-hidden` and `when-profile` or
`unless-profile`, as Quarto has them. It is cut out before anything of the page is executed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import get_args

import yaml

from processing.contracts.contract import Audience
from processing.errors import PageError

PUBLIC_PROFILE = "_quarto-public.yml"
_AUDIENCE = re.compile(r"^audience:[ \t]*[\"']?([^\"'#\s]*)", re.M)
_CODE = re.compile(r"^\s*(?P<fence>`{3,}|~{3,})")
_OPENS = re.compile(r"^:{3,}\s*(?P<attributes>\{[^}]*\}|[\w-]+)\s*:*\s*$")
_CLOSES = re.compile(r"^:{3,}\s*$")
_PROFILE = re.compile(r"""\b(?P<how>when|unless)-profile\s*=\s*["']?(?P<profile>[\w-]+)""")
_ANY_PROFILE = re.compile(r"\b(?:when|unless)-profile\b")


def parts_for(text: str, audience: Audience, path: Path) -> str:
    """The text of a page without the parts that this audience does not get, line numbers kept.

    PageError for a part that is never closed, for one of an audience that there is not, and for a
    condition that stands elsewhere.
    """
    lines: list[str] = []
    for number, line, is_kept in _walk(text.split("\n"), audience, path):
        if is_kept and _ANY_PROFILE.search(line):
            raise _odd(path, number, line, "a div of its own lines, outside of code")
        lines.append(line if is_kept else "")
    return "\n".join(lines)


def _walk(lines: list[str], audience: Audience, path: Path) -> Iterator[tuple[int, str, bool]]:
    """Each line with its number, and whether it stays; the fences of a part never do."""
    open_divs: list[tuple[int, bool | None]] = []  # line, and for a part: whether it is shown
    fence = ""
    for number, line in enumerate(lines, 1):
        hidden = any(shown is False for _, shown in open_divs)
        found = _CODE.match(line)
        if fence:
            closes = found and line.strip() == line.strip()[0] * len(line.strip())
            if found and closes and found["fence"].startswith(fence):
                fence = ""
        elif found:
            fence = found["fence"]
        elif opens := _OPENS.match(line):
            condition = _PROFILE.search(opens["attributes"])
            if condition and condition["profile"] not in get_args(Audience):
                raise _odd(path, number, line, 'the profile "public", or "internal"')
            shown = _shown(opens["attributes"], audience)
            open_divs.append((number, shown))
            yield number, line, shown is None and not hidden
            continue
        elif _CLOSES.match(line) and open_divs:
            _, shown = open_divs.pop()
            yield number, line, shown is None and not hidden
            continue
        yield number, line, not hidden
    if unclosed := [number for number, shown in open_divs if shown is not None]:
        raise _odd(path, unclosed[-1], lines[unclosed[-1] - 1], "a line `:::` that ends the part")


def _shown(attributes: str, audience: Audience) -> bool | None:
    """Whether a div is shown to the audience; None for a div that is no such part."""
    condition = _PROFILE.search(attributes)
    if condition is None:
        return None
    holds = (condition["profile"] == audience) == (condition["how"] == "when")
    return holds != (".content-hidden" in attributes)


def _odd(path: Path, number: int, line: str, expected: str) -> PageError:
    return PageError(
        f"Page {path.name}, line {number}: a part for an audience is not written as one",
        found=line.strip()[:200],
        expected=expected,
        next_step='write `::: {.content-visible when-profile="internal"}`, the part, and `:::`',
    )


def left_out_of_public(root: Path, folder: str) -> frozenset[str]:
    """The pages that `_quarto-public.yml` leaves out; PageError when it cannot be read."""
    path = root / PUBLIC_PROFILE
    try:
        profile = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else {}
        named = [str(one) for one in profile["project"]["render"]] if profile else []
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError) as error:
        raise PageError(
            f"{path} cannot be read",
            found=repr(error),
            expected=f'`project: render:` with a line such as "!{folder}/page.qmd"',
        ) from error
    start = f"!{folder}/"
    return frozenset(one.removeprefix(start) for one in named if one.startswith(start))


def is_internal(path: Path, left_out: Collection[str]) -> bool:
    """Whether a page is for the internal audience alone; also for one that cannot be parsed.

    PageError for an audience that there is not, and for a page that plain Quarto would publish.
    """
    try:
        head = path.read_text(encoding="utf-8", errors="replace").split("\n---", 1)[0]
    except OSError:
        head = ""
    said = _AUDIENCE.search(head)
    if said and said[1] not in get_args(Audience):
        raise PageError(
            f"Page {path.name} is for an audience that there is not",
            found=said[0],
            expected="audience: public, or audience: internal",
            next_step="correct the front matter",
        )
    is_marked = said is not None and said[1] == "internal"
    if is_marked != (path.name in left_out):
        raise PageError(
            f"Page {path.name} and {PUBLIC_PROFILE} do not say the same",
            found="audience: internal in the page alone" if is_marked else "left out there alone",
            expected="both, or neither: plain Quarto follows the profile",
            next_step=f'write "!{path.parent.name}/{path.name}" below `project: render:` in '
            f"{PUBLIC_PROFILE} and `audience: internal` into the page's front matter",
        )
    return is_marked
