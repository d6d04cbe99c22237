"""Read the pages of a project; one that cannot be read or parsed stops no other."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from processing.config import Config
from processing.contracts.contract import Audience
from processing.errors import ConfigError, PageError
from processing.site.pages.audience import is_internal, left_out_of_public, parts_for
from processing.site.pages.qmd import PAGE_NAME, Page, parse_page
from processing.site.rendering.stage import checked_file


@dataclass(frozen=True)
class Unread:
    """A `.qmd` that is no page as it stands: why, and a hash of what it holds."""

    name: str
    error: PageError
    sha256: str


def load_pages(config: Config) -> list[Page | Unread]:
    """Every `.qmd` that the audience of the site gets, in order of name.

    ConfigError when their folder is missing. PageError when there is none, when the name of one
    cannot be part of an address, or when an internal one is not left out of the public profile.
    """
    folder = config.root / config.site.pages
    paths = sorted(p for p in folder.glob("*.qmd") if not p.name.startswith(("_", ".")))
    if not folder.is_dir():
        raise ConfigError(
            "The folder of the pages is not there",
            found=f"site.pages = {config.site.pages!r}, but no folder {folder}",
            next_step="correct site.pages in millpond.toml, or make the folder",
        )
    if not paths:
        raise PageError(
            "There is no page to render",
            found=f"no .qmd in {folder}",
            expected="at least index.qmd",
            next_step="add a page with `millpond new page index`",
        )
    left_out = left_out_of_public(config.root, config.site.pages)
    internal = {path for path in paths if is_internal(path, left_out)}
    wanted = [p for p in paths if config.site.audience == "internal" or p not in internal]
    return [_load(path, folder, config.site.audience) for path in wanted]


def read_pages(config: Config) -> list[Page]:
    """Every page, as `load_pages`; PageError for the first that cannot be read."""
    pages = []
    for page in load_pages(config):
        if isinstance(page, Unread):
            raise page.error
        pages.append(page)
    return pages


def _load(path: Path, folder: Path, audience: Audience) -> Page | Unread:
    try:
        text = _text(checked_file(path, folder))
        return _described(parse_page(parts_for(text, audience, path), path))
    except PageError as error:
        if not PAGE_NAME.fullmatch(path.stem):
            raise
        error.page = path.stem
        error.told = "its text cannot be read"
        return Unread(path.stem, error, _hash(path))


def _described(page: Page) -> Page:
    """The page; PageError when it does not say what it is about: else the whole site would fail."""
    if str(page.front_matter.get("description") or "").strip():
        return page
    raise PageError(
        f"Page {page.path.name} has no description",
        found="no `description` in its front matter",
        expected="one sentence below 160 characters, which searches show",
        next_step="add `description: …` between the lines `---` at the top of the page",
    )


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
