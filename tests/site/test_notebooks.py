"""The executed notebooks, executed once more by nbval: the same outputs come out."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.conftest import BuiltSite


def test_every_page_left_an_executed_notebook(built_site: BuiltSite) -> None:
    names = {path.stem for path in built_site.notebooks}
    assert {page.removesuffix(".html") for page in built_site.pages} <= names


def test_the_notebooks_give_the_same_outputs_again(built_site: BuiltSite) -> None:
    command = [
        *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"),
        *("--nbval", "--nbval-cell-timeout", "600", "--rootdir", str(built_site.root)),
        *map(str, built_site.notebooks),
    ]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")}
    environment["MILLPOND_BOARD"] = str(built_site.root / "board")
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment, cwd=built_site.root
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
