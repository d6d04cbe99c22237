"""Small local equivalents of the actions that our workflows use."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.workflows.runner import Job

Given = dict[str, Any]


class Failed(Exception):
    """What the real action would have failed with."""


def checkout(job: Job, given: Given) -> Given:
    """A clone of the commit that the run is for. No credential may stay behind in it."""
    if given.get("persist-credentials") is not False:
        raise Failed("credentials would stay in .git/config")
    shutil.rmtree(job.workspace, ignore_errors=True)
    world = job.run.world
    command = ["git", "clone", "--quiet", "--depth=1", world.origin.as_uri(), str(job.workspace)]
    subprocess.run(command, check=True)
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=job.workspace, capture_output=True, text=True, check=True
    )
    if head.stdout.strip() != job.run.sha:
        raise Failed(f"the run is for {job.run.sha}")
    return {}


def setup_python(job: Job, given: Given) -> Given:
    """Nothing: this machine's Python runs. The file that names the version must be there."""
    if "python-version" not in given and not (job.workspace / ".python-version").is_file():
        raise Failed("no version is named")
    return {}


def setup_node(job: Job, given: Given) -> Given:
    """Nothing: this machine's npm runs, if there is one."""
    return {}


def setup_quarto(job: Job, given: Given) -> Given:
    """Nothing: this machine's Quarto runs."""
    if not shutil.which("quarto"):
        raise Failed("this machine has no Quarto")
    return {}


def cache(job: Job, given: Given) -> Given:
    """Folders kept under a key; moved, not copied, as the workspace is always the same.

    A job that fails saves nothing new, but what it was given stays in the cache.
    """
    kept = job.run.world.folder / "caches" / given["key"]
    paths = given["path"].split()
    for path in paths:
        if (kept / path).exists():
            shutil.move(kept / path, job.workspace / path)

    def save() -> None:
        for path in paths:
            if (job.workspace / path).exists():
                (kept / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.move(job.workspace / path, kept / path)

    job.afterwards.append(save)
    return {}


def upload_artifact(job: Job, given: Given) -> Given:
    """A copy of a folder under a name that is free, without anything hidden."""
    source, target = job.workspace / given["path"], job.artifact(given["name"])
    if target.exists():
        raise Failed(f"there is an artifact {given['name']} already")
    if not source.is_dir() or not any(source.iterdir()):
        raise Failed(f"nothing at {given['path']}")
    shutil.copytree(source, target, ignore=shutil.ignore_patterns(".*"))
    return {}


def download_artifact(job: Job, given: Given) -> Given:
    """The artifact of that name, laid into a folder."""
    source = job.artifact(given["name"])
    if not source.is_dir():
        raise Failed(f"no artifact {given['name']}")
    shutil.copytree(source, job.workspace / given["path"], dirs_exist_ok=True)
    return {}


def upload_pages_artifact(job: Job, given: Given) -> Given:
    """A tar of a folder, as an artifact that `deploy-pages` takes."""
    target = job.artifact(given.get("name", "github-pages"))
    if target.exists():
        raise Failed(f"there is an artifact {target.name} already")
    source = job.workspace / given["path"]
    if not source.is_dir():
        raise Failed(f"nothing at {source}")
    target.mkdir(parents=True)
    with tarfile.open(target / "artifact.tar", "w") as archive:
        for path in sorted(source.iterdir()):
            if not path.name.startswith("."):
                archive.add(path, path.name)
    return {}


def deploy_pages(job: Job, given: Given) -> Given:
    """Publish the tar at the address of this world, unless its Pages are out of order."""
    artifact = job.artifact(given.get("artifact_name", "github-pages"))
    if not (artifact / "artifact.tar").is_file():
        raise Failed(f"no artifact {artifact.name}")
    if job.permissions.get("pages") != "write" or job.permissions.get("id-token") != "write":
        raise Failed("the job may not publish")
    return {"page_url": job.run.world.publish(artifact / "artifact.tar")}


def assume_role(job: Job, given: Given) -> Given:
    """Nothing: the S3 server of a test asks for no role."""
    if job.permissions.get("id-token") != "write":
        raise Failed("the job may not ask for an identity")
    return {}


STAND_INS: dict[str, Callable[[Job, Given], Given]] = {
    "actions/checkout": checkout,
    "actions/setup-python": setup_python,
    "actions/setup-node": setup_node,
    "actions/cache": cache,
    "actions/upload-artifact": upload_artifact,
    "actions/download-artifact": download_artifact,
    "actions/upload-pages-artifact": upload_pages_artifact,
    "actions/deploy-pages": deploy_pages,
    "aws-actions/configure-aws-credentials": assume_role,
    "quarto-dev/quarto-actions/setup": setup_quarto,
}
