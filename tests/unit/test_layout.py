"""How rows lie in a pin's file."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from processing.board import layout
from processing.board.layout import GROUP_ROWS, WHOLE_ROWS, row_groups, write


def table(*runs: int) -> pa.Table:
    """A table whose first column has so many rows of each value."""
    values = [f"value {at:03}" for at, rows in enumerate(runs) for _ in range(rows)]
    return pa.table({"name": values, "at": pa.array(range(len(values)), pa.int32())})


def test_a_small_table_is_one_group() -> None:
    """Below the bound its footer would weigh more than what a reader saves."""
    assert list(row_groups(table(10, WHOLE_ROWS - 11))) == [(0, WHOLE_ROWS - 1)]


def test_an_empty_table_is_one_group() -> None:
    """A file with no rows is still a file."""
    assert list(row_groups(table())) == [(0, 0)]


def test_a_large_table_is_cut_where_its_first_column_changes() -> None:
    """Small values share a group; a large one stands alone, whatever lies beside it."""
    large, small = 10 * GROUP_ROWS, GROUP_ROWS // 4
    found = list(row_groups(table(small, small, large, small, small, small)))
    assert found == [(0, 2 * small), (2 * small, large), (2 * small + large, 3 * small)]


def test_small_values_fill_a_group_and_then_begin_another() -> None:
    """No group of small values goes far beyond the bound."""
    part = GROUP_ROWS // 2
    found = list(row_groups(table(*[part] * (WHOLE_ROWS // part))))
    assert {rows for _, rows in found} == {GROUP_ROWS}


def test_every_type_of_a_contract_comes_back(tmp_path: Path) -> None:
    """Nothing is lost in packing, missing values and wide decimals included."""
    rows = pa.table(
        {
            "day": pa.array([date(2017, 1, 1), None], pa.date32()),
            "usd": pa.array([Decimal("-0.01"), None], pa.decimal128(14, 2)),
            "wide": pa.array([Decimal("1.5"), None], pa.decimal128(30, 2)),
            "flag": [True, None],
            "text": ["=1", None],
            "count": pa.array([32_767, None], pa.int16()),
        }
    )
    write(rows, tmp_path / "x.parquet")
    assert pq.read_table(tmp_path / "x.parquet").equals(rows)


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    """A rebuild of an unchanged table changes no hash."""
    for name in ("one", "other"):
        write(table(WHOLE_ROWS, 3), tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


def test_money_is_packed_as_differences(tmp_path: Path) -> None:
    """What keeps the lookup table small for browsers: integers, not a dictionary of amounts."""
    rows = pa.table({"usd": pa.array([Decimal("1.25")] * 9, pa.decimal128(14, 2))})
    write(rows, tmp_path / "x.parquet")
    column = pq.ParquetFile(tmp_path / "x.parquet").metadata.row_group(0).column(0)
    assert (column.physical_type, column.compression) == ("INT64", layout.CODEC.upper())
    assert layout.PACKED in column.encodings
