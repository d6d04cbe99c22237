"""What this machine has and lacks for building and rendering, one line each."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from processing.config import Config
from processing.config_sources import SourceConfig
from processing.credentials import Credentials
from processing.errors import ConfigError, SourceError
from processing.sources import zipped
from processing.sources.find import is_elsewhere
from processing.sources.location import locate


def machine_report(config: Config) -> Iterator[str]:
    """One line per thing that a build or a render may use: where it is, or what its lack means."""
    credentials = Credentials(os.environ, config.root / ".env")
    yield from _credential_lines("board", config.board.credentials, credentials)
    for name, source in sorted(config.sources.items()):
        yield f"source {name}: {_source_line(name, source, config.root)}"
        yield from _credential_lines(f"source {name}", source.credentials, credentials)
    yield from _credential_lines("engine", config.engine.credentials, credentials)
    yield _seal_line()
    yield _quarto_line()
    yield _browser_line()


def _credential_lines(
    whose: str, named: Mapping[str, str], credentials: Credentials
) -> Iterator[str]:
    for role, credential in sorted(named.items()):
        where = credentials.where(credential)
        yield f"{whose}: its {role} {credential} is {f'in {where}' if where else 'MISSING'}"


def _source_line(name: str, source: SourceConfig, root: Path) -> str:
    if is_elsewhere(source):
        return f"taken in from elsewhere ({source.address.partition(':')[0]})"
    try:
        return f"{_bytes(name, source, root):,} bytes at {source.address}"
    except (ConfigError, SourceError) as error:
        return error.what.removeprefix(f"Source {name}: ")
    except FileNotFoundError:
        return f"no such file ({source.address})"


def _bytes(name: str, source: SourceConfig, root: Path) -> int:
    """The size of what lies here. SourceError or FileNotFoundError when nothing does."""
    address = source.address
    if address.endswith(zipped.ENDING):
        return zipped.archive_of(name, address, root).stat().st_size
    return locate(name, address, root, source.format).bytes


def _seal_line() -> str:
    from processing.site.execution.seal import landlock_version

    version = landlock_version()
    if version:
        return f"seal: the operating system holds it (Landlock version {version})"
    return "seal: Python's audit hook alone; this system has no Landlock"


def _quarto_line() -> str:
    from processing.site.rendering.quarto import find_quarto

    found = find_quarto()
    return f"quarto: {found}" if found else "quarto: not found, the embedded renderer is used"


def _browser_line() -> str:
    from processing.site.pictures.draw import find_browser

    found = find_browser()
    return f"browser: {found}" if found else "browser: not found, charts draw themselves when read"
