"""What the embedded renderer takes from `_quarto.yml`: title, navigation, footer, options."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

Options = Mapping[str, Any]
SMALL = 2_000  # characters of a drawing that is no burden to each page


@dataclass(frozen=True)
class Item:
    """One entry of the navigation or the footer; `href` is None for plain text."""

    text: str
    href: str | None


@dataclass(frozen=True)
class Project:
    """A staged website. `options` are those of `format: html`, over those of the project."""

    title: str
    lang: str
    favicon: str | None
    sign: str | None  # the same picture for the head of a page
    navigation: tuple[Item, ...]
    footer: tuple[tuple[str, tuple[Item, ...]], ...]  # (left, center or right; items)
    options: Options = field(default_factory=dict)

    def option(self, page: Options, name: str, default: Any = None) -> Any:
        """An option as Quarto layers it: the page's own, its `format: html`, then the project's."""
        for layer in (page, _html(page), self.options):
            if layer.get(name) is not None:
                return layer[name]
        return default

    def echo(self, page: Options) -> bool:
        """Whether a cell's source is shown when the cell itself does not say."""
        for layer in (page, _html(page), self.options):
            chosen = _mapping(layer.get("execute")).get("echo")
            if chosen is not None:
                return bool(chosen)
        return True


def read_project(path: Path) -> Project:
    """The project in the staged `_quarto.yml` at `path`."""
    config = _mapping(yaml.safe_load(path.read_text(encoding="utf-8")))
    website = _mapping(config.get("website"))
    return Project(
        title=str(website.get("title", "")),
        lang=str(config.get("lang", "en")),
        favicon=website.get("favicon"),
        sign=_sign(path.parent, website.get("favicon")),
        navigation=tuple(_navigation(website)),
        footer=tuple(_footer(website.get("page-footer"))),
        options={**config, **_html(config)},
    )


def _sign(stage: Path, favicon: str | None) -> str | None:
    """The address of the picture; a small drawing travels in it, so that nothing waits for it."""
    if not favicon or not favicon.endswith(".svg") or not (stage / favicon).is_file():
        return favicon
    drawing = (stage / favicon).read_text(encoding="utf-8").strip()
    if len(drawing) > SMALL:
        return favicon
    return "data:image/svg+xml," + quote(drawing, safe=" =:/")


def as_list(value: Any) -> list[Any]:
    """What Quarto calls `maybeArrayOf`: nothing, one or many, as a list."""
    return [] if value is None else value if isinstance(value, list) else [value]


def _navigation(website: Options) -> Iterator[Item]:
    navbar, sidebar = _mapping(website.get("navbar")), _mapping(website.get("sidebar"))
    for entries in (navbar.get("left"), navbar.get("right"), sidebar.get("contents")):
        yield from _items(entries)


def _items(entries: Any) -> Iterator[Item]:
    """Entries in order; menus and sections are laid flat behind their own entry."""
    for entry in as_list(entries):
        if isinstance(entry, str):
            yield Item("", entry) if entry.endswith(".ipynb") else Item(entry, None)
            continue
        if entry.get("href"):
            yield Item(str(entry.get("text", "")), str(entry["href"]))
        yield from _items(entry.get("menu") or entry.get("contents"))


def _footer(footer: Any) -> Iterator[tuple[str, tuple[Item, ...]]]:
    regions = footer if isinstance(footer, dict) else {"center": footer}
    for side in ("left", "center", "right"):
        if regions.get(side):
            yield side, tuple(_items(regions[side]))


def _html(options: Options) -> Options:
    chosen = _mapping(options.get("format"))
    return _mapping(chosen.get("html"))


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
