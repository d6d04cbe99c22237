"""Fail the run for pages that fail, once the others are on their way to readers. Python alone."""

from __future__ import annotations

import os
import sys

EXIT_CODE = 14  # that of the command line for a page


def main() -> int:
    """FAILING holds the names of the pages, REASON the first line of why; both from the render."""
    names = os.environ.get("FAILING", "").split()
    if not names:
        return 0
    said = os.environ.get("REASON") or "a page fails"
    print(f"error: {said}", file=sys.stderr)
    print(f"  found: cannot be renewed: {', '.join(names)}", file=sys.stderr)
    print("  readers see: its last good copy under a notice, and all other pages", file=sys.stderr)
    print("  next step: mend it; the summary of the job `render` says all", file=sys.stderr)
    if os.environ.get("GITHUB_ACTIONS"):
        print(f"::error title=millpond: exit code {EXIT_CODE}::{said.replace('%', '%25')}")
    return EXIT_CODE


if __name__ == "__main__":
    sys.exit(main())
