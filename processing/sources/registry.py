"""Which sources are declared: every `DECLARED` of the modules that millpond.toml names."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

from processing.errors import ConfigError
from processing.sources.source import Source


def load_sources(modules: Iterable[str], root: Path) -> dict[str, Source]:
    """The declared sources by name; modules are looked for in the project at `root` as well.

    ConfigError for a module that cannot be imported or declares nothing, and for a name twice.
    """
    if str(root) not in sys.path:
        sys.path.append(str(root))
    found: dict[str, Source] = {}
    for name in modules:
        for source in _declared(name):
            if source.name in found:
                raise _wrong(name, f"a second source of the name {source.name}")
            found[source.name] = source
    return found


def _declared(name: str) -> Iterable[Source]:
    try:
        module = import_module(name)
    except ImportError as error:
        raise _wrong(name, str(error)) from error
    sources = getattr(module, "SOURCES", None)  # by name, or else in any order
    declared = sources.values() if isinstance(sources, dict) else getattr(module, "DECLARED", ())
    if not declared or not all(isinstance(one, Source) for one in declared):
        raise _wrong(name, "no DECLARED, or something else than sources in it")
    return tuple(declared)


def _wrong(name: str, found: str) -> ConfigError:
    return ConfigError(
        f"Sources cannot be taken from {name}",
        found=found,
        expected="a module with a tuple DECLARED of Source, each of its own name",
        next_step="correct `declarations` in millpond.toml, or the module",
    )
