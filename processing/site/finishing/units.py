"""What a rendered page holds: its title, its description and the units on it, read with lxml."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from processing.errors import SiteError

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# An id becomes a file name and an address, so it is as plain as both can be.
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")


@dataclass(frozen=True)
class Unit:
    """One chart or table on a page. `block` is the text of its JSON block."""

    id: str
    pin: str
    title: str
    page: str
    block: str
    columns: tuple[str, ...]
    rows: int
    has_figure: bool


@dataclass(frozen=True)
class RenderedPage:
    """One page of the site; `pins` are the names of all pins a value on it comes from.

    `release` is the one it says it shows, None where it does not say.
    """

    href: str
    title: str
    description: str
    pins: tuple[str, ...]
    units: tuple[Unit, ...]
    release: str | None = None


def read_page(path: Path, out: Path) -> RenderedPage | None:
    """The page at `path` in the site `out`; None for one that only sends its reader on.

    SiteError for a unit whose JSON block cannot be read.
    """
    from lxml import html

    parser = html.HTMLParser(encoding="utf-8", huge_tree=True)
    root = html.document_fromstring(path.read_bytes(), parser=parser)
    headings = root.xpath("//h1")
    if not headings:
        return None
    href = path.relative_to(out).as_posix()
    return RenderedPage(
        href=href,
        title=_words(headings[0]),
        description=str(root.xpath("string(//meta[@name='description']/@content)")),
        pins=tuple(sorted(set(root.xpath("//main//@data-pin")))),
        units=tuple(
            _unit(figure, href)
            for figure in root.xpath("//figure[.//script]")
            if "mp-unit" in figure.get("class", "").split()
        ),
        release=next(iter(root.xpath("//section[@id='release']/@data-release")), None),
    )


def _unit(figure: HtmlElement, page: str) -> Unit:
    block = str(figure.xpath("string(.//script[@type='application/json'])"))
    headlines = figure.xpath(".//*[contains(@class, 'mp-headline')]")
    try:
        content = json.loads(block)
        unit = Unit(
            id=content["unit"],
            pin=content["pin"],
            title=_words(headlines[0]) if headlines else content["unit"],
            page=page,
            block=block,
            columns=tuple(content["columns"]),
            rows=len(content["rows"]),
            has_figure=bool(content["figure"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise _broken(page, figure.get("id"), f"its JSON block: {error!r}") from error
    if not _ID.fullmatch(unit.id) or unit.id != figure.get("id"):
        raise _broken(page, figure.get("id"), f"its id: {unit.id!r}")
    return unit


def _broken(page: str, unit: str | None, found: str) -> SiteError:
    return SiteError(
        f"{page}: unit {unit!r} cannot be read",
        found=found,
        expected="the figure that processing.views.unit makes, its id in small letters and hyphens",
        next_step="mend the view that makes it",
    )


def _words(element: HtmlElement) -> str:
    return " ".join(str(element.text_content()).split())
