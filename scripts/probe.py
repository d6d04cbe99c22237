"""Ask the published address whether it shows what was deployed, byte for byte. Python alone."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

SECONDS = 30  # the most that one answer may take
AT_ONCE = 8  # files asked for at the same time
NAMED = 10  # files that a message names


def wrong_files(address: str, expected: dict[str, Any], names: list[str]) -> dict[str, str]:
    """Which of these files are not what was deployed, and what was found instead."""

    def one(name: str) -> str | None:
        return wrong(address, name, expected["files"][name], expected["fingerprint"])

    with ThreadPoolExecutor(AT_ONCE) as pool:
        said = zip(names, pool.map(one, names), strict=True)
        return {name: what for name, what in said if what}


def wrong(address: str, name: str, sha256: str, fresh: str) -> str | None:
    """What is wrong with one file at the address; None when it is as deployed.

    `fresh` makes an address of its own, which no cache between here and there has seen.
    """
    url = f"{address}{urllib.parse.quote(name)}?probe={fresh[:16]}"
    try:
        with urllib.request.urlopen(url, timeout=SECONDS) as answer:
            content = answer.read()
    except urllib.error.HTTPError as error:
        return f"status {error.code}"
    except OSError as error:
        return str(error)
    if hashlib.sha256(content).hexdigest() == sha256:
        return None
    if name == "catalog.json":
        return f"release {release_in(content)}"
    return "other content"


def release_in(content: bytes) -> str:
    """The release that a catalogue names."""
    try:
        return str(json.loads(content)["release"]["id"])
    except (ValueError, KeyError, TypeError):
        return "unknown"


def probe(address: str, expected: dict[str, Any], tries: int, wait: float) -> dict[str, str]:
    """Ask until every file is right, at most `tries` times; what is still wrong then.

    The catalogue is asked for first: while it names another release, the rest need not be fetched.
    """
    address = address.rstrip("/") + "/"
    names = sorted(expected["files"], key=lambda name: (name != "catalog.json", name))
    left: dict[str, str] = {}
    for attempt in range(tries):
        if attempt:
            time.sleep(wait)
        left = wrong_files(address, expected, names[:1]) or wrong_files(address, expected, names)
        print(f"try {attempt + 1} of {tries}: {len(left) or 'nothing'} wrong", flush=True)
        if not left:
            return {}
        names = sorted(left, key=lambda name: (name != "catalog.json", name)) + [
            name for name in names if name not in left
        ]
    return left


def main() -> int:
    """0 when the address shows what was deployed, 1 otherwise.

    Options, or the variables ADDRESS (where the site is published) and EXPECTED (what the render
    left), PROBE_TRIES and PROBE_WAIT (seconds between two tries).
    """
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--address", default=os.environ.get("ADDRESS", ""))
    arguments.add_argument("--expected", type=Path, default=os.environ.get("EXPECTED", ""))
    arguments.add_argument("--tries", type=int, default=os.environ.get("PROBE_TRIES", "12"))
    arguments.add_argument("--wait", type=float, default=os.environ.get("PROBE_WAIT", "15"))
    given = arguments.parse_args()
    expected = json.loads(given.expected.read_text(encoding="utf-8"))
    left = probe(given.address, expected, given.tries, given.wait)
    if not left:
        print(
            f"{given.address} shows release {expected['release']}, {len(expected['files'])} files"
        )
        return 0
    print(f"error: {given.address} does not show what was deployed", file=sys.stderr)
    for name, said in list(left.items())[:NAMED]:
        print(f"  found: {name}: {said}", file=sys.stderr)
    print(
        f"  expected: the {len(expected['files'])} files of release {expected['release']}",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
