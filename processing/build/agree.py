"""Compare the totals that tables share, before a release names them together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import pyarrow as pa

from processing.board.manifest import Manifest, PinEntry
from processing.build.make import read_rows
from processing.build.source_check import stopped
from processing.contracts.agreement import Agreement, check_agreement
from processing.contracts.contract import CheckResult
from processing.tables.agreements import AGREEMENTS


def agree(
    board: Path, pins: Mapping[str, PinEntry], served: Manifest | None
) -> tuple[CheckResult, ...]:
    """The result of every agreement between the tables that are there.

    Pins that the served release names together were compared then, and are not read again.
    Raises ContractError with both totals and the groups where they differ.
    """
    wanted = [kept for agreement in AGREEMENTS if (kept := agreement.among(pins))]
    read = cache(lambda name: read_rows(board, pins[name]))
    results = [_compared(agreement, pins, served, read) for agreement in wanted]
    stops = [result for result in results if result.failed and result.level == "stop"]
    if stops:
        raise stopped({"totals that must agree": "".join(f"\n    {r}" for r in stops)})
    return tuple(results)


def _compared(
    agreement: Agreement,
    pins: Mapping[str, PinEntry],
    served: Manifest | None,
    read: Callable[[str], pa.Table],
) -> CheckResult:
    names = {total.table for total in agreement.totals}
    if served:
        before = {pin.name: pin.content_sha256 for pin in served.pins}
        same = all(before.get(name) == pins[name].content_sha256 for name in names)
        known = {result.rule: result for result in served.agreements}
        if same and agreement.rule in known:
            return known[agreement.rule]
    return check_agreement(agreement, {name: read(name) for name in names})
