"""Plain tables and lists about the release itself; nothing in them belongs to one pin."""

from __future__ import annotations

from collections.abc import Sequence

from processing.views.html import element, escape, join


def listing(
    id: str, caption: str, head: Sequence[str], rows: Sequence[Sequence[str]], right: str = ""
) -> str:
    """A captioned table; `rows` are finished inline HTML, the first cell heads its row.

    `right` names the headings whose columns stand to the right.
    """
    sides = ["gt_right" if name in right.split("|") else None for name in head]
    cells = "".join(
        element("th", escape(name), scope="col", role="columnheader", class_=side)
        for name, side in zip(head, sides, strict=True)
    )
    body = "\n".join(_row(row, head, sides) for row in rows)
    inner = (
        element("caption", escape(caption))
        + element("thead", element("tr", cells, role="row"), role="rowgroup")
        + element("tbody", body, role="rowgroup")
    )
    made = element("table", inner, class_="gt_table", id=id, role="table", **UNTOUCHED)
    scroll = element("div", made, class_="mp-scroll", tabindex=0, role="region", aria_label=caption)
    return element("div", scroll, class_="mp-listing")


# The roles are those the tags have: a phone shows each row as a block, which would take them away.
UNTOUCHED = {"data_quarto_disable_processing": "true"}


def _row(row: Sequence[str], head: Sequence[str], sides: Sequence[str | None]) -> str:
    first = element("th", row[0], scope="row", role="rowheader", class_=sides[0])
    rest = (
        element("td", cell, role="cell", class_=side, data_label=name)
        for cell, name, side in zip(row[1:], head[1:], sides[1:], strict=True)
    )
    return element("tr", first + "".join(rest), role="row")


def more(summary: str, content: str, id: str | None = None) -> str:
    """Content that opens on demand under a line of finished HTML."""
    return element("details", element("summary", summary) + content, class_="mp-more", id=id)


def folded(summary: str, content: str) -> str:
    """Long content that a phone folds under a line of text, and everything else shows in full."""
    return element("details", element("summary", summary) + content, class_="mp-fold", open=True)


def bullets(items: Sequence[str]) -> str:
    """A plain list of finished inline HTML."""
    return element("ul", join(element("li", item) for item in items))
