"""The board that a site carries: the lines on the page about the data, run as they stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from lxml import html

from processing.board.reader import Release
from tests.browser.visits import serving
from tests.conftest import BuiltSite
from tests.integration.test_plain_pins import same_rows


def test_the_lines_to_copy_read_a_pin_over_the_web(
    built_site: BuiltSite, release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the address is another than on the page."""
    monkeypatch.setenv("PINS_CACHE_DIR", str(tmp_path / "cache"))
    page = html.fromstring((built_site.folder / "about.html").read_bytes())
    (lines,) = page.xpath("//code[@class='language-python']")
    with serving(built_site.folder, tmp_path / "served") as address:
        found: dict = {}
        exec(lines.text_content().replace("https://example.org/", address), found)  # noqa: S102
    (name,) = re.findall(r'pin_read\("(\w+)"\)', lines.text_content())
    assert same_rows(found["sales"], release, name)
    assert set(found["paths"]) == {entry.name for entry in release.manifest.pins}


def test_the_lines_for_r_name_the_same_board_and_a_pin_of_it(
    built_site: BuiltSite, release: Release
) -> None:
    """R is not run here; its `board_url` reads `_pins.yaml` of the address that it is given."""
    page = html.fromstring((built_site.folder / "about.html").read_bytes())
    (lines,) = page.xpath("//code[@class='language-r']")
    (address,) = re.findall(r'board_url\("https://example.org/([^"]*)"\)', lines.text_content())
    (name,) = re.findall(r'pin_read\(board, "(\w+)"\)', lines.text_content())
    listed = yaml.safe_load((built_site.folder / address / "_pins.yaml").read_bytes())
    version = release.manifest.pin(name).version
    assert listed[name] == [f"{name}/{version}/"]
    about = yaml.safe_load(
        (built_site.folder / address / listed[name][0] / "data.txt").read_bytes()
    )
    assert (built_site.folder / address / listed[name][0] / about["file"]).is_file()


def test_what_is_internal_is_not_on_the_board_of_a_site(release: Release) -> None:
    from processing.site.finishing.board import site_board

    files = site_board(release, ["weeks"])
    version = release.manifest.pin("weeks").version
    assert sorted(files) == [
        "data/board/_pins.yaml",
        f"data/board/weeks/{version}/data.txt",
        f"data/board/weeks/{version}/weeks.parquet",
    ]
    assert files["data/board/_pins.yaml"].decode() == f'"weeks":\n- "weeks/{version}/"\n'
