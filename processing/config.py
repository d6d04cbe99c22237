"""Read `millpond.toml`: strict, typed, per environment, and free of secrets."""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from processing.config_sources import (
    CONNECTION_PART,
    SECRET_KEYS,
    SourceConfig,
    secret_faults,
    table_faults,
)
from processing.errors import ConfigError
from processing.nearest import key_meant

FILE = "millpond.toml"
ENVIRONMENT_VARIABLE = "MILLPOND_ENV"
Audience = Literal["public", "internal"]
MEMORY = re.compile(r"(?i)([0-9]+(?:\.[0-9]+)?)\s*(%|[KMGT](?:i?B)?)")


class ClockConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`replay` maps today to the same day of `year`; `real` leaves it alone."""

    mode: Literal["replay", "real"] = "real"
    year: int = 2017


class BoardConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where pins live: a folder, relative to the project, or an address such as s3://….

    `wait_seconds` is how long a run waits for another one before it stands down. After a build the
    last `keep_releases` stay, and those served within `keep_days`; without either, all of them.
    """

    address: str = "board"
    wait_seconds: Annotated[float, msgspec.Meta(ge=0)] = 60.0
    endpoint: str | None = None
    credentials: dict[str, str] = {}
    keep_releases: Annotated[int, msgspec.Meta(ge=1)] | None = None
    keep_days: Annotated[int, msgspec.Meta(ge=1)] | None = None

    @property
    def is_elsewhere(self) -> bool:
        """Whether it is an address, of which a replica is kept here."""
        return "://" in self.address

    @property
    def is_read_only(self) -> bool:
        """Whether it lies on a plain web server."""
        return self.address.startswith(("http://", "https://"))


class EngineConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What computes the tables, and how much memory it may take.

    Spark alone: `master` is a cluster's address, `remote` that of a Spark Connect server, whose
    token `credentials` may name, and `settings` are handed to it.
    """

    name: Literal["duckdb", "spark"] = "duckdb"
    memory_limit: str = "2GB"
    threads: Annotated[int, msgspec.Meta(ge=1)] | None = None
    master: str | None = None
    remote: str | None = None
    settings: dict[str, str] = {}
    credentials: dict[str, str] = {}


class AudienceConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the site of one audience goes: its folder here, and the place it is published to."""

    out: str | None = None
    publish: str = ""


class SiteConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where pages are, where the site goes, for whom, and how heavy (KB, all files) it may be.

    `out` is the folder of `audience`; `audiences` names those of the others.
    """

    pages: str = "reports"
    out: str = "_site"
    audience: Audience = "public"
    audiences: dict[Audience, AudienceConfig] = {}
    size_budget_kb: Annotated[int, msgspec.Meta(ge=1)] = 6000

    def out_of(self, audience: Audience) -> str:
        """The folder for the site of that audience."""
        named = self.audiences.get(audience, AudienceConfig()).out
        return named or (self.out if audience == self.audience else f"{self.out}-{audience}")


class KeepConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the board lives between scheduled runs, and how many releases are carried along."""

    address: str = "branch:board"
    releases: Annotated[int, msgspec.Meta(ge=1)] = 8


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole of `millpond.toml`, with the chosen environment laid over it."""

    root: Path
    title: str = "Millpond"
    timezone: str = "UTC"
    clock: ClockConfig = ClockConfig()
    board: BoardConfig = BoardConfig()
    engine: EngineConfig = EngineConfig()
    site: SiteConfig = SiteConfig()
    intake: str = "intake"
    declarations: tuple[str, ...] = ("processing.sources.retail",)
    keep: KeepConfig = KeepConfig()
    tables: tuple[str, ...] = ()
    sources: dict[str, SourceConfig] = {}

    def for_audience(self, audience: Audience | None) -> Config:
        """The same for the site of that audience; None leaves the one that is configured."""
        chosen = audience or self.site.audience
        out = self.site.out_of(chosen)
        site = msgspec.structs.replace(self.site, audience=chosen, out=out)
        return msgspec.structs.replace(self, site=site)

    @property
    def board_path(self) -> Path:
        """The board's folder, absolute: of a board elsewhere, that of its replica here."""
        if self.board.is_elsewhere:
            short = hashlib.sha256(self.board.address.encode()).hexdigest()[:16]
            return (self.cache_path / "boards" / short).absolute()
        return (self.root / self.board.address).absolute()

    @property
    def intake_path(self) -> Path:
        """Where every fetched version of what cannot be fetched again is kept."""
        return self.root / self.intake

    @property
    def cache_path(self) -> Path:
        """Where derived things lie that may be deleted at any time."""
        return self.root / ".cache"


def find_root(start: Path | None = None) -> Path:
    """The nearest folder, from `start` upwards, that holds `millpond.toml`."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / FILE).is_file():
            return folder
    raise ConfigError(
        f"No {FILE} found",
        found=f"none in {here} or above it",
        expected=f"a {FILE} at the top of the project",
        next_step="change into the project, or name it with --project DIR",
    )


def load_config(root: Path | None = None, environment: str | None = None) -> Config:
    """The configuration of the project at `root` (found upwards when not given).

    Raises ConfigError for torn TOML, unknown keys, wrong types and unknown environments.
    """
    root = find_root(root)
    path = root / FILE
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"{path} cannot be read",
            found=str(error),
            expected="a TOML file in UTF-8",
            next_step=f"correct {FILE} there",
        ) from error
    environments = raw.pop("environments", {})
    chosen = environment or os.environ.get(ENVIRONMENT_VARIABLE)
    if chosen:
        raw = _merge(raw, _environment(environments, chosen, path))
    try:
        return _checked(msgspec.convert({**raw, "root": root}, Config, dec_hook=_path), path)
    except msgspec.ValidationError as error:
        raise ConfigError(
            f"{path} is not valid",
            found=str(error),
            expected="keys and types as docs/configuration.md lists them",
            next_step=f"correct {FILE}{key_meant(str(error), Config)}",
        ) from error


def _checked(config: Config, path: Path) -> Config:
    """`config` if board, site and intake have folders of their own; ConfigError otherwise.

    The board is tidied and the site replaced as a whole: neither may hold another or the project.
    """
    _check_time(config, path)
    _check_memory(config.engine, path)
    _check_secrets(config, path)
    named = {
        "board.address": config.board.address,
        **_site_folders(config.site),
        "intake": config.intake,
    }
    for key, text in named.items():
        elsewhere = "://" in text and key != "board.address"
        if not text.strip() or elsewhere or not text.isprintable():
            raise _misplaced(path, key, repr(text), "a folder")
    root = config.root.resolve()
    folders = {key: (root / text).resolve() for key, text in named.items()}
    folders["board.address"] = config.board_path.resolve()
    every = {**folders, "the project": root, "site.pages": (root / config.site.pages).resolve()}
    for key, folder in folders.items():
        for whose, other in every.items():
            if whose == key:
                continue
            if other.is_relative_to(folder) or (other != root and folder.is_relative_to(other)):
                raise _misplaced(
                    path, key, str(folder), f"a folder apart from that of {whose} ({other})"
                )
    return config


def _site_folders(site: SiteConfig) -> dict[str, str]:
    """The folder of each audience's site, by the key that names it."""
    others = [name for name in get_args(Audience) if name != site.audience]
    return {"site.out": site.out_of(site.audience)} | {
        f"site.audiences.{name}.out": site.out_of(name) for name in others
    }


def _check_time(config: Config, path: Path) -> None:
    """ConfigError for a time zone or a year that there is not."""
    year = config.clock.year
    try:
        ZoneInfo(config.timezone)
        date(year, 1, 1).replace(year=year + 1)
    except (ValueError, ZoneInfoNotFoundError, OSError) as error:
        raise ConfigError(
            f"{path}: timezone or clock.year cannot be used",
            found=f"{config.timezone}, {year} ({error})",
            expected="a name such as America/New_York, and a year such as 2017",
            next_step=f"correct {FILE}",
        ) from error


def _check_memory(engine: EngineConfig, path: Path) -> None:
    """ConfigError for a memory limit that is no size, or nothing; engines may need more."""
    match = MEMORY.fullmatch(engine.memory_limit.strip())
    if not match or not float(match[1]):
        raise ConfigError(
            f"{path}: engine.memory_limit cannot be used",
            found=repr(engine.memory_limit),
            expected="a size such as 600MB, 2GB or 1.5GiB; with DuckDB also a share, such as 50%",
            next_step=f"correct {FILE}",
        )


def _check_secrets(config: Config, path: Path) -> None:
    """ConfigError when a credential itself stands where only its name may; it is not repeated."""
    board = config.board
    addresses = (board.address, board.endpoint or "", config.keep.address)
    faults = [
        *secret_faults(config.sources),
        *table_faults("board", board.credentials, addresses),
        *table_faults("engine", config.engine.credentials, (), ("token",)),
        *engine_faults(config.engine),
    ]
    if faults:
        raise ConfigError(
            f"{path} may name credentials and never hold one",
            found="; ".join(faults),
            expected='the name of a variable, as in password = "SHOP_PASSWORD"',
            next_step="move the value to the environment, `.env` or the keyring, and change it: "
            "what stood in a file may have been read",
        )


def engine_faults(engine: EngineConfig) -> Iterator[str]:
    """Settings of an engine that would hold a secret, by name and without the value."""
    for key in engine.settings:
        words = key.split(".")
        if any(SECRET_KEYS.fullmatch(part) for part in (words[-1], "-".join(words[-2:]))):
            yield f"engine.settings.{key} would hold a password, a key or a token"
    keys = CONNECTION_PART.findall(engine.remote or "")
    if any(SECRET_KEYS.fullmatch(key) for key in keys):
        yield "engine.remote holds a password, a key or a token"


def _misplaced(path: Path, key: str, found: str, expected: str) -> ConfigError:
    return ConfigError(
        f"{path}: {key} cannot be used",
        found=found,
        expected=expected,
        next_step=f"give {key} a folder of its own",
    )


def _environment(environments: Any, chosen: str, path: Path) -> dict[str, Any]:
    found = environments.get(chosen) if isinstance(environments, dict) else None
    if isinstance(found, dict):
        return found
    known = ", ".join(environments) if isinstance(environments, dict) else ""
    raise ConfigError(
        f"{path} has no environment {chosen!r}",
        found=f"{ENVIRONMENT_VARIABLE}={chosen}",
        expected=f"one of: {known or 'none declared'}",
        next_step=f"add [environments.{chosen}] to {FILE}, or unset {ENVIRONMENT_VARIABLE}",
    )


def _merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """`over` laid on `base`, tables merged key by key."""
    merged = dict(base)
    for key, value in over.items():
        old = merged.get(key)
        both = isinstance(old, dict) and isinstance(value, dict)
        merged[key] = _merge(old, value) if both else value  # type: ignore[arg-type]
    return merged


def _path(kind: type, value: Any) -> Any:
    if kind is Path:
        return Path(value)
    raise NotImplementedError(kind)
