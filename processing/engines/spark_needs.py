"""What Spark needs of this machine and of the network, looked for before any work."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from processing.config import EngineConfig
from processing.errors import ConfigError

SECONDS = 10  # that a master or a server has to answer
PORTS = {"sc": 15002, "spark": 7077}
SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT])i?B?", re.IGNORECASE)
MEGABYTES = {"K": 1 / 1024, "M": 1, "G": 1024, "T": 1024**2}
FEWEST_MEGABYTES = 512  # Spark refuses to start below 450 MiB


def check_spark(config: EngineConfig) -> None:
    """ConfigError when PySpark or Java is not here, or `memory_limit` says nothing to Java."""
    if config.master and config.remote:
        raise ConfigError(
            "Engine spark is told two places to work at",
            found=f"master = {config.master!r} and remote = {config.remote!r}",
            expected="a master, a Spark Connect server, or neither",
            next_step="take one of them out of [engine] in millpond.toml",
        )
    if config.credentials and not config.remote:
        raise ConfigError(
            "Engine spark names a token that nobody asks for",
            found="engine.credentials, and no engine.remote",
            expected="a Spark Connect server, as engine.remote",
            next_step="correct [engine] in millpond.toml; a cluster takes its secrets from "
            "spark-defaults.conf",
        )
    if find_spec("pyspark") is None or (config.remote and find_spec("grpc") is None):
        raise ConfigError(
            "Engine spark needs PySpark, which is not installed",
            found="no package pyspark" if find_spec("pyspark") is None else "no package grpc",
            expected="the extra spark, with Java 17 or 21 beside it",
            next_step="pip install 'millpond[spark]'",
        )
    if config.remote:
        return
    heap(config.memory_limit)
    if java() is None:
        home = os.environ.get("JAVA_HOME")
        raise ConfigError(
            "Engine spark needs Java, which is not here",
            found=f"no bin/java in JAVA_HOME={home}" if home else "no java on PATH, no JAVA_HOME",
            expected="Java 17 or 21",
            next_step="install it (Debian: apt-get install openjdk-17-jre-headless), set "
            "JAVA_HOME, or name a Spark Connect server as engine.remote, which needs no Java here",
        )


def java() -> Path | None:
    """The Java that Spark would start: that of JAVA_HOME, else the one on PATH."""
    home = os.environ.get("JAVA_HOME")
    if home:
        named = Path(home) / "bin" / "java"
        return named if named.is_file() else None
    found = shutil.which("java")
    return Path(found) if found else None


def java_says() -> str:
    """The version of Java in words, for a message; empty where it cannot be told."""
    found = java()
    if found is None:
        return ""
    try:
        done = subprocess.run(
            [found, "-version"], capture_output=True, text=True, check=False, timeout=SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return f"; {found} does not run"
    return f"; {next(iter(done.stderr.splitlines()), str(found))}"


def heap(memory_limit: str) -> str:
    """`memory_limit` as Java wants it, in whole MiB. ConfigError for one that is no size."""
    match = SIZE.fullmatch(memory_limit.strip())
    megabytes = int(float(match[1]) * MEGABYTES[match[2].upper()]) if match else 0
    if megabytes < FEWEST_MEGABYTES:
        raise ConfigError(
            "engine.memory_limit cannot be used with Spark",
            found=memory_limit,
            expected=f"a size of {FEWEST_MEGABYTES}MB or more, such as 2GB",
            next_step="correct millpond.toml",
        )
    return f"{megabytes}m"


def check_reachable(address: str) -> None:
    """ConfigError when nothing answers at `spark://` or `sc://`: Spark itself waits for minutes.

    Of several masters one that answers is enough. Other kinds of address are left to Spark.
    """
    kind, separator, rest = address.partition("://")
    if not separator or kind not in PORTS:
        return
    places = [urlsplit(f"//{place}") for place in rest.partition("/")[0].split(",")]
    said = []
    for place in places:
        try:
            host, port = place.hostname or "localhost", place.port or PORTS[kind]
            with socket.create_connection((host, port), timeout=SECONDS):
                return
        except (OSError, ValueError) as error:
            said.append(f"{place.netloc}: {error}")
    raise ConfigError(
        f"No Spark answers at {address.partition(';')[0]}",
        found="; ".join(said),
        expected="a running master" if kind == "spark" else "a running Spark Connect server",
        next_step="start it, or correct engine.master or engine.remote in millpond.toml",
    )
