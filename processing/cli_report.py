"""What a command did, as one JSON file for programs: the values that the messages are made of."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from processing.build.decision import Decision
from processing.errors import MillpondError

FORMAT = 1


def note(**values: Any) -> None:
    """Add to the report of the running command; forgotten where none was asked for."""
    context = click.get_current_context(silent=True)
    if context is not None and context.obj:
        context.obj.setdefault("noted", {}).update(values)


def listed(decisions: Iterable[Decision]) -> list[dict[str, str]]:
    """Decisions as plain values."""
    return [{"name": d.name, "action": d.action, "reason": d.reason} for d in decisions]


def write_report(context: click.Context, error: MillpondError | None) -> None:
    """Write what was noted, and the error that ended it, to the file of `--report`."""
    path: Path | None = context.obj.get("report")
    if path is None:
        return
    content: dict[str, Any] = {
        "generator": "millpond",
        "format": FORMAT,
        "command": context.info_name,
        "exit_code": error.exit_code if error else 0,
        "error": _said(error) if error else None,
    }
    content |= context.obj.get("noted", {})
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def _said(error: MillpondError) -> dict[str, str | None]:
    return {
        "kind": type(error).__name__,
        "what": error.what,
        "found": error.found,
        "expected": error.expected,
        "next_step": error.next_step,
    }
