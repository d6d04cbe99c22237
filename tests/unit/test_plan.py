"""Which tables are built and why: a pure function of fingerprints and state."""

from __future__ import annotations

import msgspec
import pytest

from processing.board.manifest import PinEntry
from processing.build.graph import Graph, build_graph
from processing.build.plan import Fingerprint, TableState, plan, weeks_to_make
from processing.contracts.contract import Contract
from processing.tables.registry import Table

CONTRACT = Contract(title="T", grain="one", key=("a",), columns=())
BEFORE = Fingerprint(code="c", contract="k", library="l", sources={"raw": "1"}, upstream={})


def table(name: str, *inputs: str) -> Table:
    """A table without a body."""
    return Table(name, lambda: None, CONTRACT, inputs)  # type: ignore[arg-type,return-value]


GRAPH: Graph = build_graph(
    {"a": table("a", "raw"), "b": table("b", "a"), "z": table("z", "raw")}, frozenset({"raw"})
)


def state(fingerprint: Fingerprint) -> TableState:
    """A table that was built with this fingerprint."""
    pin = PinEntry(
        name="a", version="v", file="f", sha256="s", content_sha256="x", bytes=1, rows=1,
        data_to="2017-01-01", inputs=(), contract=CONTRACT, results=(),
    )  # fmt: skip
    return TableState(fingerprint=fingerprint, pin=pin)


B = msgspec.structs.replace(BEFORE, sources={}, upstream={"a": "x"})
PRINTS = {"a": BEFORE, "b": B, "z": BEFORE}
STATES = {"a": state(BEFORE), "b": state(B), "z": state(BEFORE)}


def decided(
    prints: dict[str, Fingerprint], states: dict[str, TableState], *forced: str
) -> dict[str, str]:
    """Action and reason of every table."""
    found = plan(GRAPH, prints, states, frozenset(forced))
    return {d.name: f"{d.action}: {d.reason}" for d in found}


def test_nothing_changed_builds_nothing() -> None:
    """Every table is up to date."""
    assert set(decided(PRINTS, STATES).values()) == {"skip: up to date"}


def test_an_empty_board_builds_what_is_missing_first() -> None:
    """A table waits until what it reads is built."""
    assert decided(PRINTS, {}) == {
        "a": "build: missing",
        "z": "build: missing",
        "b": "wait: upstream a first, and missing",
    }


def test_each_change_has_its_reason() -> None:
    """Code, contract, library and source are told apart."""
    for change, reason in (
        ({"code": "new"}, "code changed"),
        ({"contract": "new"}, "contract changed"),
        ({"library": "new"}, "library changed"),
        ({"sources": {"raw": "2"}}, "source changed: raw"),
    ):
        prints = PRINTS | {"a": msgspec.structs.replace(BEFORE, **change)}
        found = decided(prints, STATES)
        assert found["a"] == f"build: {reason}"
        assert found["b"] == "wait: upstream a first"
        assert found["z"] == "skip: up to date"


def test_only_a_changed_content_reaches_downstream() -> None:
    """Once the upstream table is built, its content decides."""
    changed = msgspec.structs.replace(B, upstream={"a": "y"})
    assert decided(PRINTS | {"b": changed}, STATES)["b"] == "build: upstream changed: a"


def test_forced_tables_are_built() -> None:
    """Whatever their fingerprints say."""
    assert decided(PRINTS, STATES, "z")["z"] == "build: forced"


WEEKLY = msgspec.structs.replace(BEFORE, weeks={"1": "a", "2": "b", "3": "c"})
NEWER = msgspec.structs.replace(BEFORE, weeks={"1": "a", "2": "other", "4": "d"})


def test_only_weeks_that_changed_are_made() -> None:
    """New ones, gone ones, and those of other content."""
    assert weeks_to_make(NEWER, state(WEEKLY), forced=False) == {2, 3, 4}


@pytest.mark.parametrize(
    "changed",
    [{"code": "x"}, {"contract": "x"}, {"library": "x"}, {"sources": {}}, {"upstream": {"a": "1"}}],
)
def test_no_week_is_kept_when_anything_else_changed(changed: dict[str, object]) -> None:
    """The rows of the other weeks would be those of before."""
    now = msgspec.structs.replace(NEWER, **changed)
    assert weeks_to_make(now, state(WEEKLY), forced=False) is None


def test_no_week_is_kept_of_a_table_that_is_forced_or_new() -> None:
    """Nor of one that has no weeks."""
    assert weeks_to_make(NEWER, state(WEEKLY), forced=True) is None
    assert weeks_to_make(NEWER, None, forced=False) is None
    assert weeks_to_make(BEFORE, state(BEFORE), forced=False) is None
