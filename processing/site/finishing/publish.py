"""Put a new site in the place of the live one, so that a reader finds the old or the new, whole."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import shutil
from pathlib import Path
from typing import Any, get_args

from processing.contracts.contract import Audience
from processing.errors import SiteError
from processing.faults import reach

CATALOG = "catalog.json"
GENERATOR = "millpond"
_AT_FDCWD = -100  # renameat2(2): paths are taken from the working directory
_RENAME_EXCHANGE = 2  # renameat2(2): both names exist, and change places at once
# What these say is that the kernel or the file system has no exchange; anything else is an error.
_NO_EXCHANGE = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP}


def swap(new: Path, live: Path) -> None:
    """Make the folder `new` the live site; what was live is removed afterwards.

    One exchange of names where the system has it, else two renames with a way back. A run that was
    killed is tidied up first. SiteError, and nothing touched, when `live` holds anything but a site
    of ours, or one for another audience.
    """
    live = live.resolve()
    heal(live)
    _check_ours(live)
    _check_audience(new, live)
    live.parent.mkdir(parents=True, exist_ok=True)
    near = _beside(live, "new")
    try:
        _move_near(new, near)
        reach("site moved near")
        if live.exists():
            _exchange(near, live)
        else:
            near.rename(live)
    except OSError:
        _remove(near)
        raise
    reach("site swapped")
    _remove(near)


def heal(live: Path) -> None:
    """Undo what a killed swap left: put the old site back if none is live, and clear leftovers."""
    live = live.resolve()
    old, near = _beside(live, "old"), _beside(live, "new")
    if old.exists() and not live.exists():
        old.rename(live)
    _remove(old)
    _remove(near)


def is_ours(folder: Path) -> bool:
    """Whether the folder holds a site that this program wrote."""
    return _catalog(folder).get("generator") == GENERATOR


def release_shown(folder: Path) -> str | None:
    """The id of the release that the site in `folder` says it was made from, if it says so."""
    release = _catalog(folder).get("release")
    return str(release.get("id")) if isinstance(release, dict) else None


def audience_shown(folder: Path) -> Audience | None:
    """For whom the site in `folder` says it is, if it says so."""
    said = _catalog(folder).get("audience")
    return said if said in get_args(Audience) else None


def pins_published(folder: Path) -> set[str]:
    """The names of the pins that the site in `folder` offers, by its catalogue."""
    pins = _catalog(folder).get("pins")
    return {str(one.get("name")) for one in pins} if isinstance(pins, list) else set()


def told(folder: Path) -> tuple[str | None, str | None]:
    """Which release a site of ours says it shows, and for which audience."""
    if not is_ours(folder):
        return None, None
    return release_shown(folder), audience_shown(folder)


def _catalog(folder: Path) -> dict[str, Any]:
    try:
        catalog = json.loads((folder / CATALOG).read_bytes())
    except (OSError, ValueError):
        return {}
    return catalog if isinstance(catalog, dict) else {}


def _check_ours(live: Path) -> None:
    if not live.exists() or is_ours(live) or (live.is_dir() and not any(live.iterdir())):
        return
    kind = "a folder without our catalog.json" if live.is_dir() else "a file"
    raise SiteError(
        f"Will not replace {live}: it does not look like a site of ours",
        found=kind,
        expected=f"no such folder, an empty one, or one with the {CATALOG} that `millpond` writes",
        next_step="name another folder with --out, or move this one away",
    )


def _check_audience(new: Path, live: Path) -> None:
    """SiteError before a site for one audience lies where another one finds its own."""
    ours, theirs = audience_shown(new), audience_shown(live)
    if ours and theirs and ours != theirs:
        raise SiteError(
            f"Will not replace {live}: it is the {theirs} site, and this is the {ours} one",
            found=f"audience {theirs} in its {CATALOG}",
            expected="one folder for each audience",
            next_step="name another folder with --out or [site.audiences], or move this one away",
        )


def _beside(live: Path, kind: str) -> Path:
    """A name next to the live site, on its file system; `.gitignore` knows the pattern."""
    return live.with_name(f"{live.name}-millpond-{kind}")


def _move_near(new: Path, near: Path) -> None:
    """Bring the new site onto the live one's file system, where renaming is atomic."""
    try:
        new.rename(near)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        shutil.copytree(new, near)
        _remove(new)


def _exchange(near: Path, live: Path) -> None:
    """Change the names of two folders; afterwards the old site is called `near`."""
    if exchange_names(near, live):
        return
    old = _beside(live, "old")
    live.rename(old)
    try:
        near.rename(live)
    except OSError:
        old.rename(live)
        raise
    _remove(old)


def exchange_names(one: Path, other: Path) -> bool:
    """Let two paths change places in one step; False where the system cannot. OSError otherwise."""
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError, TypeError):  # no such function in this C library
        return False
    names = (os.fsencode(one), os.fsencode(other))
    if renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in _NO_EXCHANGE:
        return False
    raise OSError(code, os.strerror(code), str(one), None, str(other))


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
