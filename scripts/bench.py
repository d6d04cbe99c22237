"""How long the main job takes and how much memory, beside the plain pandas script, in one run."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
AS_OF = "2017-11-21"
RUNS = 3
PROFILES = sorted(path.name for path in ROOT.glob("_quarto*.yml"))
COPIED = ("millpond.toml", *PROFILES, "_brand.yml", "reference", "reports")


@dataclass(frozen=True)
class Cost:
    """One run of a command as the system accounts for it; memory of the largest process."""

    seconds: float
    cpu: float
    megabytes: float
    output: str


def run(*command: str) -> Cost:
    """Run to the end; stops the benchmark when the command fails."""
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read()
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}\n{text}")
    cpu = usage.ru_utime + usage.ru_stime
    return Cost(time.perf_counter() - start, cpu, usage.ru_maxrss / 1024, text)


def median(costs: list[Cost]) -> Cost:
    """The median of each figure, with the output of the last run."""
    return Cost(
        seconds=statistics.median(cost.seconds for cost in costs),
        cpu=statistics.median(cost.cpu for cost in costs),
        megabytes=statistics.median(cost.megabytes for cost in costs),
        output=costs[-1].output,
    )


def project(folder: Path) -> Path:
    """A copy of what a build and a render need, without a board."""
    for name in COPIED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copy(ROOT / name, folder / name)
    return folder


def millpond(folder: Path, *arguments: str) -> Cost:
    """The command line on that project, as of the same day in every run."""
    return run(sys.executable, "-m", "processing", "--project", str(folder), *arguments)


def row(what: str, cost: Cost, beside: Cost | None = None) -> str:
    """One line of the table; the ratio is that of the first to the second."""
    line = f"{what:<44}{cost.seconds:>8.2f}{cost.cpu:>8.2f}{cost.megabytes:>8.0f}"
    if beside is None:
        return line
    return line + (
        f"{cost.seconds / beside.seconds:>10.2f}{cost.cpu / beside.cpu:>8.2f}"
        f"{cost.megabytes / beside.megabytes:>8.2f}"
    )


def bench_build(folder: Path) -> None:
    """Tables of the real data, against the same ones by pandas; taken in turn."""
    script = str(ROOT / "benchmarks" / "pandas_tables.py")
    run(sys.executable, script, str(folder / "pandas"), AS_OF)
    names = sorted(path.stem for path in (folder / "pandas").glob("*.parquet"))
    toml, all_tables = folder / "millpond.toml", (folder / "millpond.toml").read_text("utf-8")
    toml.write_text(f"tables = {names}\n{all_tables}", encoding="utf-8")
    ours, peers = [], []
    for at in range(RUNS + 1):
        peer = run(sys.executable, script, str(folder / "pandas"), AS_OF)
        shutil.rmtree(folder / "board", ignore_errors=True)
        own = millpond(folder, "build", "--as-of", AS_OF)
        if at:  # the first of each warms the disk cache
            peers.append(peer)
            ours.append(own)
    peer = median(peers)
    print(row("pandas script, the same tables", peer, peer))
    print(row("millpond build, from nothing", median(ours), peer))
    again = [millpond(folder, "build", "--as-of", AS_OF) for _ in range(RUNS)]
    print(row("millpond build, nothing changed", median(again), peer))
    toml.write_text(all_tables, encoding="utf-8")


def bench_site(folder: Path) -> None:
    """The whole main job: cold, with one pin changed, with nothing changed."""
    shutil.rmtree(folder / "board", ignore_errors=True)
    site = ("site", "--as-of", AS_OF)
    cold = millpond(folder, *site)
    print(row("millpond site, cold", cold, cold))
    names = folder / "reference" / "departments.csv"
    names.write_text(names.read_text().replace("Automotive", "Car parts"), encoding="utf-8")
    changed = millpond(folder, *site)
    print(row("millpond site, one reference file changed", changed, cold))
    still = median([millpond(folder, *site) for _ in range(RUNS)])
    print(row("millpond site, nothing changed", still, cold))
    print("\nAfter the change:")
    print(
        "\n".join(
            line for line in changed.output.splitlines() if "build" in line or "execut" in line
        )
    )


def main() -> None:
    """Print both tables."""
    print(
        f"{os.cpu_count()} processors; medians of {RUNS} runs; memory of the largest process in MB"
    )
    print(f"{'':<44}{'wall s':>8}{'cpu s':>8}{'MB':>8}{'ratio: wall':>12}{'cpu':>6}{'MB':>8}")
    with tempfile.TemporaryDirectory() as folder:
        target = project(Path(folder))
        bench_build(target)
        bench_site(target)


if __name__ == "__main__":
    main()
