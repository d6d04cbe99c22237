"""A forge of one repository on this machine: its remote, its caches, and Pages at an address."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from tests.conftest import ROOT
from tests.workflows.runner import Run

WHO = ("-c", "user.name=A Tester", "-c", "user.email=tester@localhost")


def git(folder: Path, *arguments: str) -> str:
    """What git printed, run in a folder."""
    done = subprocess.run(
        ["git", *WHO, *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@dataclass
class World:
    """Everything that outlives a run."""

    folder: Path
    address: str
    variables: dict[str, str] = field(default_factory=lambda: {"RENDERER": "pandoc"})
    secrets: dict[str, str] = field(default_factory=dict)
    token: str = "token-of-the-run"
    api: str = ""
    # A runner waits for the caches of Pages; this machine has none.
    machine: dict[str, str] = field(default_factory=lambda: {"PROBE_TRIES": "2", "PROBE_WAIT": "0"})
    spoiled: int = 0  # how many of the next deployments come out damaged
    runs: int = 0

    @property
    def origin(self) -> Path:
        """The bare repository."""
        return self.folder / "origin.git"

    @property
    def published(self) -> Path:
        """What is served at the address."""
        return self.folder / "published"

    def commit(self, tree: Path, message: str = "The fork") -> None:
        """Push the files of a folder, and nothing else, to main."""
        git(tree, "init", "--quiet", "--initial-branch=main", ".")
        git(tree, "add", "--all")
        git(tree, "commit", "--quiet", "--message", message)
        if not self.origin.exists():
            git(self.folder, "init", "--quiet", "--bare", "--initial-branch=main", str(self.origin))
        git(tree, "push", "--quiet", "--force", str(self.origin), "HEAD:refs/heads/main")

    def run(
        self, workflow: str, event: str = "schedule", only: str | None = None, **inputs: Any
    ) -> Run:
        """Run a workflow of main to its end, or one job of it."""
        self.runs += 1
        sha = git(self.origin, "rev-parse", "main")
        text = git(self.origin, "show", f"main:.github/workflows/{workflow}.yml")
        file = self.folder / f"{self.runs}-{workflow}.yml"
        file.write_text(text, encoding="utf-8")
        named = {name.replace("_", "-"): value for name, value in inputs.items()}
        folder = self.folder / f"run-{self.runs}"
        return Run(self, file, event, named, folder, sha).go(only)

    def publish(self, archive: Path) -> str:
        """Serve what an archive holds instead of what was served."""
        fresh = self.folder / "publishing"
        with tarfile.open(archive) as tar:
            tar.extractall(fresh, filter="data")
        if self.spoiled:
            self.spoiled -= 1
            (fresh / "index.html").write_text("<p>Half of a page", encoding="utf-8")
        shutil.rmtree(self.published, ignore_errors=True)
        fresh.rename(self.published)
        return self.address

    def branches(self) -> dict[str, int]:
        """How many commits each branch of the remote has."""
        names = git(self.origin, "for-each-ref", "--format=%(refname:short)", "refs/heads").split()
        return {name: int(git(self.origin, "rev-list", "--count", name)) for name in names}


def project_tree(target: Path) -> Path:
    """The project as it would be committed now, uncommitted changes included."""
    listed = git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard").splitlines()
    for name in listed:
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    return target


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def forge(folder: Path) -> Iterator[World]:
    """A world whose Pages are served while the block runs."""
    (folder / "published").mkdir(parents=True)
    handler = partial(_Quiet, directory=folder / "published")
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield World(folder, f"http://127.0.0.1:{server.server_address[1]}/")
        server.shutdown()
