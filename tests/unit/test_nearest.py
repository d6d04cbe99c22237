"""Which names an error shows in place of a long list."""

from __future__ import annotations

import pytest

from processing.build.graph import needed
from processing.errors import ConfigError
from processing.nearest import one_of
from processing.tables.registry import load_tables

MANY = ["sales_by_week", "sales_by_store", "weeks", *(f"other_{n}" for n in range(20))]


def test_of_a_few_names_all_are_shown() -> None:
    assert one_of("x", ["weeks", "stores"]) == "one of weeks, stores"


def test_of_many_names_the_nearest_are_shown() -> None:
    """Of several words the nearest of each."""
    found = one_of("sale_by_week", MANY)
    assert found.startswith("one of 23 names; the nearest are sales_by_week, sales_by_store, ")
    assert found.count(",") == 2
    assert "weeks, other_3, " in one_of(["week", "other_3"], MANY)


def test_a_misspelt_table_of_the_project_is_answered_with_its_name() -> None:
    with pytest.raises(ConfigError) as caught:
        needed(load_tables(), ("sales_by_weak",))
    assert "the nearest are sales_by_week" in str(caught.value)
    assert len(str(caught.value.expected)) < 200
