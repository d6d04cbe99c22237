"""Which sources are declared: every `DECLARED` of the modules that millpond.toml names."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path

import msgspec

from processing.errors import ConfigError, MillpondError, raised
from processing.sources.source import Source


def load_sources(modules: Iterable[str], root: Path) -> dict[str, Source]:
    """The declared sources by name; modules are looked for in the project at `root` as well.

    ConfigError for a module that cannot be imported or declares nothing, for a declaration that
    cannot be meant, and for a name twice.
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
    except MillpondError:
        raise
    except Exception as error:
        raise _wrong(name, raised(error)) from error
    sources = getattr(module, "SOURCES", None)  # by name, or else in any order
    declared = sources.values() if isinstance(sources, dict) else getattr(module, "DECLARED", ())
    if not isinstance(declared, Iterable) or not (listed := tuple(declared)):
        raise _wrong(name, "no DECLARED in it")
    for source in listed:
        if not isinstance(source, Source):
            raise _wrong(name, "something else than sources in DECLARED")
        for says in _faults(source):
            raise _wrong(name, f"source {source.name}: {says}")
    return listed


def _faults(source: Source) -> Iterator[str]:
    """What cannot be meant: a value of another kind, or a column that is not among the columns."""
    try:  # a declaration is taken at its word, and so can say `int` for `integer`
        msgspec.convert(msgspec.to_builtins(source), Source)
    except msgspec.ValidationError as error:
        yield str(error)
        return
    names = [column.name for column in source.columns]
    used = [*source.key, *(reference.column for reference in source.references)]
    used += [part.column for part in (source.clock, source.weeks) if part]
    if source.feed:
        used += [name for name in (source.feed.time, source.feed.place) if name]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        yield f"two columns of the name {', '.join(twice)}"
    if unknown := sorted({*used} - {*names}):
        yield f"no column {', '.join(unknown)} among {', '.join(names)}"


def _wrong(name: str, found: str) -> ConfigError:
    return ConfigError(
        f"Sources cannot be taken from {name}",
        found=found,
        expected="a module with a tuple DECLARED of Source, each of its own name "
        "(docs/sources.md has one)",
        next_step="correct `declarations` in millpond.toml, or the module",
    )
