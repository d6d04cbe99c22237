"""A whole site whose board lies on S3: built, rendered and checked, here and on a schedule."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from processing.board.reader import open_release
from processing.config import load_config
from scripts import keep, pack, restore
from tests.conftest import ROOT, run_millpond
from tests.integration.faulty import LATER, NEW_DAY, OLD_DAY, built
from tests.integration.projects import NOW
from tests.integration.sites import small_site
from tests.integration.stores import KEYS, make_bucket, move_board, s3_server, served

DAY = "2017-02-12"
SITE = ("site", "--as-of", DAY, "--renderer", "pandoc")
CREDENTIALS = "\n".join(f"BOARD_{role.upper()}={value}" for role, value in KEYS.items())


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with s3_server() as found:
        make_bucket(found, "shop")
        yield found


def machine(folder: Path, endpoint: str, address: str = "s3://shop/board") -> Path:
    """A small site whose board lies on S3, and nothing of it here."""
    root = small_site(folder)
    toml = root / "millpond.toml"
    text = re.sub("^tables = .*$", 'tables = ["weeks"]', toml.read_text(), flags=re.MULTILINE)
    toml.write_text(text, encoding="utf-8")
    return move_board(root, address, endpoint, KEYS)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory, endpoint: str) -> Path:
    """The machine that made the site."""
    folder = machine(tmp_path_factory.mktemp("first") / "shop", endpoint)
    done = run_millpond(folder, *SITE)
    assert done.returncode == 0, done.stderr
    assert "check: nothing to complain about" in done.stdout
    return folder


def page(folder: Path) -> bytes:
    return (folder / "_site" / "index.html").read_bytes()


def test_another_machine_renders_what_was_released(
    first: Path, tmp_path: Path, endpoint: str
) -> None:
    """From the board alone, the same page; a build there has nothing to do, and the check holds."""
    other = machine(tmp_path / "other", endpoint)
    (other / "transactions.parquet").unlink()
    done = run_millpond(other, "render", "--renderer", "pandoc")
    assert done.returncode == 0, done.stderr
    assert page(other) == page(first)
    assert run_millpond(other, "check").returncode == 0


def test_a_job_without_credentials_renders_what_the_build_has_packed(
    first: Path, tmp_path: Path, endpoint: str
) -> None:
    """By the scripts of the schedule, with the job that builds as the only one that asks S3."""
    building = machine(tmp_path / "build", endpoint)
    (building / ".env").unlink()
    script(building, "build", AS_OF=DAY, SOURCE_CREDENTIALS=CREDENTIALS)
    rendering = machine(tmp_path / "render", "http://127.0.0.1:9")
    (rendering / ".env").unlink()
    shutil.copytree(building / "parcel", rendering / "parcel")
    script(rendering, "render")
    assert page(rendering) == page(first)
    assert (rendering / "parcel" / "expected.json").is_file()


def test_restore_pack_and_keep_by_hand(
    tmp_path: Path, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is packed is what the board serves now; a replica that is in use is left as it is."""

    def new(name: str) -> Path:
        root = machine(tmp_path / name, endpoint, "s3://shop/by-hand")
        with (root / "millpond.toml").open("a", encoding="utf-8") as toml:
            toml.write(f'\n[keep]\naddress = "{(tmp_path / "kept").as_uri()}"\n')
        return root

    def run(root: Path, *scripts: ModuleType) -> list[int]:
        monkeypatch.setattr("scripts.ci.ROOT", root)
        return [script.main() for script in scripts]

    one, other = new("one"), new("other")
    assert run(other, restore, pack) == [0, 13]
    assert not (other / "parcel" / "kept" / "board").exists()
    first = built(one, OLD_DAY, NOW).manifest
    assert run(other, pack, keep) == [0, 0]
    assert open_release(other / "parcel" / "kept" / "board").manifest == first
    second = built(one, NEW_DAY, LATER).manifest
    assert run(one, restore) == [0]
    assert open_release(load_config(one).board_path).manifest == second
    fresh = new("fresh")
    assert run(fresh, restore, pack, keep) == [0, 0, 0]
    assert served(fresh).manifest == second
    assert open_release(fresh / "parcel" / "kept" / "board").manifest == second


def script(folder: Path, name: str, **variables: str) -> None:
    """Run one of the scripts as a job does, in a checkout of its own."""
    shutil.copytree(ROOT / "scripts", folder / "scripts")
    given = {"RENDERER": "pandoc"} | variables
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "BOARD_"))}
    done = subprocess.run(
        [sys.executable, "-m", f"scripts.{name}"],
        cwd=folder,
        env=kept | given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert not [value for value in KEYS.values() if value in done.stderr]
