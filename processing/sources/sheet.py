"""A Google Sheet by the address of its CSV export: a strict contract, and every version kept."""

from __future__ import annotations

import hashlib
import io
from contextlib import closing

import msgspec

from processing.board.files import write_atomically
from processing.sources.asked import Asked
from processing.sources.intake import take_in
from processing.sources.keep import keep, kept
from processing.sources.location import Location
from processing.sources.parse import header, parsed
from processing.web import Facts, Web

# Google hands an export over from servers of this domain.
HANDED_OVER = (".googleusercontent.com",)
VERSION = "version.json"


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """What a server said of the version that was kept last, and which that is."""

    address: str
    sha256: str
    etag: str | None
    changed: str | None


def locate(asked: Asked) -> Location:
    """The sheet as files here, if it has the declared columns, no others, and rows that fit.

    Anyone with the link may edit it, so each version is kept, and said when it is another. A server
    that says when it changed is asked for what is newer; Google says nothing, and then the content
    itself decides.
    """
    last = _last(asked)
    content, said = _fetched(asked, last)
    if b"<" not in content.lstrip()[:1]:
        _only_declared(asked, header(content))
    rows = parsed(asked, "csv", io.BytesIO(content), said.media).read_all()
    if not rows.num_rows:
        raise asked.fault(
            "the sheet is empty",
            "a header and no row",
            "at least one row",
            f"look at the sheet; the versions before are kept in {asked.intake / asked.name}",
        )
    mark = hashlib.sha256(content).hexdigest()
    if not asked.only_ask:
        _keep(asked, content, said)
    return take_in(asked, lambda: mark, rows.to_reader)


def _fetched(asked: Asked, last: tuple[bytes, Facts] | None) -> tuple[bytes, Facts]:
    """The sheet and what the server says of it; as it was kept, where that is the newest still."""
    content = io.BytesIO()
    url = asked.config.address.removeprefix("sheet+")
    with closing(Web(asked, url, HANDED_OVER)) as web:
        said = web.into_if_newer(content, last[1] if last else None)
    if said is None:
        assert last
        return last
    return content.getvalue(), said


def _keep(asked: Asked, content: bytes, said: Facts) -> None:
    if keep(asked, content, ".csv"):
        asked.tell(
            f"source {asked.name}: a new version of the sheet is kept in "
            f"{asked.intake / asked.name} (anyone who has the link can edit it)"
        )
    if said.etag or said.changed:
        version = Version(
            address=asked.config.address,
            sha256=hashlib.sha256(content).hexdigest(),
            etag=said.etag,
            changed=said.changed,
        )
        write_atomically(asked.cache / asked.name / VERSION, msgspec.json.encode(version))


def _last(asked: Asked) -> tuple[bytes, Facts] | None:
    """The version that was kept last and what was said of it; None where either lacks."""
    try:
        known = (asked.cache / asked.name / VERSION).read_bytes()
        version = msgspec.json.decode(known, type=Version)
        content = kept(asked)[-1].read_bytes()
    except (OSError, msgspec.MsgspecError, IndexError):
        return None
    same = hashlib.sha256(content).hexdigest() == version.sha256
    if not same or version.address != asked.config.address:
        return None
    return content, Facts(etag=version.etag, changed=version.changed, size=None, ranges=False)


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
