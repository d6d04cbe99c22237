"""Row counts of a source against history: pure, from counts to results."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from statistics import median

from processing.board.manifest import Manifest
from processing.build.describe import WHOLE
from processing.contracts.contract import CheckResult
from processing.sources.source import Source

Counts = Mapping[str, int]
BEFORE = 4  # complete weeks that a new one is compared with
NAMED = 5  # parts that a message names


def history_results(
    source: Source, counts: Counts, as_of: date, served: Manifest | None, *, accepted: bool
) -> list[CheckResult]:
    """Rows there are at all, rows lost, rows gained, and weeks unlike the weeks before them.

    `counts` are rows by part. Where they are those of the served release, so are the results:
    a second build of the same data says the same. `accepted`: lost rows warn, and do not stop.
    """
    before = next((s for s in served.sources if s.name == source.name), None) if served else None
    total = sum(counts.values())
    results = [CheckResult(rule="at least one row", rows=total, failed=0 if total else 1)]
    if before and dict(before.parts) == dict(counts):
        kept = {result.rule: result for result in before.results}
        results += [kept.get(r.rule, r) for r in _moved(source, {}, counts, as_of, accepted)]
    elif before and served and not _earlier(source, as_of, served):
        old, new = _comparable(before.parts or {WHOLE: before.rows}, counts)
        results += _moved(source, old, new, date.fromisoformat(served.as_of), accepted)
    else:
        results += _moved(source, {}, counts, as_of, accepted)
    return results + ([_unusual(source, counts, as_of)] if source.weeks else [])


def _earlier(source: Source, as_of: date, served: Manifest) -> bool:
    """Whether fewer rows are no surprise, because an earlier day is looked at."""
    return source.clock is not None and as_of.isoformat() < served.as_of


def _comparable(old: Counts, new: Counts) -> tuple[Counts, Counts]:
    """Week by week, or in all where one of the two was not counted by week."""
    if (WHOLE in old) == (WHOLE in new):
        return old, new
    return {WHOLE: sum(old.values())}, {WHOLE: sum(new.values())}


def _moved(
    source: Source, old: Counts, new: Counts, then: date, accepted: bool
) -> list[CheckResult]:
    """Parts with too few or too many rows beside those of `old`, which was seen on `then`."""
    loss, gain = source.history.loss_pct, source.history.gain_pct
    rows = sum(new.values())
    lost = {p: n - new.get(p, 0) for p, n in old.items() if new.get(p, 0) * 100 < n * (100 - loss)}
    gained = {
        part: new[part] - count
        for part, count in old.items()
        if part in new and new[part] * 100 > count * (100 + gain) and _was_whole(source, part, then)
    }
    return [
        CheckResult(
            rule=f"at most {loss}% fewer rows than in the release before",
            rows=rows,
            failed=sum(lost.values()),
            level="warn" if accepted else "stop",
            where=_named(lost, {p: f"{old[p]:,} before, {new.get(p, 0):,} now" for p in lost}),
        ),
        CheckResult(
            rule=f"at most {gain}% more rows than in the release before",
            rows=rows,
            failed=sum(gained.values()),
            level="warn",
            where=_named(gained, {p: f"{old[p]:,} before, {new[p]:,} now" for p in gained}),
        ),
    ]


def _was_whole(source: Source, part: str, then: date) -> bool:
    """Whether no more rows were to be expected of this part after the day `then`."""
    if source.clock is None:
        return True
    if part == WHOLE or source.weeks is None:
        return False
    return source.weeks.last_day(int(part)) <= then


def _unusual(source: Source, counts: Counts, as_of: date) -> CheckResult:
    """Complete weeks with far fewer or far more rows than the median of those before."""
    low, high = source.history.low_pct, source.history.high_pct
    weeks = sorted(int(p) for p in counts if p != WHOLE and _was_whole(source, p, as_of))
    odd: dict[str, int] = {}
    for place in range(BEFORE, len(weeks)):
        usual = median(counts[str(week)] for week in weeks[place - BEFORE : place])
        rows = counts[str(weeks[place])]
        if rows * 100 < usual * low or rows * 100 > usual * high:
            odd[str(weeks[place])] = rows
    return CheckResult(
        rule=f"a complete week has {low}% to {high}% of the median of the {BEFORE} before",
        rows=sum(counts.values()),
        failed=sum(odd.values()),
        level="warn",
        where=_named(odd, {part: f"{rows:,} rows" for part, rows in odd.items()}),
    )


def _named(parts: Counts, says: Mapping[str, str]) -> str:
    """`week 5: 40 before, 30 now; week 6: …`, of the first few parts."""
    named = sorted(parts, key=lambda part: (len(part), part))
    texts = [says[p] if p == WHOLE else f"week {p}: {says[p]}" for p in named[:NAMED]]
    more = [f"{len(named) - NAMED} more"] if len(named) > NAMED else []
    return "; ".join(texts + more)
