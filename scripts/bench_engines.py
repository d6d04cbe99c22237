"""DuckDB against Spark on this machine: the same pins from more and more lines."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime
from multiprocessing import get_context
from pathlib import Path

import msgspec

from scripts.bench import run
from scripts.bench_weeks import HISTORY, make_data, make_project

COPIES = (1, 11, 113)  # 1.5, 15 and 150 million lines
ENGINES = ("duckdb", "spark")
LARGE = "transactions"  # the source that grows


def build_one(folder: Path, engine: str, memory: str) -> None:
    """Build the tables that read lines week by week; print seconds, MB and a hash of the pins."""
    from processing.build.fingerprint import short_hash
    from processing.build.run import Build, Report
    from processing.config import load_config
    from processing.tables.registry import load_tables

    config = load_config(folder)
    chosen = msgspec.structs.replace(config.engine, name=engine, memory_limit=memory)
    config = msgspec.structs.replace(config, engine=chosen)
    tables = {
        name: table
        for name, table in load_tables().items()
        if table.by_week and LARGE in table.inputs and "promotions" not in table.inputs
    }
    start = time.perf_counter()
    quiet: list[str] = []
    job = Build(config, date.fromisoformat(HISTORY), datetime.now(UTC), quiet.append, tables=tables)
    report = job.run()
    assert isinstance(report, Report)
    pins = short_hash(*(pin.content_sha256 for pin in report.release.manifest.pins))
    print(time.perf_counter() - start, memory_of_all(), pins)


def memory_of_all() -> float:
    """The most memory that this process and its children (Java) ever held, in MB each, added."""
    total = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            said = dict(line.split(":", 1) for line in status.read_text().splitlines())
        except OSError:
            continue  # it has ended meanwhile
        if str(os.getpid()) in (said["Pid"].strip(), said["PPid"].strip()) and "VmHWM" in said:
            total += int(said["VmHWM"].split()[0])
    return total / 1024


def bench(folder: Path, copies: int, memory: str) -> None:
    """One line for each engine; the data, the projects and their boards lie below `folder`."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as other:
        count = other.submit(make_data, folder, copies).result()
    make_project(folder)
    pins = set()
    for engine in ENGINES:
        shutil.rmtree(folder / "board", ignore_errors=True)
        one = ("-m", "scripts.bench_engines", "--one", engine, str(folder), "--memory", memory)
        cost = run(sys.executable, *one)
        seconds, megabytes, found = cost.output.split()[-3:]
        pins.add(found)
        print(
            f"{count:>14,}  {engine:<8}{float(seconds):>9.1f}{float(megabytes):>9.0f}", flush=True
        )
    print(f"{'':>14}  {'the same pins' if len(pins) == 1 else 'DIFFERENT PINS'}", flush=True)


def main() -> None:
    """Run with 1.5, 15 and 150 million lines, or with so many copies of the sample."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--copies", type=int, nargs="*", default=COPIES)
    arguments.add_argument("--memory", default="2GB", help="engine.memory_limit")
    arguments.add_argument("--one", nargs=2, metavar=("ENGINE", "FOLDER"), help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.one:
        build_one(Path(given.one[1]), given.one[0], given.memory)
        return
    print(f"{'lines':>14}  {'engine':<8}{'wall s':>9}{'MB':>9}")
    for copies in given.copies:
        with tempfile.TemporaryDirectory(dir=os.environ.get("MILLPOND_BENCH_DIR")) as folder:
            bench(Path(folder), copies, given.memory)


if __name__ == "__main__":
    main()
