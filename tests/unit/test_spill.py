"""Above its memory limit DuckDB writes to disk, goes on, and leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import duckdb
import narwhals as nw
import pyarrow as pa
import pytest

from processing.config import EngineConfig
from processing.contracts.frames import LazyFrame
from processing.engines.duckdb import NO_ROOM, DuckDB
from processing.errors import ConfigError

ROWS = 1_000_000
SMALL = EngineConfig(memory_limit="50MB", threads=1)


def many_groups(engine: DuckDB) -> LazyFrame:
    """A group for every row, each with a text: several times what the limit holds."""
    rows = pa.table({"key": pa.array(range(ROWS))})
    texts = engine.take(rows).with_columns(
        text=nw.concat_str(nw.lit("a text that takes some room "), nw.col("key").cast(nw.String))
    )
    grouped = texts.group_by("text").agg(nw.col("key").max())
    return grouped.select(rows=nw.len(), most=nw.col("text").max(), sum=nw.col("key").sum())


def test_a_query_larger_than_the_limit_is_finished_on_disk(tmp_path: Path) -> None:
    """In the folder that is meant for it, where a first build has not even its parent."""
    spill = tmp_path / ".cache" / "spill"
    engine = DuckDB(SMALL, spill)
    found = engine.collect("many", many_groups(engine)).to_pylist()
    assert [(row["rows"], int(row["sum"])) for row in found] == [(ROWS, ROWS * (ROWS - 1) // 2)]
    engine.connection.close()
    assert list(spill.glob("*")) == []


def test_a_limit_that_holds_nothing_is_named(tmp_path: Path) -> None:
    """Exit code 10, and where to raise it: nothing is wrong with the source."""
    engine = DuckDB(EngineConfig(memory_limit="1MB", threads=1), tmp_path / "spill")
    with pytest.raises(ConfigError, match=r"does not fit into engine\.memory_limit") as caught:
        engine.collect("many", many_groups(engine))
    assert caught.value.exit_code == 10


def test_a_disk_that_is_full_is_named(tmp_path: Path) -> None:
    """Exit code 10: nothing is wrong with the source, and more memory is only one way out."""
    engine = DuckDB(SMALL, tmp_path / "spill")
    engine.connection.execute("SET max_temp_directory_size = '20MB'")
    with pytest.raises(ConfigError, match="needs more room on the disk") as caught:
        engine.collect("many", many_groups(engine))
    assert str(tmp_path / "spill") in str(caught.value)
    assert caught.value.exit_code == 10


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_disk_that_another_program_fills_is_named() -> None:
    """As the system says it, which DuckDB had not counted on."""
    engine = DuckDB(SMALL)
    with pytest.raises(duckdb.IOException) as caught:
        engine.connection.execute("COPY (FROM range(9)) TO '/dev/full' (FORMAT csv)")
    assert any(words in str(caught.value) for words in NO_ROOM)


def test_the_same_query_needs_that_folder(tmp_path: Path) -> None:
    """Where nothing can be written it stops: so the first test did spill. The folder is named."""
    (tmp_path / "spill").write_text("in the way")
    engine = DuckDB(SMALL, tmp_path / "spill")
    with pytest.raises(ConfigError, match="Table many needs more room on the disk") as caught:
        engine.collect("many", many_groups(engine))
    assert str(tmp_path / "spill") in str(caught.value)


def test_a_folder_that_is_a_link_will_do(tmp_path: Path) -> None:
    """What the message advises."""
    (tmp_path / "large").mkdir()
    (tmp_path / "spill").symlink_to(tmp_path / "large")
    engine = DuckDB(SMALL, tmp_path / "spill")
    assert engine.collect("many", many_groups(engine)).num_rows == 1
    engine.connection.close()
    assert (tmp_path / "spill").is_symlink()
