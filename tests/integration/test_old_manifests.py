"""A release written by an earlier version is read, or refused in one message."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec

from processing.board.manifest import SourceEntry, decode, encode
from processing.board.reader import open_release
from tests.integration.bad_data import LATER, put, without
from tests.integration.projects import make_project, run_build


def test_a_manifest_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    """It has no levels, parts, results of sources or agreements; the next build adds them."""
    project = make_project(tmp_path / "project")
    run_build(project)
    board = project / "board"
    content = msgspec.json.decode((board / "releases" / "current.json").read_bytes())
    content.pop("agreements"), content.pop("history")
    for source in content["sources"]:
        source.pop("parts"), source.pop("results")
    for pin in content["pins"]:
        pin["contract"].pop("suppress")
        for part in (*pin["results"], *pin["contract"]["columns"], *pin["contract"]["checks"]):
            part.pop("level"), part.pop("where", None), part.pop("settles", None)
    old = decode(msgspec.json.encode(content), board)
    assert (old.agreements, old.history) == ((), ())
    assert all(result.level == "stop" for pin in old.pins for result in pin.results)
    for path in (board / "releases").glob("*.json"):
        path.write_bytes(encode(old))
    put(project, without(3, 20))
    run_build(project, now=LATER, as_of=date(2017, 2, 11))  # an earlier day may have fewer rows
    assert isinstance(open_release(board).manifest.sources[0], SourceEntry)
