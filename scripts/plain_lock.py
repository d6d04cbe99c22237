"""Take the addresses out of npm's locks: where packages ask for money, or keep their licence."""

from __future__ import annotations

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("package-lock.json", "tests/integration/azurite/package-lock.json")


def plain(lock: str) -> str:
    """The lock without `funding`, or a `license` that is an address; else as npm writes it."""
    content = json.loads(lock)
    for package in content["packages"].values():
        package.pop("funding", None)
        if "://" in str(package.get("license")):
            del package["license"]
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for lock in (ROOT / name for name in LOCKS):
        lock.write_text(plain(lock.read_text(encoding="utf-8")), encoding="utf-8")
