"""Close a process for good: it reads Python, its libraries and one release, and nothing else.

On Linux the operating system's kernel holds the seal (Landlock), so it holds for files and sockets
that pyarrow or DuckDB open natively as well; the audit hook beside it gives the clear message.
Elsewhere the audit hook is all there is.
"""

from __future__ import annotations

import ctypes
import os
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from processing.site.execution.watch import REFUSED_MODULES, watch

if TYPE_CHECKING:
    import landlock

_NETWORK_ABI, _SCOPE_ABI = 4, 6
_BIND_AND_CONNECT_TCP = 0b11
_ABSTRACT_SOCKETS_AND_SIGNALS = 0b11
# What of our own package a page's process may load after it is sealed.
_OWN = ("__init__.py", "errors.py", "faults.py", "config.py", "contracts", "board", "views")
_SYSTEM = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache", "/usr/share/zoneinfo",
           "/dev/urandom", "/dev/zero")  # fmt: skip


@dataclass(frozen=True)
class Doors:
    """What stays open: files and folders to read, folders to list, one folder for sockets."""

    readable: frozenset[str]
    listable: frozenset[str]
    sockets: str | None = None


def doors(
    readable: Sequence[Path], *, refused: Sequence[str] = (), sockets: Path | None = None
) -> Doors:
    """The libraries of this Python and `readable`; `refused` names packages that stay shut."""
    shut = {*REFUSED_MODULES, *refused}
    kept = {os.path.realpath(path) for path in (*_libraries(shut), *map(Path, _SYSTEM), *readable)}
    roots = {os.path.realpath(path) for path in _roots()} | {os.path.realpath(_own())}
    return Doors(
        frozenset(path for path in kept if Path(path).exists()),
        frozenset(path for path in roots if Path(path).is_dir()),
        os.path.realpath(sockets) if sockets else None,
    )


def _own() -> Path:
    return Path(__file__).parents[2]


def _roots() -> set[str]:
    paths = sysconfig.get_paths()
    return {paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")}


def _libraries(shut: set[str]) -> Iterator[Path]:
    """Each library by itself, so that a package of data among them can stay shut."""
    yield from (_own() / name for name in _OWN)
    for root in _roots():
        for path in Path(root).iterdir() if Path(root).is_dir() else ():
            nested = path.name in ("site-packages", "dist-packages")
            if not nested and path.name.split(".")[0].split("-")[0] not in shut:
                yield path
    yield from Path(sys.base_prefix, "lib").glob("libpython*")


def landlock_version() -> int:
    """The version of Landlock that the system has; 0 for none."""
    try:
        import landlock

        return int(landlock.landlock_abi_version())
    except (ImportError, OSError):
        return 0


def prepare(opened: Doors) -> tuple[landlock.Ruleset, int | None] | None:
    """Landlock rules ready to be applied, or None where the system has no Landlock."""
    try:
        import landlock
        from landlock import FSAccess

        ctypes.set_errno(0)
        version = landlock.landlock_abi_version()
        rules = landlock.Ruleset()
    except (ImportError, OSError):
        return None
    for path in sorted(opened.readable):
        listing = FSAccess.READ_DIR if Path(path).is_dir() else FSAccess(0)
        rules.allow(path, rules=FSAccess.READ_FILE | listing)
    rules.allow(*sorted(opened.listable), rules=FSAccess.READ_DIR)
    rules.allow("/dev/null", rules=FSAccess.READ_FILE | FSAccess.WRITE_FILE)
    if opened.sockets:
        rules.allow(opened.sockets, rules=FSAccess.MAKE_SOCK)
    return rules, _network_rules(version)


def _network_rules(version: int) -> int | None:
    """No network, and from ABI 6 no foreign signals; the library knows rules for files only."""
    if version < _NETWORK_ABI:
        return None
    from landlock.plumbing import RulesetAttr, get_create_ruleset

    class Attributes(RulesetAttr):  # type: ignore[misc]
        _fields_ = (("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64))

    attributes = Attributes(0, _BIND_AND_CONNECT_TCP)
    size = 16
    if version >= _SCOPE_ABI:
        attributes.scoped, size = _ABSTRACT_SOCKETS_AND_SIGNALS, 24
    ctypes.set_errno(0)
    return int(get_create_ruleset()(ctypes.byref(attributes), size, 0))


def close(prepared: tuple[landlock.Ruleset, int | None] | None) -> bool:
    """Apply the rules to this thread and all it starts later; False where there is no Landlock."""
    if prepared is None:
        return False
    from landlock.plumbing import get_restrict_self

    rules, network = prepared
    ctypes.set_errno(0)
    rules.apply()
    if network is not None:
        get_restrict_self()(network, 0)
    return True


def seal(readable: Sequence[Path], refused: Sequence[str] = ()) -> bool:
    """Close this process. Call it before threads start. True when Landlock holds the seal too."""
    opened = doors(readable, refused=refused)
    held = close(prepare(opened))
    watch(opened.readable, opened.listable)
    return held
