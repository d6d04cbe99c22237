"""Finish a rendered site: downloads, pins, catalog, plotly, and nothing from other hosts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence, Set
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from processing.board.freshness import FILE as FRESHNESS
from processing.board.freshness import as_json
from processing.board.manifest import Manifest
from processing.board.publish import other_release
from processing.board.reader import Release, verified_bytes
from processing.errors import SiteError
from processing.nearest import one_of
from processing.site.finishing.board import site_board
from processing.site.finishing.catalog import catalog, unit_download
from processing.site.finishing.feed import DATA, FEED, PAGE, changes_atom, changes_json
from processing.site.finishing.foreign import without_foreign, without_foreign_imports
from processing.site.finishing.landmarks import with_landmarks
from processing.site.finishing.late import with_late_scripts
from processing.site.finishing.lighten import lighten, lighter
from processing.site.finishing.on_demand import with_scripts_on_demand, write_scripts_on_demand
from processing.site.finishing.plotly import find_plotly, lay_plotly
from processing.site.finishing.policy import with_policy
from processing.site.finishing.publish import CATALOG
from processing.site.finishing.rules import script_words
from processing.site.finishing.search import write_search
from processing.site.finishing.sitemap import lay_sitemap
from processing.site.finishing.styles import with_styles
from processing.site.finishing.units import RenderedPage, read_page
from processing.site.finishing.vendor import copy_reader


def finish(out: Path, release: Release, root: Path, audience: str = "public") -> None:
    """Complete the rendered site in `out`: what stands on its pages decides what lies beside them.

    Writes what `lay_downloads` does and, when a page draws a chart, plotly; each page gets its
    policy. SiteError as there.
    """
    for path in _files(out, ".css"):
        _edit(path, without_foreign_imports)
    words = script_words(out, find_plotly(root))
    for path in _files(out, ".html"):
        _edit(path, partial(_finished, path.parent, words))
    pages = lay_downloads(out, release, root, audience)
    lay_plotly(root, out, pages)
    copy_reader(root, out)
    write_search(root, out, _files(out, ".html"))
    write_scripts_on_demand(out)
    lighten(root, out, _files(out, ".html"))
    if address := website(root).get("site-url"):
        lay_sitemap(out, str(address), [page.href for page in pages], release.manifest.created_at)


def lay_downloads(
    out: Path, release: Release, root: Path, audience: str = "public"
) -> list[RenderedPage]:
    """Write what the pages in `out` link to; the pages.

    `data/<unit>.csv`, `data/pins/<name>.parquet`, a board of pins in `data/board`, `catalog.json`,
    `freshness.json`, `changes.json` and `changes.xml`. A public site gets public pins only:
    SiteError when a page shows another. Also for a broken unit and for an id used twice.
    """
    pages = [page for path in _files(out, ".html") if (page := read_page(path, out))]
    pins = _published_pins(release, audience)
    copied = _copied_pins(pages, release, audience)
    published: dict[str | None, dict[str, str]] = {None: pins, release.manifest.id: pins}
    published.update(copied)
    _check_units(pages, published)
    downloads = _downloads(pages) | _pin_files(release, pins)
    for identity, own in copied.items():
        downloads |= _pin_files(other_release(release, identity), own)
    downloads |= site_board(release, pins)
    downloads[FRESHNESS] = as_json(release.manifest, pins)
    downloads |= _changes(out, root, release)
    downloads[CATALOG] = catalog(
        _site_title(root), release.manifest, pages, pins, downloads, audience
    )
    for href, content in downloads.items():
        (out / href).parent.mkdir(parents=True, exist_ok=True)
        (out / href).write_bytes(content)
    return pages


def _finished(folder: Path, words: Set[str], page: str) -> str:
    """The page, which lies in `folder`, as it goes out: last the policy for what it then holds."""
    page = lighter(with_scripts_on_demand(without_foreign(page)))
    page = with_landmarks(with_styles(page, folder, words))
    return with_policy(with_late_scripts(page))


def _files(out: Path, suffix: str) -> list[Path]:
    return sorted(path for path in out.rglob(f"*{suffix}") if path.is_file())


def _edit(path: Path, change: Callable[[str], str]) -> None:
    """Rewrite a file only when the change changes it; odd bytes survive as they are."""
    before = path.read_bytes().decode("utf-8", "surrogateescape")
    after = change(before)
    if after != before:
        path.write_bytes(after.encode("utf-8", "surrogateescape"))


def _pin_files(release: Release, pins: Mapping[str, str]) -> dict[str, bytes]:
    """Address and bytes of the pins of a release."""
    return {
        href: verified_bytes(release.path(name), release.manifest.pin(name))
        for name, href in pins.items()
    }


def _copied_pins(
    pages: Sequence[RenderedPage], release: Release, audience: str
) -> dict[str, dict[str, str]]:
    """For the release of each copy of a page that fails: its pins, and where they lie."""
    others = {page.release for page in pages} - {None, release.manifest.id}
    return {
        identity: {
            name: f"data/pins/{identity}/{name}.parquet"
            for name in _published_pins(other_release(release, identity), audience)
        }
        for identity in sorted(filter(None, others))
    }


def _published_pins(release: Release, audience: str) -> dict[str, str]:
    return {
        entry.name: f"data/pins/{entry.name}.parquet"
        for entry in release.manifest.pins
        if audience == "internal" or entry.contract.audience == "public"
    }


def _check_units(
    pages: Sequence[RenderedPage], published: Mapping[str | None, dict[str, str]]
) -> None:
    """SiteError for a pin that may not be published, or a unit id that stands twice."""
    seen: dict[str, str] = {}
    for page in pages:
        pins = published[page.release]
        for name in (*page.pins, *(unit.pin for unit in page.units)):
            if name not in pins:
                raise SiteError(
                    f"{page.href} shows pin {name}, which this site may not publish",
                    found=name,
                    expected=one_of(name, pins),
                    next_step="leave it out, or set `audience` in its contract or in millpond.toml",
                )
        for unit in page.units:
            if unit.id in seen:
                raise SiteError(
                    f"Unit id {unit.id} stands twice: on {seen[unit.id]} and on {page.href}",
                    expected="unit ids that are unique over the whole site",
                    next_step="give one of the two another id",
                )
            seen[unit.id] = page.href


def _downloads(pages: Sequence[RenderedPage]) -> dict[str, bytes]:
    """Address and bytes of each unit's CSV; digits are those of its JSON block."""
    from processing.views.csv import unit_csv

    units = [unit for page in pages for unit in page.units]
    return {unit_download(unit): unit_csv(unit.block).encode() for unit in units}


def _changes(out: Path, root: Path, release: Release) -> dict[str, bytes]:
    """What the releases changed, as a feed and as JSON."""
    title = _site_title(root)
    return {FEED: feed(out, root, release.manifest), DATA: changes_json(title, release.manifest)}


def write_changes(out: Path, root: Path, manifest: Manifest) -> None:
    """Write what the releases changed as JSON anew; the file may be linked elsewhere too."""
    path = out / DATA
    path.unlink(missing_ok=True)
    path.write_bytes(changes_json(_site_title(root), manifest))


def feed(
    out: Path, root: Path, manifest: Manifest, kept: Collection[str] = (), at: str = ""
) -> bytes:
    """The feed of the site in `out`, which lies at `at` below the address of the website, if any.

    `kept` are the releases with an address of their own.
    """
    address = website(root).get("site-url")
    page = PAGE if (out / PAGE).is_file() else "index.html"
    whole = f"{str(address).rstrip('/')}/{at}" if address else None
    return changes_atom(_site_title(root), manifest, page, whole, kept)


def _site_title(root: Path) -> str:
    return str(website(root)["title"])


def website(root: Path) -> dict[str, Any]:
    """What `_quarto.yml` says of the website."""
    config = yaml.safe_load((root / "_quarto.yml").read_text(encoding="utf-8"))
    said: dict[str, Any] = config["website"]
    return said
