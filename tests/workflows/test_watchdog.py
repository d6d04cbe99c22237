"""The watchdog against a GitHub over HTTP, in a process of its own, with Python's library alone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.workflows.github import REPOSITORY, TOKEN, GitHub, serving

NOW = "2026-11-22T14:43:00+00:00"
THIS_MORNING, THREE_DAYS_AGO = "2026-11-22T11:20:00Z", "2026-11-19T11:20:00Z"
FAILED: list[dict[str, Any]] = [
    {"id": 7, "name": "build", "conclusion": "failure", "steps": [
        {"name": "Restore the board", "conclusion": "success"},
        {"name": "Build the pins", "conclusion": "failure"},
        {"name": "Summary", "conclusion": "success"},
    ]},
    {"id": 8, "name": "render", "conclusion": "skipped", "steps": []},
]  # fmt: skip


def site(built: str, age: int, error_after: int | None = 3) -> dict[str, Any]:
    """The freshness that a published site tells."""
    table = {
        "name": "weeks",
        "data_to": "2017-11-18",
        "age_days_built": age,
        "error_after": error_after,
    }
    return {"built": f"{built}T11:17:00+00:00", "tables": [table]}


@pytest.fixture
def github() -> Iterator[GitHub]:
    """All is well: a success this morning, and data of yesterday."""
    found = GitHub(site=site("2026-11-22", 1))
    found.ran("success", THIS_MORNING)
    with serving(found):
        yield found


def watch(github: GitHub, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "GITHUB_API_URL": github.address,
        "GITHUB_REPOSITORY": REPOSITORY,
        "GITHUB_TOKEN": TOKEN,
        "SITE_ADDRESS": f"{github.address}/site/",
        "WATCHDOG_NOW": NOW,
        **more,
    }
    command = [sys.executable, "-I", "-S", "scripts/watchdog.py"]  # -S: no installed package
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def test_all_is_well(github: GitHub) -> None:
    done = watch(github)
    assert (done.returncode, done.stdout) == (0, "all is well\n"), done.stderr
    assert github.issues == []


def test_one_issue_is_opened_updated_and_closed(github: GitHub) -> None:
    """However often it looks; the issue names the job and the step that failed."""
    github.runs.clear()
    github.ran("success", THREE_DAYS_AGO)
    github.ran("failure", THIS_MORNING, FAILED)
    github.annotations[7] = [
        {"title": "millpond: exit code 11", "message": "Source products: no such file"},
        {"title": None, "message": "Process completed with exit code 11."},
    ]
    for _ in range(3):
        assert watch(github).returncode == 0
    (issue,) = github.issues
    assert "Exit code 11: `Source products: no such file`." in issue["body"]
    assert "Process completed" not in issue["body"]
    assert issue["title"] == "The site is older than promised"
    assert "last succeeded on 2026-11-19 at 11:20 UTC" in issue["body"]
    assert "step *Build the pins* of job *build*" in issue["body"]
    github.site = site("2026-11-19", 1)
    assert "updated issue 1" in watch(github).stdout
    assert "The data of `weeks` reach to 2017-11-18: more than 3 days old." in issue["body"]
    github.ran("success", THIS_MORNING)
    github.site = site("2026-11-22", 0)
    assert "closed 1 issues" in watch(github).stdout
    assert github.open_issues == []
    assert github.comments == [(1, "Healed: the site is as fresh as promised again.")]
    assert watch(github).stdout == "all is well\n"


@pytest.mark.parametrize(("age", "rings"), [(3, False), (4, True)])
def test_old_data_ring_although_every_run_succeeds(github: GitHub, age: int, rings: bool) -> None:
    """The source may be late while the schedule is healthy."""
    github.site = site("2026-11-22", age)
    watch(github)
    assert bool(github.open_issues) is rings


def test_days_since_the_site_was_built_count(github: GitHub) -> None:
    github.site = site("2026-11-19", 1)
    watch(github)
    assert len(github.open_issues) == 1


def test_a_table_that_is_never_late(github: GitHub) -> None:
    github.site = site("2026-01-01", 1, None)
    assert watch(github).stdout == "all is well\n"


def test_a_site_that_cannot_be_reached(github: GitHub) -> None:
    github.site = None
    watch(github)
    assert "The published site does not say how old its data are" in github.issues[0]["body"]


def test_a_schedule_that_github_switched_off_is_switched_on(github: GitHub) -> None:
    """Also the watchdog's own, whose 60 days begin anew each time."""
    github.states["refresh.yml"] = "disabled_inactivity"
    assert "refresh.yml had been switched off" in watch(github).stdout
    assert github.states == {"refresh.yml": "active", "watchdog.yml": "active"}
    assert github.enabled == ["refresh.yml", "watchdog.yml"]


def test_a_schedule_that_a_person_switched_off_stays_off(github: GitHub) -> None:
    github.states["refresh.yml"] = "disabled_manually"
    watch(github)
    assert github.states["refresh.yml"] == "disabled_manually"


def test_a_schedule_that_has_never_run(github: GitHub) -> None:
    github.runs.clear()
    watch(github)
    assert "`refresh.yml` has never succeeded." in github.issues[0]["body"]


def test_issues_of_people_are_left_alone(github: GitHub) -> None:
    """Only what carries the label is closed, and a second one of ours is folded into the first."""
    github.answer("POST", "issues", {}, {"title": "A wish", "labels": []})
    for _ in range(2):
        github.answer("POST", "issues", {}, {"title": "Old", "body": "", "labels": ["watchdog"]})
    github.site = None
    watch(github)
    assert [issue["number"] for issue in github.open_issues] == [1, 2]
    assert github.comments == [(3, "The same as #2.")]


def test_a_wrong_token_fails_with_one_message(github: GitHub) -> None:
    done = watch(github, GITHUB_TOKEN="wrong")
    assert done.returncode == 1
    assert "found: status 401" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_repository_without_issues_fails_loudly(github: GitHub) -> None:
    github.has_issues, github.site = False, None
    done = watch(github)
    assert done.returncode == 1
    assert "Issues has been disabled" in done.stderr


def test_no_server_at_all(github: GitHub) -> None:
    done = watch(github, GITHUB_API_URL="http://127.0.0.1:9")
    assert done.returncode == 1
    assert "GitHub cannot be reached" in done.stderr
