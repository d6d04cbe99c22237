"""Tables by Great Tables, made accessible: caption, scope, fixed ids, no style of their own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from processing.views.format import DATE_FORMATS, NUMBER_FORMATS, format_value
from processing.views.html import element, escape, quote_marks

# Great Tables escapes what a cell holds, so a date carries its ISO form between these two
# private characters until the table is made.
_OPEN, _CLOSE = "\ue000", "\ue001"
_DATE_CELL = re.compile(rf"{_OPEN}(\d{{4}}-\d\d-\d\d){_CLOSE}([^<]*)")
_NOISE = re.compile(r' (?:headers|rowspan|colspan)="[^"]*"')
_ID = re.compile(r'(<t[hd][^>]*?) id="[^"]*"')
_CLASSES = {
    'class="gt_row gt_right"': 'class="gt_right"',
    'class="gt_row gt_left"': 'class="gt_left"',
    'class="gt_row gt_left gt_stub"': 'class="gt_stub"',
    'class="gt_row gt_right gt_stub"': 'class="gt_stub gt_right"',
    "gt_col_heading gt_columns_bottom_border ": "gt_col_heading ",
}


@dataclass(frozen=True)
class Shown:
    """A column on show: which one, in which format, under which heading (unit included)."""

    column: str
    format: str
    label: str


def table(id: str, caption: str, columns: Sequence[Shown], rows: Sequence[Sequence[Any]]) -> str:
    """`rows` (raw values in the order of `columns`) as an HTML table with the given id.

    The first column heads the rows. `caption` is plain text. Cells hold exactly what
    `format_value` gives; dates stand in `<time>`.
    """
    import pandas as pd
    from great_tables import GT, html

    names = [f"c{number}" for number in range(len(columns))]
    cells = [[_cell(c, raw) for c, raw in zip(columns, row, strict=True)] for row in rows]
    frame = pd.DataFrame(cells, columns=names, dtype=object)
    head, *labels = (html(escape(column.label)) for column in columns)
    made = GT(frame, id=id, rowname_col=names[0]).tab_stubhead(label=head)
    made = made.cols_label(cases=dict(zip(names[1:], labels, strict=True)))
    for align, chosen in _alignment(names, columns).items():
        made = made.cols_align(align, columns=chosen)
    return _accessible(made.as_raw_html(), id, caption)


def _cell(column: Shown, raw: Any) -> str:
    text = format_value(column.format, raw)
    if column.format in DATE_FORMATS and isinstance(raw, date):
        return f"{_OPEN}{raw.isoformat()[:10]}{_CLOSE}{text}"
    return text


def _alignment(
    names: list[str], columns: Sequence[Shown]
) -> dict[Literal["left", "right"], list[str]]:
    right = [n for n, c in zip(names, columns, strict=True) if c.format in NUMBER_FORMATS]
    left = [n for n in names if n not in right]
    sides: dict[Literal["left", "right"], list[str]] = {"right": right, "left": left}
    return {side: chosen for side, chosen in sides.items() if chosen}


def _accessible(made: str, id: str, caption: str) -> str:
    """The `<table>` alone, captioned, without what only adds weight."""
    inner = made[made.index("<thead>") : made.rindex("</table>")]
    inner = _ID.sub(r"\1", _NOISE.sub("", inner))
    for long, short in _CLASSES.items():
        inner = inner.replace(long, short)
    inner = quote_marks(_DATE_CELL.sub(r'<time datetime="\1">\2</time>', inner))
    inner = re.sub(r">\s+<", "><", inner).replace("</tr>", "</tr>\n")
    body = element("caption", escape(caption)) + inner
    return element(
        "table", body, class_="gt_table", id=f"{id}-table", data_quarto_disable_processing="true"
    )
