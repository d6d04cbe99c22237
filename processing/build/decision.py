"""A decision and its reason: what happens to one table or page, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Action = Literal["build", "wait", "skip", "execute", "cached"]


@dataclass(frozen=True)
class Decision:
    """What happens to a table (build, wait, skip) or a page (execute, cached), and why."""

    name: str
    action: Action
    reason: str

    def __str__(self) -> str:
        return f"{self.name}: {self.action} ({self.reason})"
