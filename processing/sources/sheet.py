"""A Google Sheet by the address of its CSV export: a strict contract, and every version kept."""

from __future__ import annotations

import hashlib
import io
from contextlib import closing

from processing.sources.asked import Asked
from processing.sources.intake import take_in
from processing.sources.keep import keep
from processing.sources.location import Location
from processing.sources.parse import header, parsed
from processing.web import Web

# Google hands an export over from servers of this domain.
HANDED_OVER = (".googleusercontent.com",)


def locate(asked: Asked) -> Location:
    """The sheet as files here, if it has the declared columns, no others, and rows that fit.

    Anyone with the link may edit it, so each version is kept, and said when it is another.
    """
    content = io.BytesIO()
    url = asked.config.address.removeprefix("sheet+")
    with closing(Web(asked, url, HANDED_OVER)) as web:
        media = web.into(content)
    content.seek(0)
    if b"<" not in content.getvalue().lstrip()[:1]:
        _only_declared(asked, header(content.getvalue()))
    rows = parsed(asked, "csv", content, media).read_all()
    if not rows.num_rows:
        raise asked.fault("the sheet is empty", "a header and no row", "at least one row")
    if not asked.only_ask and keep(asked, content.getvalue(), ".csv"):
        asked.tell(
            f"source {asked.name}: a new version of the sheet is kept in "
            f"{asked.intake / asked.name} (anyone who has the link can edit it)"
        )
    mark = hashlib.sha256(content.getvalue()).hexdigest()
    return take_in(asked, lambda: mark, rows.to_reader)


def _only_declared(asked: Asked, names: list[str]) -> None:
    """SourceError for a column that nobody declared, or that stands there twice."""
    strange = [name or "(no name)" for name in names if name not in asked.columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if names and (strange or twice):
        raise asked.fault(
            "the sheet has other columns than were declared",
            f"besides them: {', '.join(dict.fromkeys([*strange, *twice]))}",
            ", ".join(asked.columns),
            "take the column away, or declare it: anyone who has the link can edit a sheet",
        )
