"""Servers that the sources are tried against; a test that needs one carries the mark `server`."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.sources import postgres


def lacking(what: str) -> None:
    """Skip the test, or fail it on CI, where everything is installed."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[postgres.Server]:
    """A PostgreSQL server for all tests of this worker."""
    if postgres.programs() is None:
        lacking("needs PostgreSQL: apt-get install postgresql")
    with postgres.running() as server:
        yield server
