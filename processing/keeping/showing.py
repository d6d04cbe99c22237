"""Put a finished site at an address that fsspec knows: the place of one audience."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from processing.board.files import write_atomically
from processing.board.names import inside
from processing.board.shelf import unless_gone
from processing.errors import ConfigError, SiteError

CATALOG = "catalog.json"
# Pages come after what they load, and last the catalogue, which says what the site is.
_LAST = (".html", CATALOG)


def put_site(folder: Path, address: str) -> tuple[int, int]:
    """Make `address` hold the site in `folder`; how many files were written and removed.

    A reader meets whole files, and no page before what it loads; what the site before had besides
    is removed at the end. ConfigError for an address that cannot be used, SiteError when it holds
    something else than a site for the same audience, or cannot be written.
    """
    with _errors(address, "published to"):
        fs, root = _opened(address)
        before = _names(fs, root)
        _check_theirs(fs, root, address, before, json.loads((folder / CATALOG).read_bytes()))
        names = [p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()]
        for name in sorted(names, key=lambda name: (_rank(name), name)):
            fs.pipe_file(f"{root}/{name}", (folder / name).read_bytes())
        gone = sorted(before - {*names})
        for name in gone:
            fs.rm_file(f"{root}/{name}")
    return len(names), len(gone)


def take_site(address: str, folder: Path, audience: str) -> int:
    """Put the site for `audience` that is published at `address` into `folder`; how many files.

    Nothing where the folder is there, or the place holds no such site. So the next one carries over
    the releases past that this one holds. ConfigError, or SiteError when it cannot be read.
    """
    with _errors(address, "read from"):
        fs, root = _opened(address)
        names = _names(fs, root)
        if folder.exists() or _catalog(fs, root, names).get("audience") != audience:
            return 0
        folder.parent.mkdir(parents=True, exist_ok=True)
        taken = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        for name in sorted(names):
            write_atomically(inside(taken, name), fs.cat_file(f"{root}/{name}"))
        taken.replace(folder)
    return len(names)


def _opened(address: str) -> tuple[Any, str]:
    import fsspec

    options: dict[str, Any] = {"use_listings_cache": False, "skip_instance_cache": True}
    if address.startswith(("file://", "local://")):
        options["auto_mkdir"] = True
    fs, root = fsspec.url_to_fs(address, **options)
    return fs, root.rstrip("/")


def _rank(name: str) -> int:
    return next((at for at, end in enumerate(_LAST, 1) if name.endswith(end)), 0)


def _names(fs: Any, root: str) -> set[str]:
    """The files at a place, as named from there."""
    from fsspec.asyn import AsyncFileSystem

    # Stores of objects list by themselves; elsewhere what cannot be listed would count as empty.
    heed = {} if isinstance(fs, AsyncFileSystem) else {"on_error": unless_gone}
    try:
        return {str(path).removeprefix(f"{root}/") for path in fs.find(root, **heed)}
    except FileNotFoundError:
        return set()


def _catalog(fs: Any, root: str, names: set[str]) -> dict[str, object]:
    found: dict[str, object] = {}
    return json.loads(fs.cat_file(f"{root}/{CATALOG}")) if CATALOG in names else found


def _check_theirs(
    fs: Any, root: str, address: str, names: set[str], ours: dict[str, object]
) -> None:
    """SiteError unless the place is empty or holds our site for the same audience."""
    theirs = _catalog(fs, root, names)
    same = all(theirs.get(key) == ours.get(key) for key in ("generator", "audience"))
    if names and not same:
        audience = theirs.get("audience")
        raise SiteError(
            f"Will not publish over {address}",
            found=f"the site for the audience {audience}" if audience else "other files",
            expected=f"nothing, or the site for the audience {ours.get('audience')}",
            next_step="give each audience a place of its own in [site.audiences]",
        )


@contextmanager
def _errors(address: str, done: str) -> Iterator[None]:
    """Turn what a file system says into one error that names the place."""
    try:
        yield
    except (ImportError, ValueError) as error:
        raise ConfigError(
            "An address to publish to cannot be used",
            found=f"{address} ({error})",
            expected="an address that fsspec knows, and its library installed",
            next_step="correct [site.audiences] in millpond.toml, or install the extra it needs",
        ) from error
    except SiteError:
        raise
    except Exception as error:
        if not isinstance(error, OSError) and not type(error).__module__.startswith("botocore"):
            raise
        raise SiteError(
            f"The site cannot be {done} {address}",
            found=str(error) or type(error).__name__,
            expected="a place that can be reached, with the right to read and write",
            next_step="check the address and its credentials, then run again",
        ) from error
