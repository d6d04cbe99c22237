"""What stands in the place of a view while the year is too young for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from processing.views.html import Fragment, element, escape
from processing.views.rows import NotYet

P = ParamSpec("P")


def when_ready(view: Callable[P, Fragment]) -> Callable[P, Fragment]:
    """The view, or one sentence that says what it waits for."""

    @wraps(view)
    def shown(*arguments: P.args, **named: P.kwargs) -> Fragment:
        try:
            return view(*arguments, **named)
        except NotYet as waiting:
            return Fragment(element("p", escape(waiting.what), class_="mp-early"))

    return shown
