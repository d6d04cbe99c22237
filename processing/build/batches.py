"""Weeks grouped so that one engine query reads a bounded amount of files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from processing.sources.location import Location


def batches(weeks: Iterable[int], locations: Iterable[Location], limit: int) -> Iterator[list[int]]:
    """Weeks grouped up to `limit` bytes of their files; one group where they share one file."""
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
