"""Two writers and many at one board, for every kind of place that it can lie at."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from threading import Thread

from processing.board.manifest import Manifest
from processing.board.publish import verify
from tests.integration import faulty
from tests.integration.faulty import LATER, NEW_DAY, OLD_DAY, built
from tests.integration.places import Place
from tests.integration.projects import NOW
from tests.integration.stores import served


def one_of_many_creates(place: Place) -> None:
    """Eight threads create the same file; what one of them wrote is there."""
    folder, won = place.machine(), []

    def write(number: int) -> None:
        if place.shelf(folder).create("served/1.json", b"%d" % number):
            won.append(number)

    threads = [Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (number,) = won
    assert place.shelf(folder).read(["served/1.json"]) == {"served/1.json": b"%d" % number}


def second_builds_on_the_first(place: Place) -> tuple[Path, list[Manifest]]:
    """Both begin with the same release and end well; a machine of theirs, and their releases."""
    one, other = place.machine(), place.machine()
    start = built(one, OLD_DAY, NOW).manifest
    slow = faulty.start("build", one, "stop:head due:1", NEW_DAY, LATER)
    faulty.until_stopped(slow)
    fast = built(other, NEW_DAY + timedelta(1), LATER).manifest
    assert fast.previous == start.id
    faulty.go_on(slow)
    assert faulty.end(slow) == 0
    last = served(place.machine())
    assert (last.manifest.previous, last.manifest.as_of) == (fast.id, NEW_DAY.isoformat())
    assert verify(last) == []
    return other, [start, fast, last.manifest]
