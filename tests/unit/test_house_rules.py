"""What no file of the project may be: too long, minified, a data set, or tied to a registry."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

FILE_LINES = 400
FUNCTION_LINES = 60
LINE_LENGTH = 2000
# File or `file:function`, and the reason why it may be longer.
LONG_FOR_A_REASON = {
    "requirements.lock": "compiled by `make lock`",
    "package-lock.json": "written by npm",
}
CODE = {".py", ".js", ".css", ".scss", ".html", ".lua", ".md", ".qmd", ".toml", ".yml", ""}
DATA_SETS = {".parquet", ".feather", ".duckdb", ".sqlite", ".rds", ".rda", ".xlsx", ".zip", ".gz"}
CSV_BYTES = 64_000
# Spelled in halves, so that this file names none.
REGISTRY_HOSTS = [
    "pypi" + ".org",
    "python" + "hosted.org",
    "npm" + "js.org",
    "npm" + "js.com",
    "deb." + "debian.org",
    "repo." + "maven",
    "crates" + ".io",
]


def project_files() -> list[Path]:
    """Every file that is or would be committed."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("needs git and a work tree")
    return [path for line in listed.stdout.splitlines() if (path := ROOT / line).is_file()]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="ignore")


def test_no_file_is_long_without_a_reason() -> None:
    long = {
        named(path): count
        for path in project_files()
        if path.suffix in CODE and named(path) not in LONG_FOR_A_REASON
        if (count := len(text_of(path).splitlines())) > FILE_LINES
    }
    assert long == {}


def test_no_function_is_long_without_a_reason() -> None:
    long = {}
    for path in project_files():
        if path.suffix != ".py":
            continue
        for node in ast.walk(ast.parse(text_of(path))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                name = f"{named(path)}:{node.name}"
                if lines > FUNCTION_LINES and name not in LONG_FOR_A_REASON:
                    long[name] = lines
    assert long == {}


def test_every_module_opens_with_a_line_that_says_what_it_is_for() -> None:
    silent = [
        named(path)
        for path in project_files()
        if path.suffix == ".py" and text_of(path).strip()
        if not ast.get_docstring(ast.parse(text_of(path)))
    ]
    assert silent == []


def test_no_file_names_the_host_of_a_registry() -> None:
    found = [
        f"{named(path)} names {host}"
        for path in project_files()
        for host in REGISTRY_HOSTS
        if host in text_of(path)
    ]
    assert found == []


def test_no_lock_holds_an_address() -> None:
    locks = [path for path in project_files() if "lock" in path.name and path.suffix != ".py"]
    assert len(locks) >= 3
    assert [named(path) for path in locks if "://" in text_of(path)] == []


def test_no_file_is_minified() -> None:
    minified = [
        named(path)
        for path in project_files()
        if ".min." in path.name
        or (
            path.suffix in {".js", ".css", ".html", ".mjs"}
            and max(map(len, text_of(path).splitlines()), default=0) > LINE_LENGTH
        )
    ]
    assert minified == []


def test_no_data_set_is_kept_in_the_repository() -> None:
    data = [
        named(path)
        for path in project_files()
        if path.suffix in DATA_SETS or (path.suffix == ".csv" and path.stat().st_size > CSV_BYTES)
    ]
    assert data == []
