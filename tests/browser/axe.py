"""Deque's axe, run on a page that is open: what it finds wrong, and what it cannot judge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page

SCRIPT = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RUN = """async where => {
  const found = await axe.run(where, { resultTypes: ['violations', 'incomplete'] });
  const brief = kind => found[kind].map(one => ({
    rule: one.id, nodes: one.nodes.slice(0, 5).map(node => node.html.slice(0, 200)),
  }));
  return { violations: brief('violations'), incomplete: brief('incomplete') };
}"""


def axe(page: Page, where: str) -> dict[str, list[Any]]:
    """Violations and undecided checks below the element `where`; skipped without npm."""
    if not SCRIPT.is_file():
        pytest.skip("needs axe-core: install npm, then run `make setup`")
    page.evaluate(SCRIPT.read_text(encoding="utf-8"))  # the page's own policy bars a script tag
    found: dict[str, list[Any]] = page.evaluate(RUN, where)
    return found
