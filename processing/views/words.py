"""Sentences that are computed and true: the verb follows the sign of what is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from processing.board.reader import Pin
from processing.views.claim import claim, none
from processing.views.format import rounded
from processing.views.number import shown
from processing.views.rows import Row, first

BASELINE = "the mean of the four weeks before"
OWN_MEAN = "its mean of the four weeks before"


def sign(raw: Any, places: int = 1) -> int:
    """1, 0 or -1 as a reader sees it: of the value rounded as it is shown. 0 for missing."""
    if raw is None:
        return 0
    value = rounded(raw, places)
    return (value > 0) - (value < 0)


def most(pin: Pin, row: Row, column: str) -> str:
    """ "lifted them most" or "lowered them most", as a claim of the row among the latest."""
    up = sign(row[column], 0) > 0
    words = f"{'lifted' if up else 'lowered'} them most"
    return claim("max" if up else "min", pin, row, column, words)


def compared(pin: Pin, row: Row, column: str, baseline: str = BASELINE) -> str:
    """ "4.2% above <baseline>", "level with <baseline>", or that the baseline is unknown."""
    if row[column] is None:
        return f"with no figure yet for {baseline}"
    return f"{shown(pin, row, column, 'versus_pct1')} {baseline}"


def named_change(pin: Pin, row: Row, column: str) -> str:
    """ "Grocery (+$2,780)": the name of a row and its change in money."""
    return f"{shown(pin, row, 'name', 'text')} ({shown(pin, row, column, 'change_usd0')})"


def gained_and_lost(pin: Pin, rows: Sequence[Row], column: str) -> str:
    """Which row gained most and which lost most, or that none did; `rows` by falling change."""
    gained = first(rows, lambda row: sign(row[column], 0) > 0)
    lost = first(rows[::-1], lambda row: sign(row[column], 0) < 0)
    if gained and lost:
        return f"{_gained(pin, gained, column)}, {_lost(pin, lost, column)}"
    if gained:
        return f"{_gained(pin, gained, column)}, {none('fall', pin, column, 'none lost')}"
    if lost:
        return f"{_lost(pin, lost, column)}, {none('rise', pin, column, 'none gained')}"
    return none("rise", pin, column, "None gained") + none("fall", pin, column, " or lost")


def _gained(pin: Pin, row: Row, column: str) -> str:
    return f"{named_change(pin, row, column)} {claim('max', pin, row, column, 'gained most')}"


def _lost(pin: Pin, row: Row, column: str) -> str:
    return f"{named_change(pin, row, column)} {claim('min', pin, row, column, 'lost most')}"


def list_words(parts: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
