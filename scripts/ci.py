"""What the scripts of a schedule share: the project, its parcel, and how to tell the workflow."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from processing.config import Config, load_config
from processing.errors import MillpondError
from processing.keeping.parcel import Parcel

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / ".cache" / "reports"


def project() -> tuple[Config, Parcel]:
    """The configuration of this project, and the parcel beside it."""
    config = load_config(ROOT)
    return config, Parcel(config.root / "parcel")


def pages_of(config: Config) -> Path:
    """Where executed pages are kept."""
    from processing.site.pages.cache import cache_folder

    return cache_folder(config.root)


def millpond(command: str, *arguments: str, **more: str) -> int:
    """Run a command of the command line, with a report for the summary; its exit code.

    `more` is added to its environment.
    """
    report = ["--report", str(REPORTS / f"{command}.json")]
    line = [sys.executable, "-m", "processing", *report, command, *arguments]
    return subprocess.run(line, cwd=ROOT, env=os.environ | more, check=False).returncode


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
    return error.exit_code
