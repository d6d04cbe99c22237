"""Hold the sources of a build against their contracts, before any table is made from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from processing.board.manifest import Manifest, SourceEntry
from processing.build.describe import SeenParts, describe, kept_parts, part_prints
from processing.build.examine import Examiner, checkable
from processing.build.failing import FailingRows
from processing.build.history import history_results
from processing.build.inputs import Input
from processing.contracts.contract import CheckResult, Level
from processing.engines.engine import Engine
from processing.errors import ContractError
from processing.sources.rules import other_rules, row_rules

NAMED = 5  # weeks that a message names


@dataclass(frozen=True)
class SourceCheck:
    """Examines what is new or changed; `engine` is opened only when there is such a thing.

    `accepted` names sources whose lost rows are meant.
    """

    inputs: Mapping[str, Input]
    engine: Callable[[], Engine]
    failing: FailingRows
    as_of: date
    served: Manifest | None
    accepted: frozenset[str] = frozenset()

    def run(self, before: Mapping[str, SeenParts]) -> dict[str, tuple[SeenParts, SourceEntry]]:
        """What was seen of every source, and its manifest entry.

        Raises ContractError with every rule of every source that stops.
        """
        found: dict[str, tuple[SeenParts, SourceEntry]] = {}
        stops: dict[str, str] = {}
        for name, given in self.inputs.items():
            parts, kept = self._look(given, before.get(name, {}))
            results = self._results(given, parts)
            found[name] = parts, describe(given, parts, tuple(results))
            broken = [r for r in results if r.failed and r.level == "stop"]
            if broken:
                stops[name] = "".join(f"\n    {result}" for result in broken) + _where(kept)
        if stops:
            raise stopped(stops)
        return found

    def _look(self, given: Input, before: SeenParts) -> tuple[SeenParts, Path | None]:
        """All parts, the new and changed ones examined; and where their failing rows lie."""
        prints = part_prints(given, self.inputs)
        parts = kept_parts(prints, before)
        missing = {part: value for part, value in prints.items() if part not in parts}
        if not missing:
            return parts, None
        examiner = Examiner(self.engine(), self.inputs, given)
        fresh = examiner.examine(missing)
        levels = rule_levels(given, self.inputs)
        bad = {part: seen for part, seen in fresh.items() if seen.failed}
        loud = {rule for seen in bad.values() for rule in seen.failed if levels[rule] != "note"}
        rows = examiner.failing(bad, loud) if loud else {}
        return parts | fresh, self.failing.keep(given.source.name, rows)

    def _results(self, given: Input, parts: SeenParts) -> list[CheckResult]:
        """History first, then every rule over rows, summed over the parts."""
        source = given.source
        counts = {part: seen.rows for part, seen in parts.items()}
        accepted = source.name in self.accepted
        results = history_results(source, counts, self.as_of, self.served, accepted=accepted)
        for rule, level in rule_levels(given, self.inputs).items():
            failed = {
                part: seen.failed[rule] for part, seen in parts.items() if rule in seen.failed
            }
            results.append(
                CheckResult(
                    rule=rule,
                    rows=sum(counts.values()),
                    failed=sum(failed.values()),
                    level=level,
                    where=_weeks(failed) if given.weeks else "",
                )
            )
        return results


def rule_levels(given: Input, inputs: Mapping[str, Input]) -> dict[str, Level]:
    """Every rule over rows, by its words, with its level."""
    source = checkable(given.source, inputs)
    return {r.says: r.level for r in row_rules(source)} | other_rules(source)


def stopped(failures: Mapping[str, str]) -> ContractError:
    """One error for every contract that was broken."""
    return ContractError(
        "Contracts stop this release: " + ", ".join(sorted(failures)),
        found="\n" + "\n".join(f"  {name}: {text}" for name, text in failures.items()),
        expected="every rule of every contract to hold",
        next_step="mend the source or the table; the release served is unchanged",
    )


def _where(kept: Path | None) -> str:
    return f"\n    the failing rows lie in {kept}" if kept else ""


def _weeks(failed: Mapping[str, int]) -> str:
    weeks = sorted(int(part) for part in failed)
    if not weeks:
        return ""
    more = f" and {len(weeks) - NAMED} more" if len(weeks) > NAMED else ""
    return ("week " if len(weeks) == 1 else "weeks ") + ", ".join(map(str, weeks[:NAMED])) + more
