"""Weeks grouped so that one engine query reads a bounded amount of files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from processing.sources.location import Location

# Weeks that lie in folders of their own are computed together up to this size, which bounds what
# an engine must hold at once. Eight times as much took twice the memory and no less time
# (docs/performance.md).
BATCH_BYTES = 32 * 1024 * 1024


def batches(
    weeks: Iterable[int], locations: Iterable[Location], limit: int = BATCH_BYTES
) -> Iterator[list[int]]:
    """Weeks grouped by the size of their files; one group where they share one file."""
    sizes = [location.weeks for location in locations if location.weeks]
    batch: list[int] = []
    total = 0
    for week in weeks:
        size = sum(p.stat().st_size for by_week in sizes for p in by_week.get(week, ()))
        if batch and total + size > limit:
            yield batch
            batch, total = [], 0
        batch.append(week)
        total += size
    if batch:
        yield batch
