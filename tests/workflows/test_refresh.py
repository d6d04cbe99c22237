"""The scheduled run from end to end, step by step as the workflow file says."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import run_millpond
from tests.integration.projects import digest
from tests.integration.sites import small_site
from tests.integration.stores import make_bucket, s3_server
from tests.workflows.world import World, forge, git, project_tree

DAY: dict[str, Any] = {"as_of": "2017-02-12", "dry_run": False, "renderer": "pandoc", "force": ""}
NEXT = {**DAY, "as_of": "2017-02-13"}
RAN = dict.fromkeys(["build", "render", "keep", "deploy", "record"], "success")
ALL = {**RAN, **dict.fromkeys(["rollback", "pages", "audiences"], "skipped")}
IDLE = dict.fromkeys(ALL, "skipped") | {"build": "success"}


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


@pytest.fixture
def published(world: World) -> World:
    """After the run that publishes the first day, where its own test did not begin with it."""
    if "board" not in world.branches():
        assert world.run("refresh", "workflow_dispatch", **DAY).results == ALL
    return world


@pytest.fixture
def followed(published: World) -> World:
    """After a run that publishes the next day, too."""
    if '"as_of": "2017-02-12"' in (published.published / "catalog.json").read_text():
        assert published.run("refresh", "workflow_dispatch", **NEXT).results == ALL
    return published


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
    assert again.results == IDLE, again.log
    assert "is published already" in again.summary.read_text()
    assert digest(world.published) == shown
    assert world.branches() == {"board": 1, "main": 1}


@pytest.mark.usefixtures("published")
def test_a_deployment_that_comes_out_damaged_is_taken_back(world: World) -> None:
    """The probe fails, the site before is published again, and the next run tries anew."""
    before = digest(world.published)
    world.spoiled = 1
    failed = world.run("refresh", "workflow_dispatch", **NEXT)
    taken_back = {"deploy": "failure", "record": "skipped", "rollback": "success"}
    assert failed.results == ALL | taken_back, failed.log
    assert "index.html: other content" in failed.jobs["deploy"].log
    assert digest(world.published) == before
    mended = world.run("refresh", "workflow_dispatch", **NEXT)
    assert mended.results == ALL, mended.log
    assert digest(world.published) != before
    assert "0 pages executed" in mended.jobs["render"].log


@pytest.mark.usefixtures("published")
def test_a_page_that_fails_is_published_as_it_was_and_fails_the_run(world: World) -> None:
    """Everybody gets the other pages; the run names the reason until the page comes through."""
    tree, day = world.folder / "tree", NEXT
    page = tree / "reports" / "other.qmd"
    good = page.read_text(encoding="utf-8")
    page.write_text(good.replace('pin("weeks")', "7"), encoding="utf-8")
    world.commit(tree, "Break a page")
    ran = world.run("refresh", "workflow_dispatch", **day)
    assert ran.results == {**ALL, "pages": "failure"}, ran.log
    assert "Page other.qmd, line 13: a cell failed" in ran.jobs["pages"].log
    summary = ran.summary.read_text()
    assert "**Failed, exit code 14: Page other.qmd, line 13: a cell failed**" in summary
    assert "readers see its copy from release" in summary
    assert "| weeks | " in summary.split("### Release ")[1]
    assert 'id="not-renewed"' in (world.published / "other.html").read_text()

    again = world.run("refresh", "workflow_dispatch", **day)  # nothing new to deploy
    unchanged = {"deploy": "skipped", "record": "skipped", "pages": "failure"}
    assert again.results == {**ALL, **unchanged}, again.log
    assert "could not be renewed the last time: other" in again.summary.read_text()

    page.write_text(good, encoding="utf-8")
    world.commit(tree, "Mend it")
    mended = world.run("refresh", "workflow_dispatch", **day)
    assert mended.results == ALL, mended.log
    assert 'id="not-renewed"' not in (world.published / "other.html").read_text()


@pytest.mark.usefixtures("published")
def test_a_dry_run_says_what_it_would_do_and_does_nothing(world: World) -> None:
    """No job but the first runs, and the branch stays."""
    tip = git(world.origin, "rev-parse", "board")
    dry = world.run("refresh", "workflow_dispatch", **{**DAY, "dry_run": True, "force": "weeks"})
    assert {name for name, result in dry.results.items() if result == "success"} == {"build"}
    said = dry.summary.read_text()
    assert "first, and forced |" in said
    assert "A dry run: nothing was built." in said
    assert git(world.origin, "rev-parse", "board") == tip


@pytest.mark.usefixtures("published")
def test_a_failing_build_ends_in_one_named_reason(world: World, tmp_path: Path) -> None:
    """Nothing is kept or published, and the summary says why."""
    shown, tip = digest(world.published), git(world.origin, "rev-parse", "board")
    wrong = world.run("refresh", "workflow_dispatch", **{**DAY, "force": "nonsense"})
    assert wrong.results == dict.fromkeys(ALL, "skipped") | {"build": "failure"}, wrong.log
    assert "Failed, exit code 2: --force names no table: nonsense" in wrong.summary.read_text()
    assert (digest(world.published), git(world.origin, "rev-parse", "board")) == (shown, tip)


@pytest.mark.usefixtures("followed")
def test_a_change_of_code_publishes_the_same_release_anew(world: World) -> None:
    """Every page that runs the code is executed; credentials reach the build of the pins alone."""
    released = git(world.origin, "log", "--format=%s", "board")
    world.secrets["SOURCE_CREDENTIALS"] = "DB_USER=reader\nDB_PASSWORD=hunter2\n"
    view = world.folder / "tree" / "processing" / "views" / "plain.py"
    view.write_text(view.read_text() + "\n\nA_NEW_CONSTANT = 1\n")
    world.commit(world.folder / "tree", "Change a view")
    ran = world.run("refresh", "workflow_dispatch", **NEXT)
    assert ran.results == ALL, ran.log
    assert "nothing to do, release" in ran.jobs["build"].log
    assert "| index | execute | code changed |" in ran.summary.read_text()
    assert git(world.origin, "log", "--format=%s", "board") == released
    told = {
        (name, step.name)
        for name, job in ran.jobs.items()
        for step in job.steps
        if any("hunter2" in value for value in step.environment.values())
    }
    assert told == {("build", "Build the pins")}
    assert ran.log.replace("::add-mask::hunter2", "").count("hunter2") == 0


@pytest.mark.usefixtures("published")
def test_a_pull_request_renders_without_secrets(world: World) -> None:
    """The site for the reviewer, as an artifact; nothing is kept or published."""
    shown, tip = digest(world.published), git(world.origin, "rev-parse", "board")
    ran = world.run("ci", "pull_request", only="site")
    assert ran.results == {"site": "success"}, ran.log
    assert (ran.folder / "artifacts/site/index.html").is_file()
    environments = [value for step in ran.jobs["site"].steps for value in step.environment.values()]
    assert not {world.token, *world.secrets.values()} & {*environments}
    assert (digest(world.published), git(world.origin, "rev-parse", "board")) == (shown, tip)


@pytest.mark.usefixtures("published")
def test_a_further_audience_is_published_to_its_own_place_by_one_line(
    world: World, tmp_path: Path
) -> None:
    """Beside Pages, by the same run; and the releases past that lie there stay."""
    tree, place = world.folder / "tree", tmp_path / "inside"
    past = place / "releases" / "20170101T000000Z-00000000"
    past.mkdir(parents=True)
    for folder in (place, past):
        catalog = {"generator": "millpond", "audience": "internal", "release": {"id": past.name}}
        (folder / "catalog.json").write_text(json.dumps(catalog | {"tables": []}))
    before = (tree / "millpond.toml").read_text()
    for profile in tree.glob("_quarto-*.yml"):  # they name pages that are not here
        profile.unlink()
    line = f'\n[site.audiences.internal]\npublish = "{place.as_uri()}"\n'
    (tree / "millpond.toml").write_text(before + line)
    world.commit(tree, "Publish the internal site")
    ran = world.run("refresh", "workflow_dispatch", **NEXT)
    assert ran.results == {**ALL, "audiences": "success"}, ran.log
    assert '"audience": "internal"' in (place / "catalog.json").read_text()
    assert (place / "index.html").is_file()
    assert (past / "catalog.json").is_file()
    assert len(list((place / "releases").iterdir())) == 2
    assert '"audience": "public"' in (world.published / "catalog.json").read_text()
    again = world.run("refresh", "workflow_dispatch", **NEXT)
    assert again.results == IDLE, again.log
    (tree / "millpond.toml").write_text(before)
    world.commit(tree, "Publish the public site alone")


@pytest.mark.usefixtures("followed")
def test_a_person_rolls_back_and_the_schedule_publishes_that(world: World, tmp_path: Path) -> None:
    """By the commands of the guide, in a clone; the next run has nothing to do."""
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", str(world.origin), str(clone))

    def script(name: str) -> None:
        line = [sys.executable, "-m", f"scripts.{name}"]
        subprocess.run(line, cwd=clone, check=True, capture_output=True)

    script("restore")
    served = run_millpond(clone, "release", "rollback").stdout.split()[1]
    script("pack")
    script("keep")
    ran = world.run("refresh", "workflow_dispatch", **NEXT)
    assert ran.results == ALL, ran.log
    assert served in (world.published / "catalog.json").read_text()
    again = world.run("refresh", "workflow_dispatch", **NEXT)
    assert again.results == IDLE, again.log


@pytest.mark.usefixtures("published")
def test_the_board_in_s3_by_one_line(world: World) -> None:
    """The same workflow over HTTP with an S3 server, and nothing new in the repository."""
    tree, tip = world.folder / "tree", git(world.origin, "rev-parse", "board")
    with (tree / "millpond.toml").open("a") as config:
        config.write('\n[keep]\naddress = "s3://my-bucket/millpond"\n')
    world.commit(tree, "Move the board to S3")
    world.variables |= {
        "AWS_ROLE": "arn:aws:iam::123456789012:role/board",
        "AWS_REGION": "us-east-1",
    }
    with s3_server() as endpoint:
        make_bucket(endpoint, "my-bucket")
        world.machine |= {
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_DEFAULT_REGION": "us-east-1",
        }
        first = world.run("refresh", "workflow_dispatch", **DAY)
        assert first.results == ALL, first.log
        again = world.run("refresh", "workflow_dispatch", **DAY)
        assert again.results == IDLE, again.log
    assert git(world.origin, "rev-parse", "board") == tip
