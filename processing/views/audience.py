"""Views for the internal audience alone: for others there is nothing in their place."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from processing.board.reader import Withheld
from processing.views.html import Fragment

P = ParamSpec("P")


def internal(view: Callable[P, Fragment]) -> Callable[P, Fragment]:
    """The view, or an empty Fragment where one of its pins is withheld from the audience."""

    @wraps(view)
    def shown(*arguments: P.args, **named: P.kwargs) -> Fragment:
        if any(isinstance(one, Withheld) for one in (*arguments, *named.values())):
            return Fragment("")
        return view(*arguments, **named)

    shown.audience = "internal"  # type: ignore[attr-defined]
    return shown
