"""The command line as a person or a schedule meets it: exit codes, one message, nothing lost."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import run_millpond, start_millpond
from tests.integration.projects import digest
from tests.integration.sites import small_site, write_page

DAY = ("--as-of", "2017-02-12")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small project with a built site, made once."""
    root = small_site(tmp_path_factory.mktemp("cli") / "project")
    done = start_millpond(root, "site", *DAY, "--renderer", "pandoc")
    assert done.returncode == 0, done.stdout + done.stderr
    return root


@pytest.fixture
def project(template: Path, tmp_path: Path) -> Path:
    """A copy of it for one test to spoil."""
    return Path(shutil.copytree(template, tmp_path / "project", symlinks=True))


def fails(root: Path, code: int, *arguments: str) -> str:
    """Run a command that must fail with this code, in one message, and lose nothing."""
    before = digest(root / "_site"), (root / "board/releases/current.json").read_bytes()
    done = run_millpond(root, *arguments)
    assert done.returncode == code, done.stdout + done.stderr
    after = digest(root / "_site"), (root / "board/releases/current.json").read_bytes()
    assert after == before
    assert done.stderr.count("error:") == 1
    assert "Traceback" not in done.stderr
    return done.stderr


def site(root: Path) -> subprocess.CompletedProcess[str]:
    """The main job."""
    return start_millpond(root, "site", *DAY, "--renderer", "pandoc")


def publishes_without(root: Path) -> str:
    """A page that fails: exit code 14, one message, and a site whose other page is as it was."""
    before = (root / "_site" / "index.html").read_bytes()
    done = run_millpond(root, *SITE)
    assert done.returncode == 14, done.stdout + done.stderr
    assert (root / "_site" / "index.html").read_bytes() == before
    assert 'id="not-renewed"' in (root / "_site" / "other.html").read_text(encoding="utf-8")
    assert done.stderr.count("error:") == 1
    assert "Traceback" not in done.stderr
    assert "readers see the copy" in done.stderr
    return done.stderr


SITE = ("site", *DAY, "--renderer", "pandoc")


def test_nothing_to_do_the_second_time(project: Path) -> None:
    """Nothing is built, executed, rendered or checked again; the files stay the very same."""
    assert site(project).returncode == 0  # the copy has other paths and times than the template
    before = digest(project / "_site")
    done = site(project)
    assert "build: nothing to do" in done.stdout
    assert "render: nothing to do" in done.stdout
    assert digest(project / "_site") == before


def test_one_changed_pin_executes_only_the_pages_that_read_it(project: Path) -> None:
    """The other page comes from the cache."""
    write_page(project, "other", 'plain.table(pin("departments"), "departments")')
    assert site(project).returncode == 0
    names = project / "departments.csv"
    names.write_text(names.read_text().replace("Grocery", "Food"))
    done = site(project)
    assert "1 pages executed (other), 1 from the cache" in done.stdout


def test_a_missing_source(project: Path) -> None:
    """Exit code 11."""
    (project / "transactions.parquet").unlink()
    assert "Source transactions: no such file" in fails(project, 11, *SITE)


def test_an_unknown_key_in_the_configuration(project: Path) -> None:
    """Exit code 10."""
    path = project / "millpond.toml"
    path.write_text(path.read_text() + '\n[colour]\nname = "blue"\n')
    assert "unknown field `colour`" in fails(project, 10, *SITE)


def test_a_page_that_names_a_pin_that_does_not_exist(project: Path) -> None:
    """Exit code 14; the message tells the nearest of the pins there are."""
    write_page(project, "other", 'plain.table(pin("weks"), "other")')
    says = publishes_without(project)
    assert "'weks'" in says
    assert "names; the nearest are weeks, " in says


def test_a_cell_that_raises(project: Path) -> None:
    """Exit code 14, with the page, the line and the cell."""
    write_page(project, "other", "plain.table(3, 'other')")
    says = publishes_without(project)
    assert "other.qmd" in says
    assert "plain.table(3, 'other')" in says


def test_a_page_with_logic_of_its_own(project: Path) -> None:
    """Exit code 14; logic belongs into views."""
    write_page(project, "other", "import socket")
    assert "other.qmd" in publishes_without(project)


def test_a_page_that_is_not_text(project: Path) -> None:
    """Exit code 14, with the page's name."""
    (project / "reports" / "other.qmd").write_bytes(b"\xff\xfe\x00")
    assert "Page other.qmd cannot be read" in publishes_without(project)


def test_a_site_that_fails_its_check_is_not_published(project: Path) -> None:
    """Exit code 15, and readers keep the old site."""
    path = project / "reports" / "other.qmd"
    path.write_text(path.read_text() + "\n[nowhere](#no-such-place)\n")
    assert "no-such-place" in fails(project, 15, *SITE)


def test_another_audience_or_budget_makes_another_site(project: Path) -> None:
    """What was checked for one must not be taken for the other."""
    assert site(project).returncode == 0
    toml = project / "millpond.toml"
    toml.write_text(toml.read_text() + "\n[site]\nsize_budget_kb = 10\n")
    assert "size" in fails(project, 15, *SITE)


def test_an_engine_that_is_not_here(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 10, and what to install."""
    monkeypatch.setenv("JAVA_HOME", str(project))
    says = fails(project, 10, "build", "--engine", "spark")
    assert "Engine spark needs" in says
    assert "next step" in says


def test_an_empty_board(project: Path) -> None:
    """Rendering needs a release; exit code 13 and the command that makes one."""
    shutil.rmtree(project / "board")
    done = run_millpond(project, "render")
    assert done.returncode == 13
    assert "millpond build" in done.stderr
    assert (project / "_site" / "index.html").exists()


def test_a_board_that_cannot_be_written(project: Path) -> None:
    """A file is in the way; exit code 13 and the site stays."""
    shutil.rmtree(project / "board")
    (project / "board").write_text("in the way")
    before = digest(project / "_site")
    done = run_millpond(project, *SITE)
    assert done.returncode == 13
    assert "cannot be written" in done.stderr
    assert digest(project / "_site") == before


@pytest.mark.parametrize(
    "arguments",
    [("build", "--as-of", "yesterday"), ("build", "--frce"), ("bild",), ("build", "--engine", "x")],
)
def test_bad_arguments(project: Path, arguments: tuple[str, ...]) -> None:
    """Exit code 2, as everywhere."""
    assert run_millpond(project, *arguments).returncode == 2


def test_a_dry_run_builds_nothing_and_says_why(project: Path) -> None:
    """The decisions come with their reasons."""
    before = digest(project / "board")
    done = run_millpond(project, "build", "--as-of", "2017-02-01", "--dry-run")
    assert "trading_days_by_week: build (source changed: weeks 6, 7)" in done.stdout
    assert digest(project / "board") == before


def test_explain_tells_about_tables_and_pages(project: Path) -> None:
    """All of them, or one by name; a wrong name is refused with exit code 2."""
    done = run_millpond(project, "explain", *DAY)
    assert "weeks: skip (up to date)" in done.stdout
    assert "index: " in done.stdout
    assert run_millpond(project, "explain", "weeks", *DAY).stdout.count("\n") == 1
    assert run_millpond(project, "explain", "nope").returncode == 2


def test_releases_can_be_listed_shown_verified_and_rolled_back(project: Path) -> None:
    """The whole way there and back."""
    assert run_millpond(project, "build", "--as-of", "2017-02-05").returncode == 0
    listed = run_millpond(project, "release", "list").stdout.splitlines()
    assert len(listed) == 2
    assert listed[1].endswith("served")
    assert "data to 2017-02-05" in run_millpond(project, "release", "show").stdout
    assert "as released" in run_millpond(project, "release", "verify").stdout
    assert run_millpond(project, "release", "rollback").returncode == 0
    assert run_millpond(project, "release", "list").stdout.splitlines()[0].endswith("served")
    assert run_millpond(project, "release", "show", "../../etc").returncode == 2


def test_verify_fails_on_a_tampered_pin(project: Path) -> None:
    """Exit code 13, and the pin is named."""
    path = next((project / "board" / "pins" / "weeks").glob("*/weeks.parquet"))
    path.write_bytes(b"torn")
    done = run_millpond(project, "release", "verify")
    assert done.returncode == 13
    assert "weeks" in done.stderr
    assert done.stderr.count("next step") == 1


def test_the_doctor_sets_strays_aside(project: Path) -> None:
    """Without --fix it fails and says what it found."""
    (project / "board" / "notes.txt").write_text("x")
    assert run_millpond(project, "doctor").returncode == 13
    assert "set aside" in run_millpond(project, "doctor", "--fix").stdout
    assert "healthy" in run_millpond(project, "doctor").stdout


def test_the_doctor_names_a_table_that_nobody_declared(project: Path) -> None:
    """A build would stop on it: exit code 10, and what the machine has is told before."""
    toml = project / "millpond.toml"
    text = toml.read_text(encoding="utf-8").replace("tables = [", 'tables = ["nosuch", ')
    toml.write_text(text, encoding="utf-8")
    done = run_millpond(project, "doctor")
    assert done.returncode == 10
    assert "seal: " in done.stdout
    assert "asks for tables that nobody declared: nosuch" in done.stderr


def test_check_finds_a_changed_number(project: Path) -> None:
    """Exit code 15 with a list."""
    path = project / "_site" / "index.html"
    text = path.read_text(encoding="utf-8")
    assert "2017-01-02" in text
    path.write_text(text.replace("2017-01-02", "2017-01-03"), encoding="utf-8")
    done = run_millpond(project, "check")
    assert done.returncode == 15
    assert "index.html" in done.stderr


def test_a_scaffolded_page_works_as_it_stands(project: Path) -> None:
    """And is not written over by a second scaffold."""
    assert run_millpond(project, "new", "page", "extra").returncode == 0
    done = site(project)
    assert done.returncode == 0, done.stderr
    assert (project / "_site" / "extra.html").exists()
    assert run_millpond(project, "new", "page", "extra").returncode == 2
    assert run_millpond(project, "new", "page", "../evil").returncode == 2


def test_a_folder_that_is_no_project_is_not_looked_for_further_up(project: Path) -> None:
    """Exit code 10: a mistyped folder must not build the project around it."""
    for name in ("reports", "reprots"):
        done = run_millpond(project / name, "release", "list")
        assert (done.returncode, f"No millpond.toml in {project / name}" in done.stderr) == (
            10,
            True,
        )


def test_why_pages_wait_before_the_first_release(tmp_path: Path) -> None:
    done = run_millpond(small_site(tmp_path / "new"), "explain", "other")
    assert done.stdout == "other: wait (the board has no release)\n", done.stderr
