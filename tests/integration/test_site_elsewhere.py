"""A whole site whose board lies on S3: built, rendered and checked, here and on a schedule."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT, run_millpond
from tests.integration.sites import small_site
from tests.integration.stores import KEYS, make_bucket, move_board, s3_server

DAY = "2017-02-12"
SITE = ("site", "--as-of", DAY, "--renderer", "pandoc")
CREDENTIALS = "\n".join(f"BOARD_{role.upper()}={value}" for role, value in KEYS.items())


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with s3_server() as found:
        make_bucket(found, "shop")
        yield found


def machine(folder: Path, endpoint: str) -> Path:
    """A small site whose board lies on S3, and nothing of it here."""
    root = small_site(folder)
    toml = root / "millpond.toml"
    text = re.sub("^tables = .*$", 'tables = ["weeks"]', toml.read_text(), flags=re.MULTILINE)
    toml.write_text(text, encoding="utf-8")
    return move_board(root, "s3://shop/board", endpoint, KEYS)


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
