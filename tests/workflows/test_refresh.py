"""The scheduled run from end to end, step by step as the workflow file says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.sites import digest, small_site
from tests.workflows.world import World, forge, git, project_tree

DAY = {"as_of": "2017-02-12", "dry_run": False, "renderer": "pandoc", "force": ""}
RAN = dict.fromkeys(["build", "render", "keep", "deploy", "record"], "success")
ALL = {**RAN, "rollback": "skipped"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A fork with small sources of its own that was never published."""
    folder = tmp_path_factory.mktemp("forge")
    tree = project_tree(folder / "tree")
    for path in tree.glob("reports/*.qmd"):
        path.unlink()
    small = small_site(folder / "small")
    for path in small.rglob("*"):
        if path.is_file():
            (tree / path.relative_to(small)).parent.mkdir(parents=True, exist_ok=True)
            (tree / path.relative_to(small)).write_bytes(path.read_bytes())
    with forge(folder) as found:
        found.commit(tree)
        yield found


def test_a_scheduled_run_publishes_and_the_next_has_nothing_to_do(world: World) -> None:
    """The first run does everything; the second restores what the first kept, and stops."""
    first = world.run("refresh", "workflow_dispatch", **DAY)
    assert first.results == ALL, first.log
    assert (world.published / "index.html").is_file()
    assert world.branches() == {"board": 1, "main": 1}
    summary = first.summary.read_text()
    assert "| weeks | build | missing |" in summary
    assert "| index | execute | missing |" in summary
    shown = digest(world.published)

    again = world.run("refresh", "workflow_dispatch", **DAY)
    idle = dict.fromkeys(ALL, "skipped") | {"build": "success"}
    assert again.results == idle, again.log
    assert "is published already" in again.summary.read_text()
    assert digest(world.published) == shown
    assert world.branches() == {"board": 1, "main": 1}


def test_a_deployment_that_comes_out_damaged_is_taken_back(world: World) -> None:
    """The probe fails, the site before is published again, and the next run tries anew."""
    before = digest(world.published)
    world.spoiled = 1
    failed = world.run("refresh", "workflow_dispatch", **{**DAY, "as_of": "2017-02-13"})
    taken_back = {"deploy": "failure", "record": "skipped", "rollback": "success"}
    assert failed.results == RAN | taken_back, failed.log
    assert "index.html: other content" in failed.jobs["deploy"].log
    assert digest(world.published) == before
    mended = world.run("refresh", "workflow_dispatch", **{**DAY, "as_of": "2017-02-13"})
    assert mended.results == ALL, mended.log
    assert digest(world.published) != before
    assert "0 pages executed" in mended.jobs["render"].log


def test_a_dry_run_says_what_it_would_do_and_does_nothing(world: World) -> None:
    """No job but the first runs, and the branch stays."""
    tip = git(world.origin, "rev-parse", "board")
    dry = world.run("refresh", "workflow_dispatch", **{**DAY, "dry_run": True, "force": "weeks"})
    assert {name for name, result in dry.results.items() if result == "success"} == {"build"}
    said = dry.summary.read_text()
    assert "first, and forced |" in said
    assert "A dry run: nothing was built." in said
    assert git(world.origin, "rev-parse", "board") == tip


def test_a_failing_build_ends_in_one_named_reason(world: World, tmp_path: Path) -> None:
    """Nothing is kept or published, and the summary says why."""
    shown, tip = digest(world.published), git(world.origin, "rev-parse", "board")
    wrong = world.run("refresh", "workflow_dispatch", **{**DAY, "force": "nonsense"})
    assert wrong.results == dict.fromkeys(ALL, "skipped") | {"build": "failure"}, wrong.log
    assert "Failed, exit code 2: --force names no table: nonsense" in wrong.summary.read_text()
    assert (digest(world.published), git(world.origin, "rev-parse", "board")) == (shown, tip)
