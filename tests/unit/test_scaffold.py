"""What a scaffold refuses before it writes a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from processing.config import Config
from processing.config_sources import SourceConfig
from processing.errors import UsageError
from processing.site.scaffold import scaffold_page, scaffold_table


@pytest.mark.parametrize(
    "name", ["../evil", "class", "Sales", "a b", "", "sales-by-week", "x" * 65]
)
def test_odd_table_names_are_refused(tmp_path: Path, name: str) -> None:
    """Nothing is written; a word of Python would make a module that nobody can import."""
    with pytest.raises(UsageError, match="Table name refused"):
        scaffold_table(Config(root=tmp_path), name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("name", "what"), [("stores", "table"), ("coupons", "source")])
def test_a_name_that_is_taken_is_refused(tmp_path: Path, name: str, what: str) -> None:
    """Whatever file the other stands in."""
    config = Config(root=tmp_path, sources={"coupons": SourceConfig(address="coupons.csv")})
    with pytest.raises(UsageError, match=f"There already: a {what} {name}"):
        scaffold_table(config, name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["../evil", "/etc/x", "A", "a b", "a.b", ""])
def test_odd_page_names_are_refused(tmp_path: Path, name: str) -> None:
    """Nothing is written."""
    with pytest.raises(UsageError, match="Page name refused"):
        scaffold_page(Config(root=tmp_path), name)
    assert list(tmp_path.iterdir()) == []
