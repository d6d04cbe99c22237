"""What the checks of a release found, in one place: by source and table, and in one sentence."""

from __future__ import annotations

from processing.board.manifest import Manifest
from processing.contracts.contract import CheckResult

AGREEMENTS = "totals"  # the name under which agreements between tables are listed
Results = dict[str, tuple[CheckResult, ...]]


def results_of(manifest: Manifest) -> Results:
    """Every result: of sources, then of tables, then of totals that must agree.

    Releases of earlier versions have results of tables alone.
    """
    found: Results = {source.name: source.results for source in manifest.sources}
    found |= {pin.name: pin.results for pin in manifest.pins}
    found[AGREEMENTS] = manifest.agreements
    return {name: results for name, results in found.items() if results}


def summary(manifest: Manifest) -> str:
    """`1 warning: transactions, …; 2 notes`, or nothing when every rule is kept."""
    broken = [(n, r) for n, results in results_of(manifest).items() for r in results if r.failed]
    warned = [f"{name}, {result}" for name, result in broken if result.level != "note"]
    noted = len(broken) - len(warned)
    parts = [f"{_counted(len(warned), 'warning')}: {'; '.join(warned)}"] if warned else []
    return "; ".join(parts + ([_counted(noted, "note")] if noted else []))


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
