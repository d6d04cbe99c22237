"""Read the pages of a project; one that cannot be read or parsed stops no other."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from processing.config import Config
from processing.errors import PageError
from processing.site.pages.qmd import PAGE_NAME, Page, parse_page
from processing.site.rendering.stage import checked_file


@dataclass(frozen=True)
class Unread:
    """A `.qmd` that is no page as it stands: why, and a hash of what it holds."""

    name: str
    error: PageError
    sha256: str


def load_pages(config: Config) -> list[Page | Unread]:
    """Every `.qmd` of the project in order of name.

    PageError when there is none, or when the name of one cannot be part of an address.
    """
    folder = config.root / config.site.pages
    paths = sorted(p for p in folder.glob("*.qmd") if not p.name.startswith(("_", ".")))
    if not paths:
        raise PageError(
            "There is no page to render",
            found=f"no .qmd in {folder}",
            expected="at least index.qmd",
            next_step="add a page with `millpond new page index`",
        )
    return [_load(path, folder) for path in paths]


def read_pages(config: Config) -> list[Page]:
    """Every page, as `load_pages`; PageError for the first that cannot be read."""
    pages = []
    for page in load_pages(config):
        if isinstance(page, Unread):
            raise page.error
        pages.append(page)
    return pages


def _load(path: Path, folder: Path) -> Page | Unread:
    try:
        return parse_page(_text(checked_file(path, folder)), path)
    except PageError as error:
        if not PAGE_NAME.fullmatch(path.stem):
            raise
        error.page = path.stem
        error.told = "its text cannot be read"
        return Unread(path.stem, error, _hash(path))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PageError(
            f"Page {path.name} cannot be read", found=str(error), expected="a text file in UTF-8"
        ) from error


def _hash(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return "unread"
