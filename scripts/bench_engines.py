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
from typing import Literal

import msgspec

from processing.config import EngineConfig
from processing.engines.engine import check_engine
from processing.errors import ConfigError
from scripts.bench import run
from scripts.bench_weeks import HISTORY, make_data, make_project

COPIES = (1, 11, 113)  # 1.5, 15 and 150 million lines
ENGINES: tuple[Literal["duckdb", "spark"], ...] = ("duckdb", "spark")
LARGE = "transactions"  # the source that grows


def build_one(folder: Path, engine: str, memory: str) -> None:
    """Build the tables that read lines week by week; print what it took and a hash of the pins."""
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
    print(time.perf_counter() - start, *cost_of_all(), pins)


def cost_of_all() -> tuple[float, float]:
    """What this process and its children (Java) took: seconds of processors, and their peaks in MB.

    Seconds of processors say more than those of the clock where others work on the same machine.
    """
    ticks = kilobytes = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            told = (process / "stat").read_text().rpartition(")")[2].split()
            status = (process / "status").read_text()
        except OSError:
            continue  # it has ended meanwhile
        if str(os.getpid()) in (process.name, told[1]) and "VmHWM:" in status:
            ticks += int(told[11]) + int(told[12])
            kilobytes += int(status.split("VmHWM:")[1].split()[0])
    return ticks / os.sysconf("SC_CLK_TCK"), kilobytes / 1024


def engines_here() -> list[str]:
    """The engines that have what they need, and a word about any that has not."""
    here: list[str] = []
    for engine in ENGINES:
        try:
            check_engine(EngineConfig(name=engine))
            here.append(engine)
        except ConfigError as error:
            print(f"{'':>14}  {engine:<8} is left out: {error.what}", flush=True)
    return here


def bench(folder: Path, copies: int, memory: str) -> None:
    """One line for each engine; the data, the projects and their boards lie below `folder`."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as other:
        count = other.submit(make_data, folder, copies).result()
    make_project(folder)
    pins = set()
    for engine in engines_here():
        shutil.rmtree(folder / "board", ignore_errors=True)
        one = ("-m", "scripts.bench_engines", "--one", engine, str(folder), "--memory", memory)
        cost = run(sys.executable, *one)
        *figures, found = cost.output.split()[-4:]
        pins.add(found)
        seconds, cpu, megabytes = map(float, figures)
        line = f"{count:>14,}  {engine:<8}{seconds:>9.1f}{cpu:>9.1f}{megabytes:>9.0f}"
        print(line, flush=True)
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
    print(f"{'lines':>14}  {'engine':<8}{'wall s':>9}{'cpu s':>9}{'MB':>9}")
    for copies in given.copies:
        with tempfile.TemporaryDirectory(dir=os.environ.get("MILLPOND_BENCH_DIR")) as folder:
            bench(Path(folder), copies, given.memory)


if __name__ == "__main__":
    main()
