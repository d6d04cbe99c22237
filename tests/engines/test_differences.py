"""Where the engines differ, by name: each entry of docs/engines.md, until it goes away."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import narwhals as nw
import pyarrow as pa
import pytest

from processing.contracts.frames import LazyFrame
from processing.engines.engine import Engine
from processing.sources.location import Location
from processing.tables.expressions import day_number, monday, percent
from tests.conftest import ROOT

pytestmark = pytest.mark.spark

SUNDAY = date(2017, 1, 1)


def one(engine: Engine, values: dict[str, list[Any]], expression: nw.Expr) -> Any:
    """The expression's value on the one row of the given columns."""
    frame = engine.take(pa.table(values)).select(found=expression)
    return engine.collect("one", frame)["found"].to_pylist()[0]


def scanned(engine: Engine, path: Path, kind: Any) -> pa.Table:
    return engine.collect("scan", engine.scan("scan", Location(str(path), (path,), kind)))


def test_weekday_of_a_sunday(duck: Engine, spark: Engine) -> None:
    """narwhals numbers it 7 on DuckDB and 0 on Spark; `monday` gives the same on both."""
    given = {"day": [SUNDAY]}
    weekday = nw.col("day").dt.weekday()
    assert (one(duck, given, weekday), one(spark, given, weekday)) == (7, 0)
    assert one(duck, given, monday("day")) == one(spark, given, monday("day")) == date(2016, 12, 26)
    assert one(duck, given, day_number("day")) == one(spark, given, day_number("day"))


def test_a_csv_file_is_read_alike(duck: Engine, spark: Engine, tmp_path: Path) -> None:
    """Quotes, line breaks in cells, days, moments, amounts, truth, and what is missing."""
    path = tmp_path / "odd.csv"
    path.write_text(
        "id,name,day,at,amount,flag\n"
        '1,"Müller, ""Karl""\nund Sohn",2017-01-31,2017-01-31 10:00:00,0.1,true\n'
        '2,"",,,,\n',
        encoding="utf-8",
    )
    assert scanned(duck, path, "csv").to_pylist() == scanned(spark, path, "csv").to_pylist()


@pytest.mark.parametrize(
    ("text", "on_duck", "on_spark"),
    [
        ("a,b\n007,1\n", ["007"], [7]),
        ("a,b\nyes,1\n", [True], ["yes"]),
        ("a,b\n31/01/2017,1\n", [date(2017, 1, 31)], ["31/01/2017"]),
    ],
    ids=["leading zeros", "yes", "days first"],
)
def test_types_of_csv(
    duck: Engine, spark: Engine, tmp_path: Path, text: str, on_duck: Any, on_spark: Any
) -> None:
    """Each engine guesses them; what does not fit the declaration stops the build."""
    path = tmp_path / "odd.csv"
    path.write_text(text, encoding="utf-8")
    found = [scanned(engine, path, "csv")["a"].to_pylist() for engine in (duck, spark)]
    assert found == [on_duck, on_spark]


A = nw.col("a")
VALUES: dict[str, tuple[Any, nw.Expr, Any, Any]] = {
    "halves of a float at a digit": (1.005, A.round(2), 1.0, 1.01),
    "decimals divided": (Decimal("1.00"), A / 3, 1 / 3, 0.333333),
    "a float cast to a whole number": (2.7, A.cast(nw.Int64), 3, 2),
    "a float cast to a text": (1e10, A.cast(nw.String), "10000000000.0", "1.0E10"),
    "capitals of ß": ("straße", A.str.to_uppercase(), "STRAẞE", "STRASSE"),
}


@pytest.mark.parametrize("name", VALUES)
def test_values(duck: Engine, spark: Engine, name: str) -> None:
    """Tables keep away from these: they count in whole cents, and cast what is whole."""
    value, expression, on_duck, on_spark = VALUES[name]
    given = {"a": [value]}
    found = one(duck, given, expression), one(spark, given, expression)
    assert found == (on_duck, on_spark)


def test_every_difference_is_documented() -> None:
    """By the name it has here."""
    text = (ROOT / "docs" / "engines.md").read_text(encoding="utf-8")
    assert [name for name in VALUES if f"| {name} |" not in text] == []


ALIKE = {
    "whole numbers divided by zero": (1, A / 0),
    "zero by zero": (0, A / 0),
    "whole division, down": (-7, A // 2),
    "a large whole division": (2**61 + 1, A // 2),
    "remainder": (-7, A % 3),
    "halves, away from zero": (2.5, A.round()),
    "halves below zero": (-2.5, A.round()),
    "halves of a decimal": (Decimal("2.345"), A.round(2)),
    "no number": (float("nan"), A > 1),
    "deviation of one": (1.0, A.std()),
}


@pytest.mark.parametrize("name", ALIKE)
def test_values_that_are_alike(duck: Engine, spark: Engine, name: str) -> None:
    """What was once said to differ and what tables rest on."""
    value, expression = ALIKE[name]
    given = {"a": [value]}
    assert repr(one(duck, given, expression)) == repr(one(spark, given, expression))


def test_dates_in_json(duck: Engine, spark: Engine, tmp_path: Path) -> None:
    """DuckDB finds them, Spark leaves them text; numbers and texts are read alike."""
    path = tmp_path / "rows.ndjson"
    path.write_text('{"id": 1, "day": "2017-01-31", "name": "é"}\n{"id": 2}\n', encoding="utf-8")
    first, second = scanned(duck, path, "json"), scanned(spark, path, "json")
    columns = ["id", "name"]
    assert first.select(columns).to_pylist() == second.select(columns).to_pylist()
    assert first["day"].to_pylist() == [date(2017, 1, 31), None]
    assert second["day"].to_pylist() == ["2017-01-31", None]


def test_a_json_file_that_is_one_list(duck: Engine, spark: Engine, tmp_path: Path) -> None:
    """Read alike, with or without a line for each row."""
    path = tmp_path / "rows.json"
    path.write_text('[{"id": 1},\n {"id": 2}]', encoding="utf-8")
    assert scanned(duck, path, "json").to_pylist() == scanned(spark, path, "json").to_pylist()


@pytest.mark.parametrize("whole", [0, 3, None])
def test_shares_of_nothing(duck: Engine, spark: Engine, whole: int | None) -> None:
    """`percent` is empty where the whole is zero, on both."""
    given = {"part": [1], "whole": pa.array([whole], pa.int64())}
    share = percent(nw.col("part"), nw.col("whole"))
    assert one(duck, given, share) == one(spark, given, share)


def test_texts_have_one_order(duck: Engine, spark: Engine) -> None:
    """By code point, so that ranks that a text decides are the same."""
    names = ["ä", "Z", "a", "", "é", "\U0001f34e", "ﬀ", None, "a b", "A"]

    def ordered(engine: Engine) -> list[Any]:
        frame: LazyFrame = engine.take(pa.table({"name": names})).with_columns(one=nw.lit(1))
        placed = frame.with_columns(place=nw.col("one").cum_sum().over(order_by="name"))
        rows = engine.collect("ordered", placed).to_pylist()
        return [row["name"] for row in sorted(rows, key=lambda row: row["place"])]

    assert ordered(duck) == ordered(spark)
