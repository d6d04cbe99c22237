"""Permanent addresses: each release keeps its site at `releases/ID/` for a while, as it was.

The site of a release is copied there when it is published, under a note that leads to the latest.
From then on it is carried over from the live site to the next one, untouched, until it falls away.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from pathlib import Path

from processing.board.changes import History
from processing.board.manifest import Manifest
from processing.board.names import RELEASE_ID
from processing.board.reader import Release
from processing.site.finishing.feed import FEED
from processing.site.finishing.publish import pins_published, told
from processing.views.changes import TAKEN_BACK, taken_back_note
from processing.views.html import element, escape
from processing.views.number import time_element

FOLDER = "releases"
NOTE = "as-released"  # the id of the note at the head of each page there
# What belongs to the root of a site alone: a map for search engines.
_ROOT_ONLY = ("sitemap.xml", "robots.txt")
_SLOT = re.compile(
    r'<(?P<tag>p|span) class="mp-permanent" data-release="(?P<id>[\w-]+)"></(?P=tag)>'
)
_TAKEN_BACK = re.compile(rf'(<div class="{TAKEN_BACK}">)(</div>)')
_TITLE_BLOCK = re.compile(r'<header[^>]*\bid="title-block-header".*?</header>', re.DOTALL)
_MAIN = re.compile(r"<main\b[^>]*>")
_OVERDUE = re.compile(r'(<section class="mp-release"[^>]*?) data-overdue-from="[^"]*"')
_LATEST = re.compile(r'(rel="latest-version" href="\.\./\.\./)([^"]+)"')


def kept_releases(live: Path, release: Release, keep: int, withdrawn: Collection[str]) -> list[str]:
    """The releases that have an address: the newest `keep`, `release` among them, oldest first.

    Others are those of the live site that are whole, for the same audience, not taken back, and
    hold no pin that this audience may not know any more.
    """
    current = release.manifest.id
    there = [
        path.name
        for path in sorted((live / FOLDER).glob("*"))
        if RELEASE_ID.fullmatch(path.name)
        and path.is_dir()
        and not path.is_symlink()
        and told(path) == (path.name, release.audience)
        and not pins_published(path) & release.hidden
    ]
    others = [one for one in there if one != current and one not in withdrawn]
    return sorted([*others[max(len(others) - keep + 1, 0) :], current])


def archive(site: Path, manifest: Manifest, feed: bytes) -> None:
    """Turn the finished site into that of a release past: a note on each page, and not listed.

    `feed` is its feed, with the addresses it has there. Only what the release and the code say
    goes into it, so it can be made again, byte for byte.
    """
    for name in _ROOT_ONLY:
        (site / name).unlink(missing_ok=True)
    _write(site / FEED, feed)
    _edit_pages(site, lambda text, href: _past(text, href, manifest))


def add_releases(
    fresh: Path,
    live: Path,
    kept: Collection[str],
    manifest: Manifest,
    feeds: tuple[bytes, bytes],
    taken: History = (),
) -> None:
    """Give the finished site `fresh` its own address, and those of `kept` that the live site has.

    Links to them are put on its pages. `feeds` are its feed as the latest, and as a release past.
    Files that are the same are the very same on disk. The latest tells of the releases in `taken`,
    which a rollback took back.
    """
    own = fresh.with_name(f"{fresh.name}-archived")
    shutil.rmtree(own, ignore_errors=True)
    shutil.copytree(fresh, own, copy_function=_link)
    archive(own, manifest, feeds[1])
    own.rename(_made(fresh / FOLDER) / manifest.id)
    _write(fresh / FEED, feeds[0])
    _edit_pages(fresh, lambda text, href: _linked(text, href, kept, taken))
    for identity in kept:
        if identity != manifest.id:
            _carry(live / FOLDER / identity, fresh)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _write(path: Path, content: bytes) -> None:
    """Write a file anew: the one that lies there may be a site's that stays as it is."""
    path.unlink(missing_ok=True)
    path.write_bytes(content)


def latest_of(text: str) -> str | None:
    """Where, from the root of the site, a page of a release past leads to for the latest."""
    found = _LATEST.search(text)
    return found[2] if found else None


def _carry(source: Path, fresh: Path) -> None:
    """Carry a release over; where the latest has a page no more, its note leads to the front."""
    target = fresh / FOLDER / source.name
    shutil.copytree(source, target, copy_function=_link)
    for path in sorted(target.rglob("*.html")):
        if not (fresh / path.relative_to(target)).is_file():
            text = path.read_text(encoding="utf-8")
            _write(path, _LATEST.sub(r'\1index.html"', text).encode())


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copyfile(source, target)


def _edit_pages(site: Path, change: Callable[[str, str], str]) -> None:
    for path, href in latest_pages(site):
        before = path.read_bytes().decode("utf-8", "surrogateescape")
        after = change(before, href)
        if after != before:
            _write(path, after.encode("utf-8", "surrogateescape"))


def latest_pages(site: Path) -> Iterator[tuple[Path, str]]:
    """Every page of the site itself, with its address."""
    for path in sorted(site.rglob("*.html")):
        href = path.relative_to(site).as_posix()
        if not href.startswith(f"{FOLDER}/"):
            yield path, href


def _past(text: str, href: str, manifest: Manifest) -> str:
    """A page as it stands at the permanent address."""
    up = "../" * (2 + href.count("/"))
    text = _OVERDUE.sub(r"\1", _SLOT.sub("", text))
    head = (
        f'<meta name="robots" content="noindex">\n'
        f'<link rel="latest-version" href="{up}{escape(href)}">\n</head>'
    )
    text = text.replace("</head>", head, 1)
    block = _TITLE_BLOCK.search(text) or _MAIN.search(text)
    if block is None:  # it only sends its reader on
        return text
    return text[: block.end()] + "\n" + _note(manifest, up + href) + text[block.end() :]


def _note(manifest: Manifest, latest: str) -> str:
    made = time_element(datetime.fromisoformat(manifest.created_at).date())
    said = (
        f"This is the site of release {element('code', escape(manifest.id))}, made on {made} with "
        f"data to {time_element(manifest.as_of)}. "
    )
    link = f'<a rel="latest-version" href="{escape(latest)}">The latest is here</a>.'
    return element("p", said + link, class_="mp-notice", id=NOTE, role="note")


def _linked(text: str, href: str, kept: Collection[str], taken: History) -> str:
    """A page of the latest site with links to the addresses that there are."""
    notes = "".join(taken_back_note(change) for change in taken)
    text = _TAKEN_BACK.sub(lambda room: room[1] + notes + room[2], text)

    def filled(slot: re.Match[str]) -> str:
        if slot["id"] not in kept:
            return ""
        if slot["tag"] == "span":
            to, said = href, "Permanent address"
        else:
            to, said = "index.html", "The site as of this release"
        address = "../" * href.count("/") + f"{FOLDER}/{slot['id']}/{to}"
        link = element("a", said, href=address)
        return " " * (slot["tag"] == "span") + element(slot["tag"], link, class_="mp-permanent")

    return _SLOT.sub(filled, text)
