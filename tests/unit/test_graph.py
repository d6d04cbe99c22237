"""The order of tables, and what is refused before anything is read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from processing.build.graph import build_graph
from processing.build.inputs import check_samples
from processing.config import Config
from processing.config_sources import SampleConfig, SourceConfig
from processing.errors import ConfigError
from tests.unit.test_plan import table

RAW = frozenset({"raw", "unused"})


def test_tables_come_after_what_they_read() -> None:
    """Names alone would sort the other way round."""
    graph = build_graph({"a": table("a", "b"), "b": table("b", "raw")}, RAW)
    assert list(graph.tables) == ["b", "a"]
    assert graph.sources == ("raw",)


def test_an_input_that_nobody_gives() -> None:
    """The message lists what there is."""
    with pytest.raises(ConfigError, match="Table a reads what nobody gives: rwa") as caught:
        build_graph({"a": table("a", "rwa")}, RAW)
    assert "raw, unused" in str(caught.value)


def test_a_circle_is_named() -> None:
    """With the tables that form it."""
    with pytest.raises(ConfigError, match="circle"):
        build_graph({"a": table("a", "b"), "b": table("b", "a")}, RAW)


def test_a_table_named_like_a_source() -> None:
    """One word for one thing."""
    with pytest.raises(ConfigError, match="share a name: raw"):
        build_graph({"raw": table("raw", "unused")}, RAW)


def test_a_table_that_counts_what_a_sampled_one_holds_is_refused() -> None:
    """A sample reaches all that is made from it, however many tables lie between."""
    mean = table("mean", "raw")
    mean = replace(mean, contract=msgspec.structs.replace(mean.contract, from_sample=True))
    graph = build_graph({"mean": mean, "count": table("count", "mean")}, RAW)
    sampled = SourceConfig(address="raw.csv", sample=SampleConfig(by=("a",), share=0.5))
    config = Config(root=Path(), sources={"raw": sampled})
    with pytest.raises(ConfigError, match="cannot be made from a sample") as error:
        check_samples(config, graph)
    assert error.value.found == "count"
