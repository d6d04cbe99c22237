"""Run the tests that inject faults, and write what came of each into docs/reliability.md."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- outcomes -->\n", "<!-- end of outcomes -->\n"


def main() -> int:
    """Rewrite the table when every test passes; otherwise leave it and give pytest's exit code."""
    sys.path.insert(0, str(ROOT))
    from tests.integration.outcomes import FOLDER_VARIABLE, all_faults, noted

    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile"]
        environment = {**os.environ, FOLDER_VARIABLE: folder}
        tests = ["tests/integration", *sys.argv[1:]]
        code = subprocess.run([*command, *tests], cwd=ROOT, env=environment, check=False).returncode
        outcomes = noted(Path(folder))
    if code:
        return code
    missing = sorted({*all_faults()} - {outcome.fault for outcome in outcomes})
    if missing:
        print("not injected on this machine: " + ", ".join(missing))
        return 1
    rows = []
    for fault in all_faults():
        mine = [outcome for outcome in outcomes if outcome.fault == fault]
        seconds = [outcome.seconds for outcome in mine if outcome.seconds is not None]
        healed = f"{statistics.median(seconds):.2f} | {max(seconds):.2f}" if seconds else "– | –"
        tests_ = ", ".join(sorted({f"`{outcome.test.partition('::')[0]}`" for outcome in mine}))
        rows.append(
            f"| {fault} | {how(fault)} | {len(mine)} of {len(mine)} | {healed} | {tests_} |"
        )
    write(rows)
    return 0


def how(fault: str) -> str:
    """In which way the fault is injected."""
    from tests.integration.outcomes import OTHERS

    kinds = {"killed at": "SIGKILL by the process itself", "disk full at": "ENOSPC"}
    return OTHERS.get(fault) or kinds[fault.partition(":")[0]]


def write(rows: list[str]) -> None:
    """Put the table between its marks; the rest of the document is kept."""
    text = DOCUMENT.read_text(encoding="utf-8")
    head, rest = text.split(BEGIN)
    tail = rest.split(END)[1]
    day = datetime.now(UTC).date().isoformat()
    where = (
        f"{platform.system()} {platform.release().split('-')[0]}, Python "
        f"{platform.python_version()}, {os.cpu_count()} processors"
    )
    table = [
        f"Written by `make reliability` on {day} ({where}).\n",
        "| fault | injected by | survived | healed in, median s | at most s | test |",
        "|---|---|---|---|---|---|",
        *rows,
    ]
    content = head + BEGIN + "\n".join(table) + "\n" + END + tail
    DOCUMENT.write_text(content, encoding="utf-8")
    print(f"wrote {len(rows)} rows into {DOCUMENT}")


if __name__ == "__main__":
    sys.exit(main())
