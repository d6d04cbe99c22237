"""Run a workflow file: its `run:` steps for real, in clean clones, with what Actions would give."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from tests.workflows.expressions import as_text, condition, fill
from tests.workflows.standins import STAND_INS, Failed

if TYPE_CHECKING:
    from tests.workflows.world import World

# What this machine needs to reach its packages; nothing else of its environment is handed on.
PASSED = ("PATH", "HOME", "LANG", "PIP_", "UV_", "NPM_", "npm_", "SSL_", "HTTP", "http", "NO_PROXY")
SECONDS = 900


@dataclass
class Step:
    """What became of one step."""

    name: str
    outcome: str  # success, failure or skipped
    log: str = ""
    environment: dict[str, str] = field(default_factory=dict)


@dataclass
class Job:
    """One job on a runner of its own: the workspace starts empty."""

    run: Run
    name: str
    declared: dict[str, Any]
    result: str = "success"
    steps: list[Step] = field(default_factory=list)
    outputs: dict[str, Any] = field(default_factory=dict)
    afterwards: list[Callable[[], None]] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    step_outputs: dict[str, Any] = field(default_factory=dict)

    @property
    def workspace(self) -> Path:
        return self.run.world.folder / "work"

    @property
    def permissions(self) -> dict[str, str]:
        found = self.declared.get("permissions", self.run.declared.get("permissions", {}))
        return found if isinstance(found, dict) else {}

    def artifact(self, name: str) -> Path:
        return self.run.folder / "artifacts" / name

    @property
    def log(self) -> str:
        return "\n".join(f"== {step.name}: {step.outcome}\n{step.log}" for step in self.steps)

    def go(self) -> None:
        for number, declared in enumerate(self.declared["steps"]):
            name = declared.get("name") or declared.get("uses", declared.get("run", ""))
            step = Step(name, "skipped")
            self.steps.append(step)
            if condition(declared.get("if"), self.values(), self.functions()):
                self._do(step, declared, number)
        for after in self.afterwards:
            after()
        for name, text in self.declared.get("outputs", {}).items():
            self.outputs[name] = fill(text, self.values(), self.functions())

    def _do(self, step: Step, declared: dict[str, Any], number: int) -> None:
        values, functions = self.values(), self.functions()
        step.environment = self.run.variables | {
            key: as_text(fill(text, values, functions))
            for part in (self.declared.get("env", {}), declared.get("env", {}))
            for key, text in part.items()
        }
        given = {k: fill(v, values, functions) for k, v in declared.get("with", {}).items()}
        outputs: dict[str, Any] = {}
        try:
            if "uses" in declared:
                outputs = STAND_INS[declared["uses"].partition("@")[0]](self, given)
                step.outcome = "success"
            else:
                outputs = self._bash(step, declared, number)
        except Failed as error:
            step.outcome, step.log = "failure", str(error)
        if step.outcome == "failure" and not declared.get("continue-on-error"):
            self.result = "failure"
        self.step_outputs[declared.get("id", f"_{number}")] = {
            "outputs": outputs,
            "outcome": step.outcome,
            "conclusion": step.outcome,
        }

    def _bash(self, step: Step, declared: dict[str, Any], number: int) -> dict[str, str]:
        temp = self.run.folder / self.name
        temp.mkdir(parents=True, exist_ok=True)
        files = {name: temp / f"{number}-{name}" for name in ("output", "env", "path")}
        for path in (*files.values(), self.run.summary):
            path.touch()
        environment = self.run.machine(self) | step.environment | self.environment
        environment |= {f"GITHUB_{name.upper()}": str(path) for name, path in files.items()}
        done = subprocess.run(
            ["bash", "-e", "-c", declared["run"]],
            cwd=self.workspace / declared.get("working-directory", "."),
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        step.outcome = "failure" if done.returncode else "success"
        step.log = done.stdout
        self.environment |= pairs(files["env"].read_text())
        return pairs(files["output"].read_text())

    def values(self) -> dict[str, Any]:
        """What expressions in this job may name."""
        return self.run.values() | {
            "steps": self.step_outputs,
            "needs": {name: self.run.seen(name) for name in self.needs},
            "env": self.run.variables | self.environment,
            "runner": {"os": "Linux", "temp": str(self.run.folder)},
            "job": {"status": self.result},
        }

    @property
    def needs(self) -> list[str]:
        found = self.declared.get("needs", [])
        return [found] if isinstance(found, str) else found

    def functions(self, *, whole: bool = False) -> dict[str, Callable[..., Any]]:
        """The functions of expressions; `whole` for the `if:` of the job itself."""
        results = [self.run.seen(name)["result"] for name in self.needs] if whole else [self.result]
        return {
            "success": lambda: all(result == "success" for result in results),
            "failure": lambda: any(result == "failure" for result in results),
            "always": lambda: True,
            "cancelled": lambda: False,
            "hashFiles": self._hash_files,
        }

    def _hash_files(self, *patterns: str) -> str:
        found = hashlib.sha256()
        for pattern in patterns:
            for path in sorted(self.workspace.glob(pattern)):
                found.update(path.read_bytes())
        return found.hexdigest()


@dataclass
class Run:
    """One run of one workflow file."""

    world: World
    file: Path
    event: str
    inputs: dict[str, Any]
    folder: Path
    sha: str
    payload: dict[str, Any] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.declared: dict[str, Any] = yaml.safe_load(self.file.read_text(encoding="utf-8"))
        self.folder.mkdir(parents=True)
        self.summary = self.folder / "summary.md"
        declared = self.declared.get("env", {})
        self.variables: dict[str, str] = {}
        values = self.values() | {"env": {}}
        self.variables = {k: as_text(fill(v, values, {})) for k, v in declared.items()}

    def go(self, only: str | None = None) -> Run:
        """Every job in the order of the file, or one of them."""
        for name, declared in self.declared["jobs"].items():
            if only not in {None, name}:
                continue
            job = self.jobs[name] = Job(self, name, declared)
            if condition(declared.get("if"), job.values(), job.functions(whole=True)):
                job.go()
            else:
                job.result = "skipped"
        return self

    def seen(self, name: str) -> dict[str, Any]:
        """A job as the jobs that need it see it; it must stand before them in the file."""
        return {"result": self.jobs[name].result, "outputs": self.jobs[name].outputs}

    def values(self) -> dict[str, Any]:
        return {
            "github": {
                "event_name": self.event,
                "event": self.payload,
                "ref": "refs/heads/main",
                "ref_name": "main",
                "sha": self.sha,
                "repository": "owner/fork",
                "repository_owner": "owner",
                "run_id": "1",
                "server_url": "https://github.com",
                "api_url": self.world.api,
                "token": self.world.token,
                "workflow": self.declared["name"],
            },
            "inputs": self.inputs,
            "vars": self.world.variables,
            "secrets": self.world.secrets if self.event != "pull_request" else {},
        }

    def machine(self, job: Job) -> dict[str, str]:
        """The environment of a runner."""
        event = self.folder / "event.json"
        event.write_text(json.dumps({"inputs": self.inputs, **self.payload}), encoding="utf-8")
        mine = {k: v for k, v in os.environ.items() if k.startswith(PASSED)}
        return (
            mine
            | self.world.machine
            | {
                "CI": "true",
                "GITHUB_ACTIONS": "true",
                "GITHUB_EVENT_NAME": self.event,
                "GITHUB_EVENT_PATH": str(event),
                "GITHUB_REPOSITORY": "owner/fork",
                "GITHUB_REF": "refs/heads/main",
                "GITHUB_SHA": self.sha,
                "GITHUB_STEP_SUMMARY": str(self.summary),
                "GITHUB_WORKSPACE": str(job.workspace),
                "RUNNER_OS": "Linux",
                "RUNNER_TEMP": str(self.folder),
            }
        )

    @property
    def results(self) -> dict[str, str]:
        """What became of each job."""
        return {name: job.result for name, job in self.jobs.items()}

    @property
    def log(self) -> str:
        return "\n".join(f"==== {name}\n{job.log}" for name, job in self.jobs.items())


def pairs(text: str) -> dict[str, str]:
    """`name=value` lines of GITHUB_OUTPUT and GITHUB_ENV."""
    return dict(line.split("=", 1) for line in text.splitlines() if line)
