"""Rows of a data table that an address can lead to."""

from __future__ import annotations

import re
from collections.abc import Sequence

from processing.views.html import Fragment, escape

_BODY = re.compile(r"(<tbody[^>]*>)(.*?)(</tbody>)", re.DOTALL)


def with_row_ids(fragment: Fragment, ids: Sequence[str]) -> Fragment:
    """The fragment with an id on each row of its data table, in order. ValueError if they differ.

    Works without scripts: a style sheet marks the row that is the target.
    """
    body = _BODY.search(fragment.html)
    rows = body[2].split("<tr>") if body else []
    if not body or len(rows) != len(ids) + 1:
        raise ValueError(f"{len(ids)} ids for {max(len(rows) - 1, 0)} rows")
    named = "".join(f'<tr id="{escape(id)}">{row}' for id, row in zip(ids, rows[1:], strict=True))
    html = fragment.html[: body.start(2)] + rows[0] + named + fragment.html[body.end(2) :]
    return Fragment(html)
