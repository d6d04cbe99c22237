"""Put a finished site at an address that fsspec knows: the place of one audience."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

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
    with _errors(address):
        import fsspec

        options: dict[str, Any] = {"use_listings_cache": False, "skip_instance_cache": True}
        if address.startswith(("file://", "local://")):
            options["auto_mkdir"] = True
        fs, root = fsspec.url_to_fs(address, **options)
        root = root.rstrip("/")
        before = {path.removeprefix(f"{root}/") for path in _found(fs, root)}
        _check_theirs(fs, root, address, before, json.loads((folder / CATALOG).read_bytes()))
        names = [p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()]
        for name in sorted(names, key=lambda name: (_rank(name), name)):
            fs.pipe_file(f"{root}/{name}", (folder / name).read_bytes())
        gone = sorted(before - {*names})
        for name in gone:
            fs.rm_file(f"{root}/{name}")
    return len(names), len(gone)


def _rank(name: str) -> int:
    return next((at for at, end in enumerate(_LAST, 1) if name.endswith(end)), 0)


def _found(fs: Any, root: str) -> list[str]:
    try:
        return [str(path) for path in fs.find(root)]
    except FileNotFoundError:
        return []


def _check_theirs(
    fs: Any, root: str, address: str, names: set[str], ours: dict[str, object]
) -> None:
    """SiteError unless the place is empty or holds our site for the same audience."""
    theirs = json.loads(fs.cat_file(f"{root}/{CATALOG}")) if CATALOG in names else {}
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
def _errors(address: str) -> Iterator[None]:
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
            f"The site cannot be published to {address}",
            found=str(error) or type(error).__name__,
            expected="a place that can be reached, with the right to write",
            next_step="check the address and its credentials, then run again",
        ) from error
