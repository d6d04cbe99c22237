"""The table of faults keeps up: every fault that is declared stands in it and is injected."""

from __future__ import annotations

import ast
import re

from tests.conftest import ROOT
from tests.integration.outcomes import OTHERS, POINTS, all_faults

ROW = re.compile(r"^\| ([^|]+) \| [^|]+ \| (\d+) of (\d+) \|", re.MULTILINE)


def test_the_committed_table_lists_every_fault() -> None:
    """In order, each injected at least once; `make reliability` writes it."""
    text = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    rows = ROW.findall(text)
    assert [name for name, _, _ in rows] == all_faults()
    assert [name for name, good, all_ in rows if good != all_ or int(all_) < 1] == []


def test_every_point_is_reached_by_the_code() -> None:
    """Exactly where a step ends; a point that nobody reaches tests nothing."""
    found = []
    for path in (ROOT / "processing").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "reach":
                assert isinstance(node.args[0], ast.Constant)
                found.append(str(node.args[0].value))
    assert sorted(found) == sorted(POINTS)


def test_every_declared_fault_is_injected_by_a_test() -> None:
    """Its name stands in a test, and nowhere is another one."""
    texts = [
        path.read_text(encoding="utf-8")
        for path in (ROOT / "tests" / "integration").glob("test_*.py")
    ]
    assert [fault for fault in OTHERS if not any(f'"{fault}"' in text for text in texts)] == []
