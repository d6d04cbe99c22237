"""What a project declares for itself, what it agreed on, and whether servers take what it shows."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import narwhals as nw
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from processing.cli import cli
from processing.config import load_config
from processing.contracts.contract import Contract
from processing.contracts.frames import LazyFrame
from processing.errors import ConfigError
from processing.sources.registry import load_sources
from processing.tables.columns import column
from processing.tables.registry import Table
from tests.conftest import ROOT
from tests.integration.projects import lines, make_project, run_build
from tests.sources.howto import snippet
from tests.sources.served import serving
from tests.sources.shops import not_taken, shop, taken

OWN = """
from processing.sources.source import RawColumn, Source

DECLARED = (
    Source(name="visitors", title="", origin="", licence="", updated="",
           columns=(RawColumn("day", "date", "the day"),)),
)
"""


def test_a_project_declares_sources_of_its_own(tmp_path: Path) -> None:
    """In a module beside its millpond.toml; those of other modules are there as well."""
    (tmp_path / "own_of_a_shop.py").write_text(OWN, encoding="utf-8")
    found = load_sources(("processing.sources.retail", "own_of_a_shop"), tmp_path)
    assert {"transactions", "visitors"} <= set(found)
    assert [column.name for column in found["visitors"].columns] == ["day"]


def test_the_how_to_for_a_declaration_works(tmp_path: Path) -> None:
    """The module and the lines of millpond.toml as they stand; a table reads it by its name."""
    text = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    how = text.partition("## Declare a source")[2].partition("\n## ")[0]
    python, toml = (
        how.partition(f"```{kind}\n")[2].partition("```")[0] for kind in ("python", "toml")
    )
    (tmp_path / "shop_sources.py").write_text(python, encoding="utf-8")
    (tmp_path / "millpond.toml").write_text(toml, encoding="utf-8")
    rows = "day,door,people\n2017-02-11,north,2\n2017-02-12,south,3\n2017-02-13,south,9\n"
    (tmp_path / "visitors.csv").write_text(rows, encoding="utf-8")

    def visits(visitors: LazyFrame) -> LazyFrame:
        return visitors.group_by("day").agg(people=nw.col("people").sum().cast(nw.Int64))

    columns = (column("day", "date", "day", "Day"), column("people", "int64", "people", "People"))
    contract = Contract(
        title="", grain="", key=("day",), columns=columns, checks=(), treatment=(), cadence="daily"
    )
    one = Table("visits", visits, contract, ("visitors",))
    release = run_build(tmp_path, date(2017, 2, 12), tables={"visits": one}).release
    assert [*release.read("visits").frame["people"]] == [2, 3]


@pytest.mark.parametrize(
    ("modules", "says"),
    [
        (("nowhere_at_all",), "No module named"),
        (("processing.errors",), "no DECLARED"),
        (("processing.sources.campaigns",) * 2, "a second source of the name"),
    ],
)
def test_declarations_that_cannot_be_used(
    tmp_path: Path, modules: tuple[str, ...], says: str
) -> None:
    with pytest.raises(ConfigError, match=says):
        load_sources(modules, tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("DECLARED = (", "DECLARED = (((", "never closed"),
        ("licence=", "license=", "'license'"),
        ('"date"', '"day"', "Invalid enum value 'day'"),
        ("),)),", '),), key=("dya",)),', "source visitors: no column dya among day"),
        ("),)),", '), RawColumn("day", "text", "")),),', "two columns of the name day"),
        ("DECLARED = (", "1 / 0\nDECLARED = (", "ZeroDivisionError"),
    ],
)
def test_a_slip_in_a_declaration_is_one_message(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    """Python's own errors among them: exit code 10, the module, and what is wrong with it."""
    assert old in OWN
    module = "slip_" + hashlib.sha256(new.encode()).hexdigest()[:8]  # imported once in a process
    (tmp_path / f"{module}.py").write_text(OWN.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigError, match="Sources cannot be taken from slip_") as caught:
        load_sources((module,), tmp_path)
    assert says in str(caught.value.found)


def test_a_source_that_nobody_declared_is_named_with_the_next_step(tmp_path: Path) -> None:
    folder = make_project(tmp_path)
    with (folder / "millpond.toml").open("a") as file:
        file.write('[sources.visitors]\naddress = "v.csv"\n')
    with pytest.raises(ConfigError, match="under `declarations`"):
        run_build(folder, date(2017, 2, 12))


def test_the_how_to_for_files_works(tmp_path: Path) -> None:
    """A file, a folder, an address of `file:`: the same rows."""
    one = shop(tmp_path / "one", snippet("Files and folders", address="./transactions.parquet"))
    rows = taken(one, {})
    (tmp_path / "lines").mkdir()
    for part, start in (("a", 0), ("b", 100)):
        length = 100 if part == "a" else None
        pq.write_table(lines().slice(start, length), tmp_path / "lines" / f"{part}.parquet")
    for address in (str(tmp_path / "lines"), (tmp_path / "lines").as_uri()):
        given = snippet("Files and folders", address=address)
        assert taken(shop(tmp_path / address[:4].strip("/"), given), {}) == rows


def test_a_file_here_is_held_to_its_checksum(tmp_path: Path) -> None:
    """As one on a server is."""
    address = 'address = "transactions.parquet"\nsha256 = "{}"'
    wrong = shop(tmp_path / "wrong", address.format("0" * 64))
    says = not_taken(wrong, {})
    right = hashlib.sha256((wrong / "transactions.parquet").read_bytes()).hexdigest()
    assert "its content is not what was agreed on" in says
    assert right in says
    assert taken(shop(tmp_path / "right", address.format(right)), {}).num_rows == len(lines())


def test_doctor_asks_whether_credentials_are_taken(tmp_path: Path) -> None:
    """It names the server that refuses, keeps the credential to itself and takes nothing in."""
    with serving() as served:
        address = served.put("/x.csv", b"a\n1\n", token="right-c4nary")
        own = f'address = "{address}"\ncredentials.token = "SHOP_TOKEN"'
        folder = shop(tmp_path / "shop", own)
        (folder / ".env").write_text("SHOP_TOKEN=wrong-c4nary\n")
        done = CliRunner().invoke(cli, ["--project", str(folder), "doctor", "--ask"])
        assert done.exit_code == 11
        assert "source transactions: Source transactions: the server asks for other" in done.stdout
        assert "c4nary" not in done.output
        (folder / ".env").write_text("SHOP_TOKEN=right-c4nary\n")
        done = CliRunner().invoke(cli, ["--project", str(folder), "doctor", "--ask"])
        assert (done.exit_code, done.stderr) == (0, "")
        assert "source transactions: answers" in done.stdout
        assert {method for method, _, _ in served.asked} == {"HEAD"}
    assert not load_config(folder).intake_path.exists()
