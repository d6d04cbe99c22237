"""What every workflow file keeps to: pinned actions, least rights, one target or script a step."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT
from tests.workflows.standins import STAND_INS

FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
WRITERS = {("refresh", "keep"), ("refresh", "record"), ("refresh", "deploy"),
           ("refresh", "rollback"), ("watchdog", "watch")}  # fmt: skip


def jobs() -> list[tuple[str, str, dict[str, Any]]]:
    return [(f.stem, name, job) for f in FILES for name, job in loaded(f)["jobs"].items()]


def loaded(path: Path) -> dict[Any, Any]:
    found: dict[Any, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def writes(job: dict[str, Any]) -> set[str]:
    """What a job may change. `id-token` changes nothing: it lets a job say who it is."""
    rights = {name for name, right in job["permissions"].items() if right == "write"}
    return rights - {"id-token"}


def uses_secrets(job: dict[str, Any]) -> bool:
    return "secrets." in yaml.safe_dump(job)


def test_there_are_the_five_workflows() -> None:
    assert [f.stem for f in FILES] == ["canary", "ci", "nightly", "refresh", "watchdog"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_action_is_pinned_and_has_a_stand_in(path: Path) -> None:
    """By a full commit, with the version as a comment, one commit for one version."""
    used = re.findall(r"uses: (\S+)@(\S+)(.*)", path.read_text(encoding="utf-8"))
    assert used
    for name, commit, comment in used:
        assert name in STAND_INS
        assert re.fullmatch(r"[0-9a-f]{40}", commit)
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment)


def test_one_version_of_each_action() -> None:
    text = "".join(f.read_text(encoding="utf-8") for f in FILES)
    used = {*re.findall(r"uses: (\S+)@(\S+ # \S+)", text)}
    assert len({name for name, _ in used}) == len(used)


@pytest.mark.parametrize(("file", "name", "job"), jobs(), ids=lambda value: str(value)[:20])
def test_every_job_has_least_rights_and_an_end(file: str, name: str, job: dict[str, Any]) -> None:
    assert loaded(ROOT / f".github/workflows/{file}.yml")["permissions"] == {}
    assert 0 < job["timeout-minutes"] <= 180
    assert bool(writes(job)) is ((file, name) in WRITERS)
    for step in job["steps"]:
        if str(step.get("uses", "")).startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize(("file", "name", "job"), jobs(), ids=lambda value: str(value)[:20])
def test_every_step_is_one_target_or_script(file: str, name: str, job: dict[str, Any]) -> None:
    """So that all a workflow does can be done here; no value is pasted into a shell."""
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for line in [step["run"] for step in job["steps"] if "run" in step]:
        assert "${{" not in line
        words = line.split()
        if words[0] == "make":
            assert words[1:] and words[1] in targets
        elif words[0] == "scripts/run":
            assert (ROOT / "scripts" / f"{words[1]}.py").is_file()
        elif words[0] == "python3":
            assert (ROOT / words[1]).is_file()
        else:
            assert words == [".ci/run"]


def test_only_the_build_has_secrets_and_it_may_not_write() -> None:
    found = {(file, name) for file, name, job in jobs() if uses_secrets(job)}
    assert found == {("refresh", "build")}
    assert not any(writes(job) for file, name, job in jobs() if (file, name) in found)


def test_who_may_publish_runs_no_library() -> None:
    """Nothing but official actions and scripts of the standard library."""
    for file, name, job in jobs():
        if "pages" in writes(job):
            assert [s["run"] for s in job["steps"] if "run" in s] == ["python3 scripts/probe.py"], (
                file, name)  # fmt: skip


def test_writers_of_the_board_queue() -> None:
    refresh = loaded(ROOT / ".github/workflows/refresh.yml")
    assert refresh["concurrency"] == {"group": "writes-the-board", "cancel-in-progress": False}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_schedules_have_a_zone_and_an_odd_minute(path: Path) -> None:
    """Whole hours are when everybody's schedules start, and are started late or dropped."""
    for entry in loaded(path)[True].get("schedule", []):  # YAML 1.1 reads `on` as true
        assert entry["timezone"] == "America/New_York"
        assert int(entry["cron"].split()[0]) % 5


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_workflow_gives_a_fork_more_than_its_own_rights(path: Path) -> None:
    """`pull_request_target` and `workflow_run` run foreign code with our rights."""
    events = loaded(path)[True]
    assert not {"pull_request_target", "workflow_run"} & {*events}
