"""DuckDB and Spark compute the same tables, cell by cell, from whatever the sources hold."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, settings

from processing.engines.engine import Engine
from processing.tables.registry import load_tables
from tests.engines.worlds import World, computed, worlds

pytestmark = pytest.mark.spark
# One example is every table there is, some of ten queries in one; the nightly run tries more.
EXAMPLES = max(1, int(os.environ.get("MILLPOND_EXAMPLES", "20")) // 20)


@given(worlds(400))
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_engines_agree_on_every_table(duck: Engine, spark: Engine, world: World) -> None:
    """All columns of all tables, as they would be pinned."""
    expected, found = computed(duck, world), computed(spark, world)
    assert set(found) == set(expected) == set(load_tables())
    for name, rows in expected.items():
        assert found[name].equals(rows), (name, rows.to_pylist(), found[name].to_pylist())
