"""How millpond.toml is read, and what is said when it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from processing.config import load_config
from processing.engines.duckdb import DuckDB
from processing.errors import ConfigError

GOOD = """
title = "Test"
[sources.transactions]
address = "t.parquet"
[environments.prod.board]
address = "elsewhere"
"""


def project(folder: Path, text: str) -> Path:
    """A folder with this millpond.toml."""
    (folder / "millpond.toml").write_text(text, encoding="utf-8")
    return folder


def test_the_project_is_found_from_a_folder_below(tmp_path: Path) -> None:
    """Pages and notebooks run in other folders than the command line."""
    project(tmp_path, GOOD)
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert load_config(tmp_path / "a" / "b").root == tmp_path.resolve()


def test_an_environment_is_laid_over_the_rest(tmp_path: Path) -> None:
    """Only what the environment names changes."""
    config = load_config(project(tmp_path, GOOD), environment="prod")
    assert (config.board.address, config.title) == ("elsewhere", "Test")


def test_the_environment_comes_from_a_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A schedule chooses it without changing a file."""
    monkeypatch.setenv("MILLPOND_ENV", "prod")
    assert load_config(project(tmp_path, GOOD)).board.address == "elsewhere"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("titel = 'x'", "unknown field `titel`"),
        ("[engine]\nmemory = '1GB'", "unknown field `memory`"),
        (
            "[site]\nsize_budget_kb = 'much'",
            "Expected `int`, got `str` - at `$.site.size_budget_kb`",
        ),
        ("[site]\nsize_budget_kb = -5", "Expected `int` >= 1 - at `$.site.size_budget_kb`"),
        ("[engine]\nmemory_limit = 'lots'", "engine.memory_limit cannot be used\n  found: 'lots'"),
        ("[engine]\nmemory_limit = '500'", "a size such as 600MB, 2GB"),
        ("[engine]\nmemory_limit = '0GB'", "engine.memory_limit cannot be used"),
        ("[engine]\nname = 'sqlite'", "Invalid enum value 'sqlite'"),
        ("title = ", "Invalid value"),
        ("timezone = 'Mars/Base'", "Mars/Base"),
        ("timezone = '../../etc/passwd'", "a name such as America/New_York"),
        ("[clock]\nyear = 0", "a year such as 2017"),
    ],
)
def test_a_wrong_file_is_refused_by_name(tmp_path: Path, text: str, says: str) -> None:
    """One message says the file, the key and what was found; exit code 10."""
    with pytest.raises(ConfigError, match=r"millpond\.toml") as caught:
        load_config(project(tmp_path, text))
    assert says in str(caught.value)
    assert caught.value.exit_code == 10


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("titel = 'x'", "Did you mean `title`?"),
        ("[engine]\nmemory = '1GB'", "Did you mean `memory_limit`?"),
        ("[sources.a]\naddress = 'x'\nformatt = 'csv'", "Did you mean `format`?"),
        ("[sources.a]\naddress = 'x'\nsample = { bye = ['a'] }", "Did you mean `by`?"),
        ("[site.audiences.public]\nutt = 'x'", "Did you mean `out`?"),
        ("quite_something_else = 1", "correct millpond.toml\n"),
    ],
)
def test_a_misspelt_key_is_answered_with_the_nearest(tmp_path: Path, text: str, says: str) -> None:
    """Of the table that it stands in; nothing is guessed where none is near."""
    with pytest.raises(ConfigError) as caught:
        load_config(project(tmp_path, text))
    assert says in f"{caught.value}\n"


def test_an_unknown_environment_is_refused(tmp_path: Path) -> None:
    """The known ones are listed."""
    with pytest.raises(ConfigError, match="one of: prod"):
        load_config(project(tmp_path, GOOD), environment="staging")


def test_no_project_at_all(tmp_path: Path) -> None:
    """The next step is to name the project."""
    with pytest.raises(ConfigError, match="--project DIR"):
        load_config(tmp_path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[board]\naddress = ""', "board.address cannot be used"),
        ('[board]\naddress = "."', "board.address cannot be used"),
        ('[board]\naddress = ".."', "board.address cannot be used"),
        ('[site]\nout = "s3://bucket/site"', "site.out cannot be used"),
        ('[board]\naddress = "sftp://me:pass@host/x"', "may name credentials and never hold one"),
        ('[board]\ncredentials.key = "AKIA123"', "may name credentials and never hold one"),
        ('[board]\naddress = "_site/board"', "a folder apart from"),
        ('[board]\naddress = "reports"', "a folder apart from"),
        ('[board]\naddress = "a\\u0000b"', "board.address cannot be used"),
        ('[site]\nout = "."', "site.out cannot be used"),
        ('[site]\nout = "board/site"', "apart from that of site.out"),
        ('[site]\nout = "reports"', "site.out cannot be used"),
        ("[board]\nwait_seconds = -1", "is not valid"),
        ('intake = "board"', "board.address cannot be used"),
        ('intake = "_site-internal/kept"', "apart from that of intake"),
        ('intake = "."', "intake cannot be used"),
        ('intake = "reports/kept"', "intake cannot be used"),
    ],
)
def test_board_and_site_have_folders_of_their_own(tmp_path: Path, text: str, says: str) -> None:
    """The board is tidied and the site is replaced as a whole; neither may take others with it."""
    (tmp_path / "millpond.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=says):
        load_config(tmp_path)


@pytest.mark.parametrize("limit", ["600MB", "2 GB", "1.5GiB", "2g", "80%"])
def test_a_memory_limit_that_duckdb_knows_is_taken(tmp_path: Path, limit: str) -> None:
    """What is refused when the file is read is no more than what DuckDB itself would refuse."""
    config = load_config(project(tmp_path, f"[engine]\nmemory_limit = '{limit}'"))
    DuckDB(config.engine).connection.close()


def test_a_board_may_lie_anywhere_else(tmp_path: Path) -> None:
    """Beside the project, or at an absolute address."""
    for address in ("../board", str(tmp_path / "shared")):
        project = tmp_path / "project"
        project.mkdir(exist_ok=True)
        (project / "millpond.toml").write_text(f'[board]\naddress = "{address}"', encoding="utf-8")
        assert load_config(project).board_path.is_absolute()
