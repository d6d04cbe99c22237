"""The documentation keeps up: an undocumented key, command, exit code or word fails."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import get_args
from urllib.parse import unquote

import click
import msgspec
import pytest

from processing import errors
from processing.build.failing import FOLDER, MAX_ROWS
from processing.build.history import history_results
from processing.cli import cli
from processing.config import Config
from processing.contracts.agreement import Agreement
from processing.contracts.contract import Check, Column, Level, Suppression
from processing.sources.retail import TRANSACTIONS
from processing.sources.rules import other_rules, row_rules
from processing.sources.source import History, RawColumn, Reference
from tests.conftest import ROOT

WORDS = [
    "source",
    "table",
    "contract",
    "pin",
    "board",
    "release",
    "view",
    "page",
    "site",
    "audience",
    "copy",
    "replica",
    "engine",
]
CODE = ("processing", "scripts", "tests", "reports", "benchmarks", ".github")
# What a command writes for its reader.
MADE = {"processing/tables/NAME.py", "processing/tables/lines_by_week.py"}
DOCUMENTS = sorted(
    path
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))
    if "node_modules" not in path.parts
)


COLUMNS = {column.name for column in TRANSACTIONS.columns}


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def config_keys(struct: type = Config, prefix: str = "") -> Iterator[str]:
    """Every key of millpond.toml, with dots; `sources.NAME.address` for the open table."""
    for field in msgspec.structs.fields(struct):
        if field.name == "root":
            continue  # where the file lies, not a key in it
        inner = getattr(field.type, "__args__", (field.type,))[-1]
        is_open = getattr(field.type, "__origin__", None) is dict
        name = f"{prefix}{field.name}" + (".NAME" if is_open else "")
        if isinstance(inner, type) and issubclass(inner, msgspec.Struct):
            yield from config_keys(inner, name + ".")
        else:
            yield name


def commands(
    group: click.Group = cli, prefix: str = "millpond"
) -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{prefix} {name}")
        else:
            yield f"{prefix} {name}", command


@pytest.mark.parametrize("key", list(config_keys()))
def test_every_configuration_key_is_documented(key: str) -> None:
    assert f"`{key}`" in read("docs/configuration.md")


@pytest.mark.parametrize(("name", "command"), list(commands()), ids=str)
def test_every_command_and_option_is_documented(name: str, command: click.Command) -> None:
    text = read("docs/cli.md")
    assert f"## `{name}" in text
    section = text.split(f"## `{name}", 1)[1].split("\n## ", 1)[0]
    options = [o.opts[-1] for o in command.params if isinstance(o, click.Option)]
    assert [option for option in options if option not in section] == []


def test_every_exit_code_is_documented() -> None:
    kinds = [k for k in vars(errors).values() if isinstance(k, type)]
    codes = {k.exit_code for k in kinds if issubclass(k, errors.MillpondError)} - {1}
    text = read("docs/cli.md")
    assert [code for code in sorted(codes) if f"| {code} |" not in text] == []


def test_the_glossary_holds_the_words_of_the_project_in_order() -> None:
    found = re.findall(r"^\| (\w+) \|", read("GLOSSARY.md"), re.MULTILINE)
    assert [word for word in found if word != "word"] == WORDS


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8"))
    local = [link for link in links if "://" not in link and not link.startswith(("#", "mailto:"))]
    broken = [
        link for link in local if not (path.parent / unquote(link.partition("#")[0])).exists()
    ]
    assert broken == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_files_that_documents_name_are_there(path: Path) -> None:
    """By a path from the root, or from a folder that holds code; what a reader makes is not."""
    named = set(re.findall(r"`([\w./-]+\.(?:py|js|css|lua|toml|yml))`", path.read_text("utf-8")))
    files = {str(one.relative_to(ROOT)) for folder in CODE for one in (ROOT / folder).rglob("*.*")}
    files |= {one.name for one in ROOT.iterdir()}
    gone = {
        name for name in named - MADE if not any(f"/{file}".endswith(f"/{name}") for file in files)
    }
    assert gone == set()


def test_decisions_have_numbers_of_their_own_and_are_listed() -> None:
    """A number may be kept for a page that is still being written."""
    names = [path.name for path in sorted((ROOT / "docs/decisions").glob("0*.md"))]
    assert len({name[:4] for name in names}) == len(names)
    assert [name for name in names if f"]({name})" not in read("docs/decisions/README.md")] == []


def test_every_row_on_maturity_has_evidence_that_is_there() -> None:
    """Files, folders and targets in code type; a row without any is a claim."""
    rows = [line for line in read("docs/maturity.md").splitlines() if line.startswith("| ")]
    rows = [row for row in rows if not row.startswith(("| level |", "| check |"))]
    assert len(rows) == 18 + 20
    targets = re.findall(r"^([a-z]+):.*##", read("Makefile"), re.MULTILINE)
    for row in rows:
        named = re.findall(r"`([^`]+)`", row)
        paths = [name for name in named if "/" in name or "." in name or name.isupper()]
        commands = [name.removeprefix("make ") for name in named if name.startswith("make ")]
        assert [*paths, *commands], row
        assert [path for path in paths if not (ROOT / path).exists()] == [], row
        assert [command for command in commands if command not in targets] == [], row


def test_every_target_of_make_is_in_the_contributors_guide() -> None:
    targets = re.findall(r"^([a-z]+):.*##", read("Makefile"), re.MULTILINE)
    text = read("CONTRIBUTING.md")
    assert [t for t in targets if t != "help" and f"make {t}" not in text] == []


def test_every_rule_of_a_contract_is_documented() -> None:
    """What can be declared, and the words in which a broken rule is reported."""
    text = read("docs/contracts.md")
    structs = (RawColumn, Reference, History, Suppression, Agreement, Check, Column)
    unsaid = {"name", "type", "meaning", "unit", "says", "terms", "column", "kind"}
    fields = {f.name for kind in structs for f in msgspec.structs.fields(kind)} - unsaid
    assert [name for name in sorted(fields) if name not in text] == []
    assert [level for level in get_args(Level) if f"| `{level}` |" not in text] == []
    rules = {rule.says for rule in row_rules(TRANSACTIONS)} | set(other_rules(TRANSACTIONS))
    rules |= {r.rule for r in history_results(TRANSACTIONS, {}, date.min, None, accepted=False)}
    # Of a column's rules one of each kind stands there, whatever its column and number.
    of_columns = {rule for rule in rules if rule.split()[0] in COLUMNS}
    kinds = {re.sub(r"^\w+ | [\d.,]+$", "", rule) for rule in of_columns}
    assert [kind for kind in sorted(kinds) if kind not in text] == []
    assert [rule for rule in sorted(rules - of_columns) if f"`{rule}`" not in text] == []
    assert f"{MAX_ROWS:,} rows" in text
    assert FOLDER in text
