"""Find what a source holds: files that lie here, or what is first taken in from elsewhere."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from pathlib import Path
from typing import cast

from processing.config import Config
from processing.config_sources import SourceConfig
from processing.credentials import Credentials
from processing.errors import ConfigError
from processing.sources.asked import Asked
from processing.sources.location import KINDS, Location, locate

# One file per kind, imported only when an address asks for it.
ELSEWHERE = {
    "board": "processing.sources.board:locate",
    "duckdb": "processing.sources.duckdb:locate",
    "feed+http": "processing.sources.feed:locate",
    "feed+https": "processing.sources.feed:locate",
    "http": "processing.sources.http:locate",
    "https": "processing.sources.http:locate",
    "odbc": "processing.sources.odbc:locate",
    "postgresql": "processing.sources.postgresql:locate",
    "s3": "processing.sources.s3:locate",
    "sheet+http": "processing.sources.sheet:locate",
    "sheet+https": "processing.sources.sheet:locate",
    "sqlite": "processing.sources.sqlite:locate",
}


def find(asked: Asked) -> Location:
    """The files that hold the source, or the sample of it that millpond.toml asks for.

    ConfigError for an unknown kind of address, SourceError for whatever goes wrong on the way.
    """
    found = _whole(asked)
    if asked.config.sample is None or asked.only_ask:
        return found
    from processing.sources.sample import sampled

    return sampled(asked, found)


def _whole(asked: Asked) -> Location:
    scheme = asked.parts.scheme
    if scheme in KINDS and asked.config.address.endswith(".zip"):
        from processing.sources import zipped

        return zipped.locate(asked)
    if scheme in KINDS:
        found = locate(asked.name, asked.config.address, asked.root, asked.config.format)
        if asked.config.sha256:
            asked.check_sha256(_hashed(found.files))
        return found
    if scheme not in ELSEWHERE:
        raise ConfigError(
            f"Source {asked.name}: unknown kind of address",
            found=asked.shown,
            expected="a path, or one of "
            + ", ".join(f"{kind}:" for kind in [*KINDS, *ELSEWHERE] if kind),
            next_step=f"correct [sources.{asked.name}] in millpond.toml",
        )
    module, function = ELSEWHERE[scheme].split(":")
    take = cast("Callable[[Asked], Location]", getattr(import_module(module), function))
    return take(asked)


def _hashed(files: Iterable[Path]) -> str:
    """The SHA-256 of files, one after the other."""
    digest = hashlib.sha256()
    for path in files:
        with path.open("rb") as file:
            while piece := file.read(1 << 20):
                digest.update(piece)
    return digest.hexdigest()


def is_elsewhere(config: SourceConfig) -> bool:
    """Whether the source is taken in over a connection."""
    return config.address.partition(":")[0] in ELSEWHERE


def need_credentials(
    config: Config, names: Iterable[str], environment: Mapping[str, str]
) -> Credentials:
    """The credentials of the project, once each that sources and engine name is known to be there.

    ConfigError that names every one which is not, with the key that asks for it.
    """
    credentials = Credentials(environment, config.root / ".env")
    engine = config.engine.credentials if config.engine.name == "spark" else {}
    credentials.need(
        {name: f"engine.credentials.{role}" for role, name in engine.items()}
        | {
            credential: f"sources.{name}.credentials.{role}"
            for name in names
            for role, credential in config.sources[name].credentials.items()
        }
    )
    return credentials
