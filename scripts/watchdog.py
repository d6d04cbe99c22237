"""Watch the schedule from outside: one issue while the site is older than promised. Python alone.

Knows nothing of the package, so that nothing broken there silences it. It asks GitHub when the
refresh last succeeded, and the published site how old its data are; it opens one issue when either
is older than promised and closes it once healed; and it keeps the schedules switched on, which
GitHub switches off after 60 days without a commit.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

LABEL = "watchdog"
TITLE = "The site is older than promised"
SECONDS = 30
OURS = "millpond: "  # how the title of an annotation of ours begins
SWITCHED_OFF = "disabled_inactivity"  # by GitHub; what a person switched off stays off


@dataclass(frozen=True)
class Settings:
    """Where to look and what is promised; all from the environment of the workflow."""

    api: str
    repository: str
    token: str
    workflow: str
    site: str
    hours: float
    now: datetime
    watched: tuple[str, ...] = field(default=())

    @classmethod
    def of(cls, environment: dict[str, str]) -> Settings:
        """Read them; KeyError names a variable that is missing."""
        workflow = environment.get("WATCHED_WORKFLOW", "refresh.yml")
        repository = environment["GITHUB_REPOSITORY"]
        said = environment.get("WATCHDOG_NOW")
        return cls(
            api=environment.get("GITHUB_API_URL", "https://api.github.com").rstrip("/"),
            repository=repository,
            token=environment["GITHUB_TOKEN"],
            workflow=workflow,
            site=environment.get("SITE_ADDRESS") or default_site(repository),
            hours=float(environment.get("PROMISED_HOURS") or "36"),
            now=datetime.fromisoformat(said) if said else datetime.now(UTC),
            watched=(workflow, "watchdog.yml"),
        )


def default_site(repository: str) -> str:
    """Where GitHub Pages publishes a repository that has no domain of its own."""
    owner, _, name = repository.partition("/")
    host = f"https://{owner.lower()}.github.io/"
    return host if name.lower() == f"{owner.lower()}.github.io" else f"{host}{name}/"


class GitHub:
    """GitHub's REST interface, as far as this needs it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def __call__(self, method: str, path: str, content: dict[str, Any] | None = None) -> Any:
        """The answer to one request to this repository; OSError when it is refused."""
        request = urllib.request.Request(
            f"{self.settings.api}/repos/{self.settings.repository}/{path}".rstrip("/"),
            method=method,
            data=None if content is None else json.dumps(content).encode(),
            headers={
                "Accept": "application/vnd.github+json",
                "Authorization": f"Bearer {self.settings.token}",
                "Content-Type": "application/json",
                "User-Agent": "millpond-watchdog",
                "X-GitHub-Api-Version": "2022-11-28",
            },
        )
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            text = answer.read()
        return json.loads(text) if text else None


def keep_switched_on(github: GitHub) -> list[str]:
    """Enable each watched schedule again; what was found switched off by GitHub.

    One that still runs is enabled too: that starts GitHub's 60 days anew.
    """
    found = []
    for name in github.settings.watched:
        state = github("GET", f"actions/workflows/{name}")["state"]
        if state in {SWITCHED_OFF, "active"}:
            github("PUT", f"actions/workflows/{name}/enable")
        if state == SWITCHED_OFF:
            found.append(name)
    return found


def last_success(github: GitHub) -> str | None:
    """What is wrong with the last success of the refresh; None when it is recent enough."""
    settings = github.settings
    path = f"actions/workflows/{settings.workflow}/runs"
    runs = github("GET", f"{path}?status=success&branch={branch(github)}&per_page=1")
    listed = runs["workflow_runs"]
    if not listed:
        return f"`{settings.workflow}` has never succeeded.{why_failed(github)}"
    ended = datetime.fromisoformat(listed[0]["updated_at"].replace("Z", "+00:00"))
    if settings.now - ended <= timedelta(hours=settings.hours):
        return None
    return (
        f"`{settings.workflow}` last succeeded on {ended:%Y-%m-%d at %H:%M} UTC; a success every "
        f"{settings.hours:g} hours is promised.{why_failed(github)}"
    )


def branch(github: GitHub) -> str:
    """The branch that the schedule runs on."""
    return urllib.parse.quote(str(github("GET", "")["default_branch"]), safe="")


def why_failed(github: GitHub) -> str:
    """The job and step at which the newest run that failed stopped, its address, and why."""
    path = f"actions/workflows/{github.settings.workflow}/runs"
    runs = github("GET", f"{path}?status=failure&per_page=1")["workflow_runs"]
    if not runs:
        return " No run has failed: the schedule itself stands still."
    jobs = github("GET", f"actions/runs/{runs[0]['id']}/jobs?per_page=100")["jobs"]
    failed = [job for job in jobs if job["conclusion"] == "failure"]
    steps = [
        f"step *{step['name']}* of job *{job['name']}*"
        for job in failed
        for step in job["steps"]
        if step["conclusion"] == "failure"
    ]
    where = " and ".join(steps) or "no step of its own"
    said = "".join(f" {reason}" for job in failed for reason in named_reasons(github, job["id"]))
    return f" The newest run that failed stopped at {where}: {runs[0]['html_url']}{said}"


def named_reasons(github: GitHub, job: int) -> list[str]:
    """The reasons that our scripts gave for the failure of a job, where they may be read."""
    try:
        notes = github("GET", f"check-runs/{job}/annotations")
    except urllib.error.HTTPError:
        return []
    return [
        f"{note['title'].removeprefix(OURS).capitalize()}: `{' '.join(note['message'].split())}`."
        for note in notes
        if str(note["title"]).startswith(OURS)
    ]


def data_age(settings: Settings) -> list[str]:
    """Which tables of the published site are older than their contracts allow, and why."""
    address = settings.site.rstrip("/") + "/freshness.json"
    try:
        with urllib.request.urlopen(address, timeout=SECONDS) as answer:
            found = json.loads(answer.read())
        built = datetime.fromisoformat(found["built"]).date()
        return [said for table in found["tables"] if (said := too_old(table, built, settings.now))]
    except (OSError, ValueError, KeyError, TypeError) as error:
        return [f"The published site does not say how old its data are ({address}: {error})."]


def too_old(table: dict[str, Any], built: date, now: datetime) -> str | None:
    """What is wrong with one table's age: its days when built, and the days since."""
    age = table["age_days_built"] + max((now.date() - built).days, 0)
    most = table["error_after"]
    if most is None or age <= most:
        return None
    return f"The data of `{table['name']}` reach to {table['data_to']}: more than {most} days old."


def settle_issue(github: GitHub, reasons: list[str]) -> str:
    """Open, update or close the one issue; what was done."""
    listed = github("GET", f"issues?state=open&labels={LABEL}&per_page=100")
    issues = sorted((i for i in listed if "pull_request" not in i), key=lambda i: i["number"])
    body = body_of(github.settings, reasons)
    if not reasons:
        for issue in issues:
            close(github, issue["number"], "Healed: the site is as fresh as promised again.")
        return f"closed {len(issues)} issues" if issues else "all is well"
    if not issues:
        made = {"title": TITLE, "body": body, "labels": [LABEL]}
        return f"opened issue {github('POST', 'issues', made)['number']}"
    first, *more = issues
    for issue in more:
        close(github, issue["number"], f"The same as #{first['number']}.")
    if first["body"] != body:
        github("PATCH", f"issues/{first['number']}", {"body": body})
        return f"updated issue {first['number']}"
    return f"issue {first['number']} stays open"


def close(github: GitHub, number: int, why: str) -> None:
    """Close an issue with a word of why."""
    github("POST", f"issues/{number}/comments", {"body": why})
    github("PATCH", f"issues/{number}", {"state": "closed", "state_reason": "completed"})


def body_of(settings: Settings, reasons: list[str]) -> str:
    """The text of the issue: every reason, and where to read on."""
    listed = "\n".join(f"- {reason}" for reason in reasons)
    return (
        f"{listed}\n\nSite: {settings.site}\nWhat to do: `docs/operations.md`, *When the alarm "
        "rings*. This issue closes itself once the site is fresh again.\n"
    )


def main() -> int:
    """0 when it could look and act, whatever it found; 1 when GitHub refused it."""
    github = GitHub(Settings.of(dict(os.environ)))
    try:
        for name in keep_switched_on(github):
            print(f"{name} had been switched off for want of commits; it is on again")
        late = last_success(github)
        reasons = ([late] if late else []) + data_age(github.settings)
        for reason in reasons:
            print(f"too old: {reason}")
        print(settle_issue(github, reasons))
    except urllib.error.HTTPError as error:
        print(f"error: GitHub refused {error.url}", file=sys.stderr)
        print(f"  found: status {error.code}: {error.read().decode()[:500]}", file=sys.stderr)
        print("  next step: check `permissions` in watchdog.yml", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: GitHub cannot be reached: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
