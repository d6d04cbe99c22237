"""A GitHub of one repository, over HTTP, that keeps state: runs, workflows, issues and comments."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "token-of-the-run"
REPOSITORY = "owner/fork"
Answer = tuple[int, Any]


@dataclass
class GitHub:
    """What the server knows; tests read and change it between requests."""

    address: str = ""
    states: dict[str, str] = field(
        default_factory=lambda: {"refresh.yml": "active", "watchdog.yml": "active"}
    )
    runs: list[dict[str, Any]] = field(default_factory=list)
    jobs: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    annotations: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    issues: list[dict[str, Any]] = field(default_factory=list)
    comments: list[tuple[int, str]] = field(default_factory=list)
    enabled: list[str] = field(default_factory=list)
    site: dict[str, Any] | None = None
    has_issues: bool = True

    def ran(self, conclusion: str, ended: str, jobs: list[dict[str, Any]] | None = None) -> None:
        """A run of the refresh that ended at that moment."""
        number = len(self.runs) + 1
        self.jobs[number] = jobs or []
        self.runs.insert(0, {  # newest first, as GitHub lists them
            "id": number, "conclusion": conclusion, "status": "completed", "updated_at": ended,
            "head_branch": "main", "html_url": f"https://github.com/{REPOSITORY}/actions/runs/{number}",
        })  # fmt: skip

    @property
    def open_issues(self) -> list[dict[str, Any]]:
        return [issue for issue in self.issues if issue["state"] == "open"]

    def answer(self, method: str, path: str, query: dict[str, str], sent: Any) -> Answer:
        """Status and content, as GitHub's reference describes them."""
        for pattern, reply in (
            (r"GET ", self._repository),
            (r"GET actions/workflows/([\w.-]+)", self._workflow),
            (r"PUT actions/workflows/([\w.-]+)/enable", self._enable),
            (r"GET actions/workflows/([\w.-]+)/runs", self._runs),
            (r"GET actions/runs/(\d+)/jobs", self._jobs),
            (r"GET check-runs/(\d+)/annotations", self._annotations),
            (r"GET issues", self._listed),
            (r"POST issues", self._open),
            (r"PATCH issues/(\d+)", self._change),
            (r"POST issues/(\d+)/comments", self._comment),
        ):
            if match := re.fullmatch(pattern, f"{method} {path}"):
                return reply(query, sent, *match.groups())
        return 404, {"message": "Not Found"}

    def _repository(self, query: Any, sent: Any) -> Answer:
        return 200, {"full_name": REPOSITORY, "default_branch": "main"}

    def _workflow(self, query: Any, sent: Any, name: str) -> Answer:
        if name not in self.states:
            return 404, {"message": "Not Found"}
        return 200, {"path": f".github/workflows/{name}", "state": self.states[name]}

    def _enable(self, query: Any, sent: Any, name: str) -> Answer:
        self.states[name] = "active"
        self.enabled.append(name)
        return 204, None

    def _runs(self, query: dict[str, str], sent: Any, name: str) -> Answer:
        found = [
            r for r in self.runs if query.get("status") in {None, r["conclusion"], "completed"}
        ]
        found = [r for r in found if query.get("branch", r["head_branch"]) == r["head_branch"]]
        most = int(query.get("per_page", "30"))
        return 200, {"total_count": len(found), "workflow_runs": found[:most]}

    def _jobs(self, query: Any, sent: Any, number: str) -> Answer:
        return 200, {"jobs": self.jobs[int(number)]}

    def _annotations(self, query: Any, sent: Any, number: str) -> Answer:
        return 200, self.annotations.get(int(number), [])

    def _listed(self, query: dict[str, str], sent: Any) -> Answer:
        wanted = {*query["labels"].split(",")} if "labels" in query else set()
        state = query.get("state", "open")
        return 200, [
            issue
            for issue in reversed(self.issues)
            if state in {"all", issue["state"]}
            and wanted <= {label["name"] for label in issue["labels"]}
        ]

    def _open(self, query: Any, sent: Any) -> Answer:
        if not self.has_issues:
            return 410, {"message": "Issues has been disabled in this repository."}
        issue = {
            "number": len(self.issues) + 1,
            "title": sent["title"],
            "body": sent.get("body"),
            "labels": [{"name": name} for name in sent.get("labels", [])],
            "state": "open",
        }
        self.issues.append(issue)
        return 201, issue

    def _change(self, query: Any, sent: Any, number: str) -> Answer:
        issue = self.issues[int(number) - 1]
        issue.update(sent)
        return 200, issue

    def _comment(self, query: Any, sent: Any, number: str) -> Answer:
        self.comments.append((int(number), sent["body"]))
        return 201, {"body": sent["body"]}


def handler(github: GitHub) -> type[BaseHTTPRequestHandler]:
    """Requests to this GitHub; the published site stands beside it, under `/site/`."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            pass

        def _go(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            sent = json.loads(self.rfile.read(length)) if length else None
            url = urlsplit(self.path)
            code, said = self._answer(url.path, parse_qs(url.query), sent)
            content = b"" if said is None else json.dumps(said).encode()
            self.send_response(code)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _answer(self, path: str, asked: dict[str, list[str]], sent: Any) -> Answer:
            missing: Answer = (404, {"message": "Not Found"})
            if path == "/site/freshness.json":
                return (200, github.site) if github.site else missing
            if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                return 401, {"message": "Bad credentials"}
            start = f"/repos/{REPOSITORY}"
            if not path.startswith(start) or path.endswith("/"):
                return missing
            query = {key: values[-1] for key, values in asked.items()}
            return github.answer(self.command, path.removeprefix(start).lstrip("/"), query, sent)

        do_GET = do_POST = do_PUT = do_PATCH = _go

    return Handler


@contextmanager
def serving(github: GitHub) -> Iterator[GitHub]:
    """Serve it while the block runs."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler(github)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        github.address = f"http://127.0.0.1:{server.server_address[1]}"
        yield github
        server.shutdown()
