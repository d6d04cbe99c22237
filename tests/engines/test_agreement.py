"""DuckDB and Spark compute the same tables, cell by cell, from whatever the sources hold."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, settings

from processing.engines.engine import Engine
from tests.engines.worlds import World, computed, within_reach, worlds

pytestmark = pytest.mark.spark
GROCERY_TABLES = 26  # all that read the sources of a world
# One example is 26 tables, some of ten queries in one; the nightly run tries more.
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
    assert set(found) == set(within_reach(set(world.sources())))
    assert len(found) >= GROCERY_TABLES
    for name, rows in expected.items():
        assert found[name].equals(rows), (name, rows.to_pylist(), found[name].to_pylist())
