"""What tests of faults share: where they say what was survived."""

from __future__ import annotations

import pytest

from tests.integration.outcomes import Survived, note
from tests.integration.places import place, s3, sftp, webdav  # noqa: F401 - fixtures of boards
from tests.integration.real import raw, real  # noqa: F401 - fixtures of the real data


@pytest.fixture
def survived(request: pytest.FixtureRequest) -> Survived:
    """Call it with the fault and the seconds to heal once everything was asserted."""
    test = f"{request.path.stem}::{request.function.__name__}"

    def say(fault: str, seconds: float | None = None) -> None:
        note(test, fault, seconds)

    return say
