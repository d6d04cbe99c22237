"""Look for secrets in every file that is or would be under version control, without the network."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RULES = ROOT / "scripts" / "secret_rules.yml"
CACHE = ROOT / ".cache" / "kingfisher"  # compiled rules, which take half a minute to make
OPTIONS = (
    *("--no-validate", "--no-update-check", "--no-dedup", "--git-history", "none"),
    *("--format", "json", "--rules-path", str(RULES), "--rule-cache-dir", str(CACHE)),
)
FOUND = (200, 205)  # kingfisher's exit codes for findings


def tracked(root: Path) -> list[Path]:
    """What git knows or would add, as far as it is there."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    return [Path(name) for name in listed.stdout.split("\0") if name and (root / name).is_file()]


def findings(root: Path) -> list[str]:
    """File, line and kind of every secret; never the secret itself."""
    with tempfile.TemporaryDirectory(prefix="millpond-secrets-") as folder:
        for path in tracked(root):
            target = Path(folder, path)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / path, target)
        program = Path(sys.executable).parent / "kingfisher"
        done = subprocess.run(
            [str(program), "scan", folder, *OPTIONS],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode not in (0, *FOUND):
            raise SystemExit(f"kingfisher ended with {done.returncode}: {done.stderr[-500:]}")
        return sorted({*_lines(done.stdout, Path(folder)), *_secret_files(root)})


def _secret_files(root: Path) -> list[str]:
    """Files that are there to hold secrets, whatever is in them."""
    return [
        f"{path}:1: .env under version control" for path in tracked(root) if path.name == ".env"
    ]


def _lines(text: str, folder: Path) -> list[str]:
    # A summary stands in a second document, on the line below.
    found = json.loads(text.partition("\n")[0] or "{}").get("findings", [])
    return [
        f"{Path(one['finding']['path']).relative_to(folder)}:{one['finding']['line']}: "
        f"{one['rule']['name']}"
        for one in found
    ]


def main() -> int:
    """Print each finding; 1 when there is any."""
    found = findings(ROOT)
    for line in found:
        print(line)
    if found:
        print("a secret in a file is known to whoever reads it: change it, then keep it in `.env`")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
