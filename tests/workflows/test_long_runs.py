"""The workflows that test, and the one that watches, from end to end as their files say.

Every step runs for real in a clean clone, but for what would take an hour: in the clone the suite
is one test that notes what it was given, `scripts/check.py` says that it ran, and the machine's
package manager notes what it was asked for. What those do is tried by the run that this test is a
part of. Each job that tests installs its tools anew, so these are for the nightly run, which asks
for more examples; `test_refresh.py` walks the run that publishes in every run.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.integration.sites import small_site
from tests.workflows.github import GitHub, serving
from tests.workflows.runner import Run
from tests.workflows.world import World, forge, project_tree

SUITE = '''"""What a run of the whole suite is given."""

import json
import os
from pathlib import Path

NAMES = ("CI", "MILLPOND_EXAMPLES", "GITHUB_TOKEN", "PATH")


def test_note() -> None:
    given = {name: os.environ[name] for name in NAMES if name in os.environ}
    Path("walked.json").write_text(json.dumps(given))
'''
FAULTS = '''"""Notes every fault as survived."""

from tests.integration.outcomes import all_faults, note


def test_every_fault() -> None:
    for fault in all_faults():
        note("tests/integration/test_faults.py::test_every_fault", fault, 1.0)
'''
CHECK = '''"""Stands for the linters."""

print("checked")
'''
# The newest of everything, as far as this machine can show it: what only linters need is gone.
NEWEST = """#!/bin/sh
for last; do :; done
grep -q zizmor "$last" && sed -i '/^zizmor==/,/[^\\\\]$/d' "$last"
echo "uv $*" >> "$ASKED"
"""
NOTES = '#!/bin/sh\necho "$(basename "$0") $*" >> "$ASKED"\n'
SUDO = '#!/bin/sh\nexec "$@"\n'
BROKEN = "#!/bin/sh\nexit 3\n"
PROGRAMS = {"apt-get": NOTES, "sudo": SUDO, "newest-uv": NEWEST, "broken-uv": BROKEN}
at_night = pytest.mark.skipif(
    "MILLPOND_EXAMPLES" not in os.environ, reason="for the nightly run: set MILLPOND_EXAMPLES"
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A fork with small sources and the suite described above."""
    folder = tmp_path_factory.mktemp("long")
    tree = project_tree(folder / "tree")
    shutil.rmtree(tree / "tests")
    shutil.rmtree(tree / "reports")
    (tree / "package.json").unlink()  # npm would fetch what no page here needs
    for path in sorted(small_site(folder / "small").rglob("*")):
        if path.is_file():
            target = tree / path.relative_to(folder / "small")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    written = {
        "tests/__init__.py": "",
        "tests/test_note.py": SUITE,
        "tests/integration/__init__.py": "",
        "tests/integration/test_faults.py": FAULTS,
        "tests/integration/outcomes.py": (ROOT / "tests/integration/outcomes.py").read_text(),
        "scripts/check.py": CHECK,
    }
    for name, text in written.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(text, encoding="utf-8")
    with forge(folder) as found:
        found.commit(tree)
        found.machine |= machine(folder)
        yield found


def machine(folder: Path) -> dict[str, str]:
    """A machine that has all it needs, or can ask for it."""
    programs = folder / "programs"
    programs.mkdir()
    for name, text in PROGRAMS.items():
        (programs / name).write_text(text, encoding="utf-8")
        (programs / name).chmod(0o755)
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    return {"PATH": path, "ASKED": str(folder / "asked")}


@pytest.fixture
def quarto(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the official action installs; the steps here never run it."""
    (tmp_path / "quarto").write_text(BROKEN, encoding="utf-8")
    (tmp_path / "quarto").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")


def walked(world: World) -> dict[str, str]:
    """What the suite of the last run was given; the workspace is that of its last job."""
    found: dict[str, str] = json.loads((world.folder / "work" / "walked.json").read_text())
    return found


def outcomes(ran: Run, job: str) -> dict[str, str]:
    return {step.name: step.outcome for step in ran.jobs[job].steps if "@" not in step.name}


@at_night
@pytest.mark.usefixtures("quarto")
def test_a_push_is_checked_and_tested(world: World) -> None:
    """The tools are installed from the lock into an empty clone, and the suite knows it is CI."""
    ran = world.run("ci", "push", only="test")
    assert ran.results == {"test": "success"}, ran.log
    assert outcomes(ran, "test") == {"Check and test": "success"}
    given = walked(world)
    assert given["CI"] == "true"
    assert "MILLPOND_EXAMPLES" not in given
    assert "GITHUB_TOKEN" not in given
    assert "checked" in ran.log
    assert "1 passed" in ran.log or "2 passed" in ran.log


@at_night
@pytest.mark.usefixtures("quarto")
def test_a_failing_test_fails_the_run(world: World) -> None:
    tree, note = world.folder / "tree", "tests/test_note.py"
    (tree / note).write_text(SUITE + "    assert False, 'on purpose'\n", encoding="utf-8")
    world.commit(tree, "Break a test")
    try:
        ran = world.run("ci", "push", only="test")
        assert ran.results == {"test": "failure"}
        assert "on purpose" in ran.log
    finally:
        (tree / note).write_text(SUITE, encoding="utf-8")
        world.commit(tree, "Mend it")


@at_night
@pytest.mark.usefixtures("quarto")
def test_the_night_tries_more_examples_and_every_fault(world: World) -> None:
    """It leaves the table of faults written anew."""
    ran = world.run("nightly")
    assert ran.results == {"test": "success"}, ran.log
    assert outcomes(ran, "test") == {
        "Install what the tests need, and run them all": "success",
        "Inject every fault": "success",
    }
    assert walked(world)["MILLPOND_EXAMPLES"] == "500"
    table = (world.folder / "work" / "docs" / "reliability.md").read_text()
    assert "`tests/integration/test_faults.py`" in table
    assert "| rollback |" in table


@at_night
def test_the_canary_says_what_is_newer_and_tries_it(world: World) -> None:
    """The site is built and the suite run with the new lock; nothing is pushed."""
    tip = world.branches()
    world.machine["MAKEFLAGS"] = f"UV={world.folder / 'programs' / 'newest-uv'}"
    try:
        ran = world.run("canary")
    finally:
        del world.machine["MAKEFLAGS"]
    assert ran.results == {"newest": "success"}, ran.log
    assert set(outcomes(ran, "newest").values()) == {"success"}
    said = ran.summary.read_text()
    assert "| package | locked | newest |" in said
    assert "| zizmor |" in said
    asked = (world.folder / "asked").read_text()
    assert "--upgrade -o requirements.lock" in asked
    work = world.folder / "work"
    assert (work / "_site" / "index.html").is_file()
    assert not list((work / ".venv").glob("lib/*/site-packages/zizmor*"))
    assert world.branches() == tip


@at_night
def test_the_canary_says_what_it_tried_although_it_fails(world: World) -> None:
    """With a lock that cannot be installed: the failure is the run's, the summary stays."""
    world.machine["MAKEFLAGS"] = f"UV={world.folder / 'programs' / 'broken-uv'}"
    try:
        ran = world.run("canary")
    finally:
        del world.machine["MAKEFLAGS"]
    assert ran.results == {"newest": "failure"}
    assert outcomes(ran, "newest") == {
        "Take the newest of everything": "failure",
        "Say what is newer": "success",
        "Build the site with them": "skipped",
        "Check and test with them": "skipped",
    }
    assert "Every package is in its newest version" in ran.summary.read_text()


def test_the_watchdog_opens_one_issue_and_closes_it(world: World) -> None:
    """By its own file, with the token of the run and the variables of the repository."""
    fresh = {"built": "2026-11-22T11:17:00+00:00", "tables": []}
    with serving(GitHub(site=fresh)) as github:
        world.token = "token-of-the-run"
        world.variables |= {"SITE_ADDRESS": f"{github.address}/site/", "PROMISED_HOURS": "24"}
        world.machine |= {
            "GITHUB_API_URL": github.address,
            "WATCHDOG_NOW": "2026-11-22T14:43:00+00:00",
        }
        github.ran("success", "2026-11-21T11:20:00Z")
        old = world.run("watchdog")
        assert old.results == {"watch": "success"}, old.log
        (issue,) = github.open_issues
        assert "last succeeded on 2026-11-21" in issue["body"]
        github.ran("success", "2026-11-22T11:20:00Z")
        assert world.run("watchdog").results == {"watch": "success"}
        assert github.open_issues == []
        assert not (world.folder / "work" / ".venv").exists()
        world.token = "wrong"
        assert world.run("watchdog").results == {"watch": "failure"}
