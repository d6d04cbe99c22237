"""Let go of old releases after a build, as far as millpond.toml says: never what somebody reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from processing.board.lock import board_held
from processing.board.prune import Pruning, plan_pruning, prune, served_since
from processing.board.publish import releases
from processing.build.state import named_by_state
from processing.config import Config
from processing.errors import MillpondError

# Whoever began to read a release before another followed it has come to an end by then.
GRACE = timedelta(hours=1)
Tell = Callable[[str], None]


def asks(config: Config) -> bool:
    """Whether millpond.toml lets releases go at all."""
    return config.board.keep_releases is not None or config.board.keep_days is not None


def plan(config: Config, now: datetime, shown: Iterable[str] = ()) -> Pruning:
    """What may go: all but the last releases, those of the last days, and those a page shows.

    Releases that have an address on the site (`keep.releases` of them) stay as well.
    """
    keep = max(config.board.keep_releases or 1, config.keep.releases)
    since = now - max(timedelta(config.board.keep_days or 0), GRACE)
    board = config.board_path
    recent = served_since(board, since)
    return plan_pruning(board, keep, named_by_state(board), recent | {*shown})


def let_go(
    config: Config,
    changed: Callable[[], AbstractContextManager[None]],
    now: datetime,
    shown: Iterable[str],
    tell: Tell,
) -> None:
    """Prune the board where a release may go; `changed` lets what is done to it come to the board.

    What goes wrong is told and no more: the release is in place, and the next build tries again.
    """
    if not asks(config) or len(releases(config.board_path)) <= config.keep.releases:
        return
    try:
        if not plan(config, now, shown).releases:
            return
        with changed(), board_held(config.board_path, config.board.wait_seconds):
            pruning = plan(config, now, shown)
            prune(config.board_path, pruning)
    except MillpondError as error:
        tell(f"nothing was let go of the board: {error.what}")
    else:
        tell(f"let go of {pruning}")
