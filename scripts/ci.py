"""What the scripts of a schedule share: the project, its parcel, and how to tell the workflow."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

from processing.board.reader import BOARD_VARIABLE
from processing.config import Audience, Config, load_config
from processing.errors import MillpondError
from processing.keeping.parcel import Parcel

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / ".cache" / "reports"
REASON = "millpond: exit code"  # how the watchdog knows an annotation of ours


def project() -> tuple[Config, Parcel]:
    """The configuration of this project, and the parcel beside it."""
    config = load_config(ROOT)
    return config, Parcel(config.root / "parcel")


def pages_of(config: Config) -> Path:
    """Where executed pages are kept."""
    from processing.site.pages.cache import cache_folder

    return cache_folder(config.root)


def open_sources(config: Config) -> list[str]:
    """The sources that anybody may read, as they need no credential: what they gave may be kept."""
    return [name for name, source in config.sources.items() if not source.credentials]


def places(config: Config) -> dict[Audience, str]:
    """The addresses that sites for further audiences are published to; the main one has Pages."""
    return {
        audience: found.publish
        for audience, found in config.site.audiences.items()
        if found.publish and audience != config.site.audience
    }


def fingerprint(config: Config, renderer: str) -> str:
    """What stands for all that is published: the main site, and those with places of their own."""
    from processing.site.run import site_fingerprint

    main, *others = (
        site_fingerprint(config.for_audience(audience), renderer)
        for audience in (None, *places(config))
    )
    return hashlib.sha256("".join((main, *others)).encode()).hexdigest() if others else main


def restored(config: Config) -> dict[str, str]:
    """Lets a command read the board that was unpacked here, and ask nobody for another one.

    The jobs that render hold no credential of a board elsewhere.
    """
    return {BOARD_VARIABLE: str(config.board_path)} if config.board.is_elsewhere else {}


def millpond(command: str, *arguments: str, **more: str) -> int:
    """Run a command of the command line, with a report for the summary; its exit code.

    `more` is added to its environment.
    """
    report = REPORTS / f"{command}.json"
    report.unlink(missing_ok=True)
    line = [sys.executable, "-m", "processing", "--report", str(report), command, *arguments]
    code = subprocess.run(line, cwd=ROOT, env=os.environ | more, check=False).returncode
    if code:
        annotate(code, reason(command) or f"millpond {command} ended without a reason")
    return code


def reason(command: str) -> str | None:
    """The one named reason why a command ended, by its report; None where there is none."""
    try:
        report = json.loads((REPORTS / f"{command}.json").read_text(encoding="utf-8"))
        return str(report["error"]["what"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def annotate(code: int, said: str) -> None:
    """Name the reason on the page of the run, where the watchdog finds it for its issue."""
    if os.environ.get("GITHUB_ACTIONS"):
        escaped = said.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        print(f"::error title={REASON} {code}::{escaped}", flush=True)


def output(**values: str | bool) -> None:
    """Hand values to later steps and jobs; printed as well."""
    lines = [f"{k}={str(v).lower() if isinstance(v, bool) else v}\n" for k, v in values.items()]
    print("".join(lines), end="")
    if path := os.environ.get("GITHUB_OUTPUT"):
        with Path(path).open("a", encoding="utf-8") as file:
            file.writelines(lines)


def setting(name: str) -> str:
    """A variable of the step, without blanks around it; empty when it is not set."""
    return os.environ.get(name, "").strip()


def ended(error: MillpondError) -> int:
    """Say what went wrong, once; the exit code."""
    print(f"error: {error}", file=sys.stderr)
    annotate(error.exit_code, error.what)
    return error.exit_code
