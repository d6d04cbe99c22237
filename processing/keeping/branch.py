"""A branch of the repository as a place: one commit without parents, replaced under a lease.

The branch does not grow: each state is a commit of its own, and what no state names any more is
collected by the server. Files that have not changed are not sent again.
"""

from __future__ import annotations

import base64
import os
import subprocess
import tempfile
from pathlib import Path

from processing.errors import BoardError
from processing.keeping.place import BRANCH, overtaken

TOKEN = "MILLPOND_KEEP_TOKEN"  # noqa: S105 - the name of a variable
TRIES = 3  # how often a push that the server did not answer is tried
SECONDS = 300
AUTHOR = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Millpond schedule"), ("EMAIL", "millpond@localhost"))
}


class Branch:
    """The branch `name` of the repository at `remote`."""

    def __init__(self, remote: str, name: str) -> None:
        self.remote = remote
        self.ref = f"refs/heads/{name}"

    def fetch(self, folder: Path) -> str | None:
        """As `Place.fetch`: the mark is the commit. BoardError when there is no reaching it."""
        with tempfile.TemporaryDirectory() as scratch:
            git = _Git(Path(scratch), self.remote)
            return self._fetch(git, folder)

    def _fetch(self, git: _Git, folder: Path) -> str | None:
        if self._tip(git) is None:
            return None
        commit = self._fetched(git)
        folder.mkdir(parents=True, exist_ok=True)
        git("--work-tree", str(folder), "read-tree", commit)
        git("--work-tree", str(folder), "checkout-index", "--all", "--quiet")
        return commit

    def put(self, folder: Path, mark: str | None, message: str) -> str:
        """As `Place.put`. A push whose answer was lost is recognised by what the branch then is."""
        with tempfile.TemporaryDirectory() as scratch:
            git = _Git(Path(scratch), self.remote)
            self._expect(git, mark, self._tip(git))
            if mark is not None:  # what is there need not be sent again
                self._expect(git, mark, self._fetched(git))
            git("--work-tree", str(folder), "add", "--all", "--force", ".", cwd=folder)
            tree = git("write-tree")
            if mark is not None and git("rev-parse", f"{mark}^{{tree}}") == tree:
                return mark
            commit = git("commit-tree", tree, "-m", message)
            return self._push(git, commit, mark)

    def _push(self, git: _Git, commit: str, mark: str | None) -> str:
        lease = f"--force-with-lease={self.ref}:{mark or ''}"
        for attempt in range(TRIES):
            try:
                git("push", "--quiet", lease, self.remote, f"{commit}:{self.ref}")
            except BoardError:
                found = self._tip(git)
                if found == commit:
                    break
                self._expect(git, mark, found)
                if attempt == TRIES - 1:
                    raise
            else:
                break
        return commit

    def _expect(self, git: _Git, mark: str | None, found: str | None) -> None:
        if found != mark:
            raise overtaken(f"{self.ref} of {git.shown}", mark, found)

    def _fetched(self, git: _Git) -> str:
        git("fetch", "--quiet", "--depth=1", self.remote, self.ref)
        return git("rev-parse", "FETCH_HEAD")

    def _tip(self, git: _Git) -> str | None:
        found = git("ls-remote", self.remote, self.ref)
        return found.split()[0] if found else None


class _Git:
    """Git in a bare repository of its own, without hooks, prompts or the caller's variables."""

    def __init__(self, scratch: Path, remote: str) -> None:
        self.scratch = scratch / "git"
        self.shown = remote
        plain = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
        self.env = plain | AUTHOR | {"GIT_TERMINAL_PROMPT": "0", "GIT_DIR": str(self.scratch)}
        self.env |= _credentials(remote)
        self("init", "--quiet", "--bare", str(self.scratch))
        for key, value in (
            ("core.autocrlf", "false"),
            ("core.symlinks", "false"),
            ("core.hooksPath", os.devnull),
            ("gc.auto", "0"),
        ):
            self("config", key, value)

    def __call__(self, *arguments: str, cwd: Path | None = None) -> str:
        """What git printed; BoardError with what it complained about when it failed."""
        try:
            done = subprocess.run(
                ["git", *arguments],
                cwd=cwd,
                env=self.env,
                capture_output=True,
                text=True,
                check=False,
                timeout=SECONDS,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise self._failed(arguments, str(error)) from error
        if done.returncode:
            raise self._failed(arguments, done.stderr.strip())
        return done.stdout.strip()

    def _failed(self, arguments: tuple[str, ...], found: str) -> BoardError:
        verb = next((word for word in arguments if word in {"fetch", "push", "ls-remote"}), "git")
        return BoardError(
            f"The branch that keeps the board cannot be used ({verb}): {self.shown}",
            found=found,
            expected="a repository that can be reached, and for a push the right to write",
            next_step=f"check the remote and {TOKEN}, then run again; nothing was changed",
        )


def _credentials(remote: str) -> dict[str, str]:
    """Variables that let git present the token to this remote alone; never on a command line."""
    token = os.environ.get(TOKEN)
    if not token or not remote.startswith("https://"):
        return {}
    basic = base64.b64encode(f"x-access-token:{token}".encode()).decode()
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"http.{remote}.extraheader",
        "GIT_CONFIG_VALUE_0": f"AUTHORIZATION: basic {basic}",
    }


def open_branch(address: str, root: Path) -> Branch:
    """The branch named in `branch:NAME`, of the remote `origin` of the repository at `root`."""
    done = subprocess.run(
        ["git", "-C", str(root), "remote", "get-url", "origin"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BoardError(
            "The repository that keeps the board is not known",
            found=done.stderr.strip(),
            expected=f"a remote called origin in {root}",
            next_step="run in a clone, or give [keep] another address in millpond.toml",
        )
    return Branch(done.stdout.strip(), address.removeprefix(BRANCH))
