"""Take out of npm's lock where its packages ask for money: no lock holds an address."""

from __future__ import annotations

import json
from pathlib import Path

LOCK = Path(__file__).resolve().parent.parent / "package-lock.json"


def plain(lock: str) -> str:
    """The lock without the key `funding` of any package, as npm writes it otherwise."""
    content = json.loads(lock)
    for package in content["packages"].values():
        package.pop("funding", None)
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    LOCK.write_text(plain(LOCK.read_text(encoding="utf-8")), encoding="utf-8")
