"""Rendering with Quarto: finding it, what it is told, and the real one where it is installed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from processing.errors import PageError
from processing.site.rendering import quarto as render_quarto
from processing.site.rendering.quarto import (
    arguments,
    check_version,
    clean_environment,
    find_quarto,
    last_lines,
    page_at_fault,
    render,
)
from tests.site.staged import make_stage, page


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_quarto_path_comes_before_path(tmp_path: Path) -> None:
    named = program(tmp_path / "named" / "quarto")
    other = program(tmp_path / "other" / "quarto")
    assert find_quarto({"QUARTO_PATH": str(named), "PATH": str(other.parent)}) == named
    assert find_quarto({"PATH": str(other.parent)}) == other
    assert find_quarto({"PATH": str(tmp_path)}) is None
    assert find_quarto({}) is None


def test_quarto_path_may_name_the_folder_of_the_program(tmp_path: Path) -> None:
    named = program(tmp_path / "quarto-1.7" / "bin" / "quarto")
    assert find_quarto({"QUARTO_PATH": str(tmp_path / "quarto-1.7")}) == named
    assert find_quarto({"QUARTO_PATH": str(tmp_path / "quarto-1.7" / "bin")}) == named


def test_a_quarto_path_that_names_nothing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PageError, match="QUARTO_PATH names no Quarto program"):
        find_quarto({"QUARTO_PATH": str(tmp_path), "PATH": os.environ["PATH"]})


def test_without_quarto_the_message_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render_quarto, "find_quarto", lambda: None)
    with pytest.raises(PageError, match="install Quarto, or render with `--renderer pandoc`"):
        render(tmp_path, tmp_path / "out")


@pytest.mark.parametrize("said", ["1.4.550", "1.7.32\n", "2.0.1", "99.9.9"])
def test_a_new_enough_quarto_passes(said: str) -> None:
    check_version(said)


@pytest.mark.parametrize("said", ["1.3.450", "0.9", "", "no such thing"])
def test_an_old_quarto_is_refused(said: str) -> None:
    with pytest.raises(PageError, match=r"expected: Quarto 1\.4 or newer"):
        check_version(said)


def test_nothing_is_executed(tmp_path: Path) -> None:
    command = arguments(Path("/opt/quarto"), tmp_path)
    assert command == ["/opt/quarto", "render", str(tmp_path), "--no-execute"]


def test_quarto_sees_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "canary")
    environment = clean_environment(Path("/opt/quarto/bin/quarto"), tmp_path)
    assert "canary" not in environment.values()
    assert environment["HOME"] == str(tmp_path)


def test_an_error_keeps_the_last_lines_without_colours() -> None:
    said = "\n".join(f"line {n}" for n in range(50)) + "\n\n\x1b[31mERROR: no\x1b[39m\n"
    assert last_lines(said).splitlines()[-2:] == ["line 49", "ERROR: no"]
    assert len(last_lines(said).splitlines()) == 20


def test_a_program_that_fails_is_reported_with_what_it_said(tmp_path: Path) -> None:
    quarto = program(tmp_path / "bin" / "quarto")
    quarto.write_text(
        '#!/bin/sh\n[ "$1" = --version ] && echo 1.7.0 && exit\necho it broke\nexit 3\n'
    )
    with pytest.raises(PageError, match="it broke"):
        render(make_stage(tmp_path, {}), tmp_path / "out", quarto)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("said", "page"),
    [
        ("[1/3] index.ipynb\n[2/3] stores.ipynb\nError in $: parsing Int failed\n", "stores"),
        ("\x1b[34m[ 9/12] a-b.ipynb\x1b[39m\nFile x.bib not found\n", "a-b"),
        ("ERROR: failed.\n  in file /tmp/x/stores.ipynb,\nStack trace:\n at y.ipynb", "stores"),
        ("[1/3] elsewhere.ipynb\nERROR: no\n", None),
        ("ERROR: In file _quarto.yml\nValidation of YAML failed.\n", None),
        ("", None),
    ],
)
def test_the_page_at_fault_is_the_one_quarto_stopped_at(said: str, page: str | None) -> None:
    found, fault = page_at_fault(said, {"index", "stores", "a-b"})
    assert found == page
    assert "ipynb]" not in fault and "Stack trace" not in fault


@pytest.mark.quarto
def test_the_real_quarto_renders_a_staged_project(tmp_path: Path) -> None:
    quarto = find_quarto()
    if quarto is None:
        pytest.skip("needs Quarto: set QUARTO_PATH or put `quarto` on PATH")
    render(make_stage(tmp_path, {"index": page("This week", "Text.")}), tmp_path / "out", quarto)
    assert (tmp_path / "out" / "index.html").is_file()
    assert (tmp_path / "out" / "stores.html").is_file()
    assert (tmp_path / "out" / "assets" / "millpond.js").is_file()
